// What an operator decides about answers; part of the live settings, immutable, swapped whole.

export type PolicyMode = 'blocklist' | 'allowlist';

export type BlockResponse =
  | { readonly kind: 'nxdomain' }
  | { readonly kind: 'nodata' }
  | { readonly kind: 'null-address' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'drop' }
  /** 4 and 16 octets; a family that is not given gets NODATA. */
  | { readonly kind: 'address'; readonly a: Uint8Array | undefined; readonly aaaa: Uint8Array | undefined };

export interface PolicySettings {
  readonly mode: PolicyMode;
  readonly blockResponse: BlockResponse;
  readonly blockTtlSeconds: number;
  /** What names without a verdict get while a configured list has never arrived. Always `refuse` in allowlist mode. */
  readonly start: 'answer' | 'refuse';
  /** Public answers that point into private address space become NODATA. */
  readonly rebindingProtection: boolean;
}
