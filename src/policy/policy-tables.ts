// The two tables of rules, made ready for deciding: once per publication and thread.

import { BlockTable } from '../memory/block-table/block-table.ts';
import { SCOPE_SHIFT, SOURCE_SHIFT } from '../memory/block-table/block-table-layout.ts';
import { RANKS, type RuleCondition, type RuleSource, rankOf, SCOPE } from '../memory/block-table/rule-model.ts';
import type { TablePattern } from '../memory/block-table/table-description.ts';
import { type CompiledResponse, compileResponse } from './compiled-response.ts';
import { CompiledConditions } from './conditions/compiled-conditions.ts';
import type { GroupPolicy } from './group-policy.ts';
import { PatternMemo } from './patterns/pattern-memo.ts';
import { PatternSet } from './patterns/pattern-set.ts';

/** Conditions name groups and their tags. */
export type GroupNames = readonly Pick<GroupPolicy, 'name' | 'tags'>[];

export class PolicyTables {
  /** What the operator and the groups say. */
  readonly rules: RuleTable;
  readonly lists: RuleTable;
  /** Those of the lists, then those of the rules. */
  readonly sources: readonly RuleSource[];

  /**
   * `groups`: those of the live settings, by index. `before`: the tables that these take the place of; what has not changed is taken
   * over, for patterns are slow to make, and conditions are made as they are asked. Throws BlockTableDamaged.
   */
  constructor(lists: SharedArrayBuffer, rules: SharedArrayBuffer, groups: GroupNames, before?: PolicyTables) {
    this.lists = new RuleTable(lists, 0, groups, before?.lists);
    this.rules = new RuleTable(rules, this.lists.table.sources.length, groups, before?.rules);
    this.sources = [...this.lists.table.sources, ...this.rules.table.sources];
  }

  /** The table of a source. */
  sideOf(source: number): RuleTable {
    return source < this.rules.firstSource ? this.lists : this.rules;
  }
}

/** A table with its conditions, responses and patterns as they are used. */
export class RuleTable {
  readonly table: BlockTable;
  /** Number of its first source among the policy's. */
  readonly firstSource: number;
  readonly conditions: CompiledConditions;
  /** By number; none has number 0. */
  readonly responses: readonly (CompiledResponse | undefined)[];
  readonly patterns: PatternMemo;
  /** Patterns as items like the table's own, in order of precedence. */
  readonly patternItems: Uint32Array;
  readonly lowestPatternRank: number;

  constructor(buffer: SharedArrayBuffer, firstSource: number, groups: GroupNames, before: RuleTable | undefined) {
    const known = before?.table.isOf(buffer) === true ? before : undefined;
    const table = known?.table ?? new BlockTable(buffer);
    this.table = table;
    this.firstSource = firstSource;
    const conditions = known?.conditions.isFor(groups) === true ? known.conditions : undefined;
    this.conditions = conditions ?? new CompiledConditions(table.conditions.slice(1) as RuleCondition[], groups);
    this.responses = known?.responses ?? table.responses.map((response) => response && compileResponse(response));
    this.patternItems = known?.patternItems ?? patternItems(table);
    this.patterns = known?.patterns ?? new PatternMemo(patternSet(table));
    this.lowestPatternRank = known?.lowestPatternRank ?? lowestPatternRank(table);
  }
}

function patternSet(table: BlockTable): PatternSet {
  return new PatternSet(table.patterns.map((pattern) => ({ ...pattern, rank: rankOfPattern(table, pattern) })));
}

function patternItems(table: BlockTable): Uint32Array {
  return Uint32Array.from(
    table.patterns.flatMap((pattern) => [
      (pattern.source << SOURCE_SHIFT) | (SCOPE.EXACT << SCOPE_SHIFT) | rankOfPattern(table, pattern),
      pattern.condition,
      pattern.response,
    ]),
  );
}

/** They stand in order of precedence. */
function lowestPatternRank(table: BlockTable): number {
  const first = table.patterns[0];
  return first === undefined ? RANKS : rankOfPattern(table, first);
}

function rankOfPattern({ sources }: BlockTable, { source, class: ruleClass }: TablePattern): number {
  return rankOf(sources[source]!.tier, ruleClass);
}
