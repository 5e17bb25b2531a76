// Everything that is decided before lists are asked, as a table of its own: own rules, rules of groups, services, safe search. Built on
// the main thread: rules that were just written are in force within a second, however long the lists take. Control plane.

import { BlockTableBuilder, EVERY_SOURCE } from '../../memory/block-table/block-table-builder.ts';
import { type RuleSource, TIER } from '../../memory/block-table/rule-model.ts';
import { runAtOnce, type Sliced } from '../local-names/slices.ts';
import { addingOwnRules } from './add-own-rules.ts';
import { LeftOutRules } from './left-out-rules.ts';
import type { OwnRule } from './own-rule.ts';
import { PATTERN_BOUNDS, PatternBudget } from './pattern-budget.ts';

/** What the sources of own rules are called: `policy.rules` and `policy.rules_file`. */
export const RULES_SOURCE = 'rules';
export const RULES_FILE_SOURCE = 'rules file';

/** Rules that come with their source. */
export interface RuleSupply {
  readonly source: RuleSource;
  /** How many it has, about. */
  readonly count: number;
  /** Where rules were written. */
  readonly rules?: readonly OwnRule[];
  /** In slices. Returns those that found no place; none: undefined. `patterns`: shared by all sources of the table. */
  addTo(builder: BlockTableBuilder, sourceIndex: number, patterns: PatternBudget): Sliced<LeftOutRules | undefined>;
}

export interface RulesTableParts {
  readonly hashKey: Uint8Array;
  readonly rules: readonly OwnRule[];
  readonly fileRules: readonly OwnRule[];
  /** Rules of groups, services, safe search. */
  readonly groupSupplies: readonly RuleSupply[];
}

export interface RulesTable {
  readonly table: SharedArrayBuffer;
  /** Rules that found no place, by the name of their source. */
  readonly leftOut: ReadonlyMap<string, LeftOutRules>;
}

export function buildRulesTable(parts: RulesTableParts): RulesTable {
  return runAtOnce(buildingRulesTable(parts));
}

/** The same in slices. */
export function* buildingRulesTable({ hashKey, rules, fileRules, groupSupplies }: RulesTableParts): Sliced<RulesTable> {
  const own = [
    { source: ownSource(RULES_SOURCE), rules },
    { source: ownSource(RULES_FILE_SOURCE), rules: fileRules },
  ];
  const builder = new BlockTableBuilder({
    hashKey,
    contentId: '',
    sources: [...own, ...groupSupplies].map(({ source }) => source),
    expectedNames: groupSupplies.reduce((sum, { count }) => sum + count, rules.length + fileRules.length),
  });
  const patterns = new PatternBudget(PATTERN_BOUNDS, 1 / 2);
  const leftOut = new Map<string, LeftOutRules>();
  const note = (name: string, left: LeftOutRules | undefined): void => {
    if (left !== undefined && left.count > 0) leftOut.set(name, left);
  };
  // What is written for everybody takes back anybody's rules.
  for (const [index, { source, rules: ofSource }] of own.entries())
    note(source.name, yield* addingOwnRules(builder, index, ofSource, patterns, EVERY_SOURCE));
  for (const [index, supply] of groupSupplies.entries())
    note(supply.source.name, yield* supply.addTo(builder, own.length + index, patterns));
  for (const [index, { source, rules: ofSource = [] }] of [...own, ...groupSupplies].entries()) {
    const told = builder.toldAddresses(index).leftOut;
    const left = leftOut.get(source.name) ?? new LeftOutRules();
    left.addAddresses(told, ofSource);
    note(source.name, left);
  }
  return { table: builder.finish(), leftOut };
}

function ownSource(name: string): RuleSource {
  return { name, kind: 'rules', tier: TIER.OWN_RULES };
}
