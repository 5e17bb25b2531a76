// Own rules -> a table that is being built. Main thread; takes microseconds a rule, a pattern up to a millisecond.

import type { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import type { PatternRule } from '../../memory/block-table/rule-model.ts';
import { patternFault } from '../../policy/patterns/pattern-fault.ts';
import { CollectedPatterns } from '../../policy/rule-syntax/collected-patterns.ts';
import { CollectedRecords } from '../../policy/rule-syntax/collected-records.ts';
import { runAtOnce, type Sliced } from '../local-names/slices.ts';
import { removeRule } from '../lists/table-sink.ts';
import { LeftOutRules } from './left-out-rules.ts';
import type { OwnRule } from './own-rule.ts';
import type { PatternBudget } from './pattern-budget.ts';

const RULES_PER_SLICE = 200;
/** As the table's README has them. */
const RULES_OF_NAME_MAX = 64;
const RULES_TAKEN_BACK = 'more rules are taken back than a table can keep in mind';
const TOO_MANY_SHAPES = 'there are more different conditions and responses than a table has room for';
const TOO_MANY_RECORDS = 'its name has more records than one answer can hold';
const TOO_MANY_PATTERNS = 'there are more patterns than a question may cost';

/**
 * Adds the rules of one source, which with `$badfilter` take back others of it. Those that find no place (there are bounds, far off) are
 * left out. `patterns`: shared by all sources of the table.
 */
export function addOwnRules(
  builder: BlockTableBuilder,
  sourceIndex: number,
  rules: readonly OwnRule[],
  patterns: PatternBudget,
): LeftOutRules {
  return runAtOnce(addingOwnRules(builder, sourceIndex, rules, patterns));
}

/** The same in slices. `reach`: whose rules they take back with `$badfilter`. */
export function* addingOwnRules(
  builder: BlockTableBuilder,
  sourceIndex: number,
  rules: readonly OwnRule[],
  patterns: PatternBudget,
  reach = sourceIndex,
): Sliced<LeftOutRules> {
  const leftOut = new LeftOutRules();
  // What is held back is known by its place among the rules: those of a group share a line.
  const records = new CollectedRecords(({ wire, scope, shape, line: index }) => {
    if (!builder.add(sourceIndex, wire, wire.length, scope, shape))
      leftOut.add(rules[index]!, () => whyNoName(wire, rules));
  });
  const placePattern = (pattern: PatternRule): boolean => {
    const prepared = patterns.prepare(sourceIndex, pattern);
    return prepared !== undefined && builder.addPattern(sourceIndex, prepared);
  };
  const patternRecords = new CollectedPatterns((pattern) => {
    const rule = rules[pattern.line]!;
    if (!placePattern({ ...pattern, line: rule.line })) leftOut.add(rule, () => whyNot(rule, rules));
  });
  const place = { builder, sourceIndex, reach, records, patternRecords, placePattern };
  let steps = 0;
  let shown = 0;
  const isLong = (): boolean => {
    const hasLookedForReason = leftOut.first.length > shown;
    shown = leftOut.first.length;
    return hasLookedForReason || ++steps % RULES_PER_SLICE === 0;
  };
  for (const [index, rule] of rules.entries()) {
    if (!addOrRemove(place, rule, index)) leftOut.add(rule, () => whyNot(rule, rules));
    if (isLong() || isPattern(rule)) yield;
  }
  for (const _ of records.finishing()) if (isLong()) yield;
  yield* patternRecords.finishing();
  return leftOut;
}

interface Place {
  readonly builder: BlockTableBuilder;
  readonly sourceIndex: number;
  readonly reach: number;
  readonly records: CollectedRecords;
  readonly patternRecords: CollectedPatterns;
  readonly placePattern: (pattern: PatternRule) => boolean;
}

function addOrRemove(place: Place, own: OwnRule, index: number): boolean {
  const { builder, sourceIndex, reach, records, patternRecords, placePattern } = place;
  const { subject, shape, removes } = own.rule;
  if (removes) {
    if (subject.kind === 'name') records.remove(subject.wire, subject.wire.length, subject.scope, shape);
    else if (subject.kind !== 'addresses') patternRecords.remove(subject.kind, subject.text, shape);
    return removeRule(builder, own.rule, reach);
  }
  const { line } = own;
  switch (subject.kind) {
    case 'name': {
      const { wire, scope } = subject;
      if (shape.response?.kind === 'records') return records.add(wire, wire.length, scope, shape, index);
      return builder.add(sourceIndex, wire, wire.length, scope, shape);
    }
    case 'addresses': {
      const { firstHex, lastHex } = subject;
      return builder.addAddress(sourceIndex, { firstHex, lastHex, shape, line });
    }
    default: {
      const pattern = { kind: subject.kind, text: subject.text, shape, line };
      const added = patternRecords.add({ ...pattern, line: index });
      return added === 'no-records' ? placePattern(pattern) : added === 'added';
    }
  }
}

function isPattern({ rule: { subject } }: OwnRule): boolean {
  return subject.kind === 'regex' || subject.kind === 'glob';
}

function whyNot({ rule }: OwnRule, rules: readonly OwnRule[]): string {
  const { subject, shape, removes } = rule;
  if (removes) return RULES_TAKEN_BACK;
  if (subject.kind === 'addresses') return TOO_MANY_SHAPES;
  if (subject.kind === 'name')
    return shape.response?.kind === 'records' ? TOO_MANY_RECORDS : whyNoName(subject.wire, rules);
  const fault = patternFault(subject.kind, subject.text);
  return fault === undefined ? TOO_MANY_PATTERNS : `its pattern cannot be used: ${fault}`;
}

function whyNoName(name: Uint8Array, rules: readonly OwnRule[]): string {
  return isFull(name, rules)
    ? `${RULES_OF_NAME_MAX} rules of the same place speak of this very name already, which is the most; put several clients into one $client=a|b`
    : TOO_MANY_SHAPES;
}

/** Whether there are more rules about the name than a place can have. */
function isFull(name: Uint8Array, rules: readonly OwnRule[]): boolean {
  let about = 0;
  for (const { rule } of rules)
    if (rule.subject.kind === 'name' && isSame(rule.subject.wire, name) && ++about > RULES_OF_NAME_MAX) return true;
  return false;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}
