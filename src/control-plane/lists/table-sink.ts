// The rules of one list -> a table that is being built.

import { type BlockTableBuilder, EVERY_SOURCE } from '../../memory/block-table/block-table-builder.ts';
import type { FilterRule } from '../../policy/rule-syntax/filter-rule.ts';
import { PatternBudget, type PatternTaker } from '../rules/pattern-budget.ts';
import { CountedRules } from './counted-rules.ts';
import type { RuleSink } from './formats/line-format.ts';
import { NotedRules } from './noted-rules.ts';

export interface TableSink extends RuleSink {
  /** Rules that are in the table, each once; of those about addresses it turns out at the end for which there is a place. */
  readonly taken: CountedRules;
  /** Rules that the list had said before. */
  readonly repeated: NotedRules;
  /** Rules for which the table had no place; without the patterns that `patterns` left out. */
  readonly leftOut: NotedRules;
}

/** `patterns`: shared by all sources of the table; without it all room for them is this list's. */
export function tableSink(
  builder: BlockTableBuilder,
  sourceIndex: number,
  patterns: PatternTaker = new PatternBudget(),
): TableSink {
  const taken = new CountedRules();
  const repeated = new NotedRules();
  const leftOut = new NotedRules();
  return {
    taken,
    repeated,
    leftOut,
    onName(wire, length, scope, shape, line) {
      const repeatedBefore = builder.repeatedCount;
      const isIn = builder.add(sourceIndex, wire, length, scope, shape);
      if (isIn && builder.repeatedCount === repeatedBefore) taken.addName(scope, shape);
      else (isIn ? repeated : leftOut).add(line, { kind: 'name', wire, scope }, shape);
    },
    onPattern(rule) {
      const { shape, line } = rule;
      const isNew = patterns.take(sourceIndex, rule, (prepared) => {
        if (builder.addPattern(sourceIndex, prepared)) taken.addPattern(shape);
        else leftOut.add(line, rule, shape);
      });
      if (!isNew) repeated.add(line, rule, shape);
    },
    onAddress(rule) {
      if (builder.addAddress(sourceIndex, rule)) taken.addAddresses(rule.shape);
      else leftOut.add(rule.line, { kind: 'addresses', ...rule }, rule.shape);
    },
    // A list takes back what it said itself: another may be what some group picked without this one.
    onRemoval(rule, line) {
      if (removeRule(builder, rule, sourceIndex)) taken.addRemoval();
      else leftOut.add(line, rule.subject, rule.shape);
    },
    endZone: () => builder.addZone(sourceIndex),
  };
}

/** Takes back what the source (default: any of the table) says so, before or after. False where it takes back too much. */
export function removeRule(
  builder: BlockTableBuilder,
  { subject, shape }: FilterRule,
  sourceIndex = EVERY_SOURCE,
): boolean {
  switch (subject.kind) {
    case 'name':
      return builder.remove(subject.wire, subject.wire.length, subject.scope, shape, sourceIndex);
    case 'addresses': {
      const { firstHex, lastHex } = subject;
      return builder.removeAddress({ firstHex, lastHex, shape }, sourceIndex);
    }
    default:
      return builder.removePattern({ kind: subject.kind, text: subject.text, shape }, sourceIndex);
  }
}
