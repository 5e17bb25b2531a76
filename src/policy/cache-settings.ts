// How long answers are kept, as the settings say.

export interface CacheSettings {
  /** No record of an answer counts for less, nor for more. */
  readonly minTtlSeconds: number;
  readonly maxTtlSeconds: number;
  /** A "no" counts for no longer; 0: it is not kept. */
  readonly negativeMaxTtlSeconds: number;
  /** An answer that has expired may be given for so long where no fresh one can be had; 0: never. */
  readonly staleSeconds: number;
  /** Answers asked for often are fetched anew before they expire. */
  readonly prefetch: boolean;
}

/**
 * A day is what long-lived mistakes are worth; more than one to three hours of "no" does harm (RFC 2308 section 5); an answer a
 * day too old is better than none (RFC 8767 section 5).
 */
export const DEFAULT_CACHE_SETTINGS: CacheSettings = {
  minTtlSeconds: 0,
  maxTtlSeconds: 86_400,
  negativeMaxTtlSeconds: 10_800,
  staleSeconds: 86_400,
  prefetch: true,
};
