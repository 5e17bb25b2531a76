// What the gateway and the helper process that compiles lists say to each other. Types only.

import type { RuleAction } from '../../memory/block-table/rule-model.ts';
import type { ListFormat } from '../settings/settings.ts';
import type { RuleCounts } from './counted-rules.ts';
import type { ListReport } from './list-report.ts';
import type { NotedLines } from './noted-rules.ts';

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
  /** Own rules that take rules of lists away ($badfilter). */
  readonly removals: readonly string[];
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
  /** Of the lists that are in it, in configured order. */
  readonly reports: readonly ReportOfList[];
}

/** What became of the lines of a list. */
export interface ReportOfList {
  readonly list: string;
  readonly report: KeptReport;
}

export interface KeptReport {
  /** Those that are in the table, each once. */
  readonly rules: RuleCounts;
  /** By reason, the most lines first; behind them patterns for which the table has no room. */
  readonly skipped: readonly Omit<ListReport['skipped'][number], 'reason'>[];
  /** Rules that the list had said before. */
  readonly repeated: NotedLines;
  /** Other rules that found no place in the table: there are bounds, far off. */
  readonly leftOut: NotedLines;
}

/** From the helper, which ends after `written`, or one of the last two; `piece`s, and `sent`, where the disk fails. */
export type CompileMessage =
  /** Of all rules of the copies so many have been read. */
  | { readonly kind: 'read'; readonly rules: number }
  /** The table stands in the part file of `tablePath`, not yet flushed to the disk. */
  | ({ readonly kind: 'written' } & Omit<CompiledTable, 'table'>)
  | { readonly kind: 'piece'; readonly byteLength: number; readonly octets: Uint8Array; readonly offset: number }
  | ({ readonly kind: 'sent'; readonly notKept: string } & Omit<CompiledTable, 'table'>)
  /** A copy no longer has the content it should have. */
  | { readonly kind: 'copy-changed'; readonly list: string }
  | { readonly kind: 'failed'; readonly reason: string };
