// A local record and where it was written.

import type { LocalRecord } from '../../memory/local-names/local-names-builder.ts';

export interface SourcedRecord extends LocalRecord {
  /** 1-based line in its file, 0 where unknown. */
  readonly line: number;
  /** The name that its owner is short for: the two have the same addresses, or the short one has none. */
  readonly shortFor?: Uint8Array;
  /** A record of the configuration that was written as one of `resolve.rewrites`. */
  readonly isRewrite?: true;
}

/** What one source has said last, for the table and for explanations. */
export interface SourceContent {
  /** `the configuration`, `the hosts file`, `a lease`. */
  readonly title: string;
  /** Empty for what is written nowhere. */
  readonly file: string;
  readonly records: readonly SourcedRecord[];
}
