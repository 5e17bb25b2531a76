// Lists -> block table. Reads the kept copies and blocks while it works: for the helper process.

import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { type RuleSource, TIER } from '../../memory/block-table/rule-model.ts';
import { parseRule } from '../../policy/rule.ts';
import { OfferedPatterns } from '../rules/offered-patterns.ts';
import type { CompiledTable, CompileInput, ListInput, ReportOfList } from './compile-messages.ts';
import { ListReader } from './list-reader.ts';
import type { ListReport } from './list-report.ts';
import { withAddresses } from './noted-rules.ts';
import { readListFile } from './read-list-file.ts';
import { removeRule, type TableSink, tableSink } from './table-sink.ts';

/** A kept copy that is not what its metadata say, or cannot be read at all. */
export class CopyChanged extends Error {
  readonly list: string;

  constructor(list: string) {
    super(`the kept copy of list "${list}" has changed`);
    this.list = list;
  }
}

export interface CollectedLists {
  /** Everything that is in the table, ready to be laid out. */
  readonly builder: BlockTableBuilder;
  readonly reports: readonly ReportOfList[];
}

/** Throws CopyChanged or what the builder throws. */
export function buildTable(input: CompileInput, contentId: string): CompiledTable {
  const { builder, reports } = collectLists(input, contentId);
  return { table: builder.finish(), entryCount: builder.entryCount, reports };
}

/** Throws CopyChanged or what the builder throws. `onRead`: so many rules of the copies have been read. */
export function collectLists(
  input: CompileInput,
  contentId: string,
  onRead: (rules: number) => void = () => undefined,
): CollectedLists {
  const { hashKey, lists, removals } = input;
  const sources = lists.map(({ name }): RuleSource => ({ name, kind: 'list', tier: TIER.LISTS }));
  const builder = new BlockTableBuilder({ hashKey, contentId, sources, expectedNames: expectedNames(lists) });
  const patterns = new OfferedPatterns();
  let rulesRead = 0;
  const added = lists.flatMap((list, index) => {
    const one = addList(builder, index, list, patterns);
    rulesRead += list.copy?.names ?? 0;
    onRead(rulesRead);
    return one ?? [];
  });
  patterns.settle();
  for (const text of removals) {
    const rule = parseRule(text);
    if (typeof rule !== 'string') removeRule(builder, rule);
  }
  return { builder, reports: added.map((list) => reportOf(list, builder, patterns)) };
}

/** At least the names of the longest list; how much the others add depends on how far they overlap. */
function expectedNames(lists: readonly ListInput[]): number {
  return Math.max(0, ...lists.map(({ copy }) => copy?.names ?? 0));
}

interface AddedList {
  readonly name: string;
  readonly index: number;
  readonly sink: TableSink;
  readonly report: ListReport;
}

function addList(
  builder: BlockTableBuilder,
  index: number,
  list: ListInput,
  patterns: OfferedPatterns,
): AddedList | undefined {
  const { name, copy } = list;
  if (copy === undefined) return undefined;
  const sink = tableSink(builder, index, patterns);
  const read = readListFile(copy.path, new ListReader(list, sink));
  if (read?.sha256 !== copy.sha256) throw new CopyChanged(name);
  return { name, index, sink, report: read.inspection.report };
}

/** Which patterns and which rules about addresses found a place turns out when all lists are there. */
function reportOf(
  { name, index, sink: { taken, repeated, leftOut }, report: { skipped } }: AddedList,
  builder: BlockTableBuilder,
  patterns: OfferedPatterns,
): ReportOfList {
  const patternsLeftOut = patterns.leftOutOf(index).map((them) => ({ ...them, isFault: false }));
  const addresses = builder.toldAddresses(index);
  const outOfTable = addresses.leftOut.rules + addresses.repeated.rules;
  return {
    list: name,
    report: {
      rules: { ...taken, addresses: Math.max(0, taken.addresses - outOfTable) },
      skipped: [...skipped, ...patternsLeftOut],
      repeated: withAddresses(repeated, addresses.repeated),
      leftOut: withAddresses(leftOut, addresses.leftOut),
    },
  };
}
