// What the gateway and the helper process that compares two versions of a list say to each other. Types only.

import type { ListInput } from '../compile-messages.ts';
import type { VersionChange } from './version-change.ts';

export interface VersionFile {
  readonly path: string;
  /** About so many rules. */
  readonly names: number;
}

/** The first and only message to the helper. */
export interface ComparisonJob {
  readonly hashKey: Uint8Array;
  readonly list: Omit<ListInput, 'copy'>;
  readonly before: VersionFile;
  readonly after: VersionFile;
  /** answered-names.ts. */
  readonly answered: Uint8Array;
}

export interface Comparison extends VersionChange {
  /** The first few of the names that would be blocked now, in presentation form. */
  readonly examples: readonly string[];
}

/** From the helper, which ends after it. */
export type ComparisonMessage =
  | { readonly kind: 'compared'; readonly comparison: Comparison }
  | { readonly kind: 'failed'; readonly reason: string };
