// What the main thread and the compiling helper thread say to each other. Types only.

import type { RuleAction } from '../../memory/block-table/block-table.ts';
import type { ListFormat } from '../settings/settings.ts';

export interface ListInput {
  readonly name: string;
  readonly action: RuleAction;
  readonly format: ListFormat;
  readonly subdomains: boolean;
  /** The kept copy to read, and what it must contain; undefined for a list that has not arrived. */
  readonly copy: { readonly path: string; readonly sha256: string } | undefined;
}

/** Everything that decides what a table contains. */
export interface CompileInput {
  readonly hashKey: Uint8Array;
  /** In configured order. */
  readonly lists: readonly ListInput[];
  readonly rules: readonly string[];
}

/** workerData of the helper. */
export interface CompileJob extends CompileInput {
  readonly contentId: string;
  /** Where the finished table is kept for the next start. */
  readonly tablePath: string;
}

export interface CompiledTable {
  readonly table: SharedArrayBuffer;
  /** Different names in the table. */
  readonly entryCount: number;
}

/** From the helper: one of the first three, and after a `table` one of the last two. */
export type CompileMessage =
  | ({ readonly kind: 'table' } & CompiledTable)
  /** A copy no longer has the content it should have. */
  | { readonly kind: 'copy-changed'; readonly list: string }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'kept' }
  | { readonly kind: 'not-kept'; readonly reason: string };
