// Has versions of lists compared, one after the other: several lists may arrive at once, and memory is to last. None may keep the others
// waiting for long. Main thread.

import { runHelper } from '../helper-process.ts';
import { ListFailure } from '../list-failure.ts';
import type { Comparison, ComparisonJob, ComparisonMessage } from './compare-messages.ts';

export type ComparisonRequest = Omit<ComparisonJob, 'hashKey' | 'answered'>;

/** Five million rules take seconds, a minute on a slow machine that is busy. */
const MILLISECONDS_MAX = 5 * 60_000;
/** Once more would come to the same, while the others wait. */
export const TOOK_TOO_LONG = 'comparing took too long';

export class VersionComparisons {
  readonly #hashKey: Uint8Array;
  readonly #answeredNames: () => Promise<Uint8Array>;
  readonly #millisecondsMax: number;
  readonly #stopping = new AbortController();
  #last: Promise<unknown> = Promise.resolve();

  /** `answeredNames`: what was answered lately, packed (answered-names.ts). `millisecondsMax`: of one comparison. */
  constructor(hashKey: Uint8Array, answeredNames: () => Promise<Uint8Array>, millisecondsMax = MILLISECONDS_MAX) {
    this.#hashKey = hashKey;
    this.#answeredNames = answeredNames;
    this.#millisecondsMax = millisecondsMax;
  }

  /** What `after` would change, or why that cannot be told. Rejects with a ListFailure once stopped. */
  compare(request: ComparisonRequest): Promise<Comparison | string> {
    const comparison = this.#last.then(() => this.#compare(request));
    this.#last = comparison.catch(() => undefined);
    return comparison;
  }

  stop(): void {
    this.#stopping.abort(new ListFailure('network', 'stopped'));
  }

  async #compare(request: ComparisonRequest): Promise<Comparison | string> {
    const { signal } = this.#stopping;
    signal.throwIfAborted();
    const answered = await this.#answeredNames().catch(() => new Uint8Array(0));
    let result: Comparison | string | undefined;
    const onMessage = (message: ComparisonMessage): void => {
      result = message.kind === 'compared' ? message.comparison : message.reason;
    };
    const job: ComparisonJob = { ...request, hashKey: this.#hashKey, answered };
    const timeLimit = AbortSignal.timeout(this.#millisecondsMax);
    const ends = AbortSignal.any([signal, timeLimit]);
    const ending = await runHelper('./versions/compare-process', job, onMessage, ends, { yieldsToQueries: true });
    signal.throwIfAborted();
    return result ?? (timeLimit.aborted ? TOOK_TOO_LONG : ending);
  }
}
