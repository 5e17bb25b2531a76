// What the gateway and the helper process that compiles lists say to each other. Types only.

import type { RuleAction } from '../../memory/block-table/block-table.ts';
import type { ListFormat } from '../settings/settings.ts';

export interface ListInput {
  readonly name: string;
  readonly action: RuleAction;
  readonly format: ListFormat;
  readonly subdomains: boolean;
  /** The kept copy to read, and what it must contain; undefined for a list that has not arrived. */
  readonly copy: { readonly path: string; readonly sha256: string; readonly names: number } | undefined;
}

/** Everything that decides what a table contains. */
export interface CompileInput {
  readonly hashKey: Uint8Array;
  /** In configured order. */
  readonly lists: readonly ListInput[];
  readonly rules: readonly string[];
}

/** The first and only message to the helper. */
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

/** From the helper, which ends after it: `written`, or one of the last two; `piece`s, and `sent`, where the disk fails. */
export type CompileMessage =
  /** The table stands in the part file of `tablePath`, not yet flushed to the disk. */
  | { readonly kind: 'written'; readonly entryCount: number }
  | { readonly kind: 'piece'; readonly byteLength: number; readonly octets: Uint8Array; readonly offset: number }
  | { readonly kind: 'sent'; readonly entryCount: number; readonly notKept: string }
  /** A copy no longer has the content it should have. */
  | { readonly kind: 'copy-changed'; readonly list: string }
  | { readonly kind: 'failed'; readonly reason: string };
