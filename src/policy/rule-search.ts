// Finds the rule that wins for one question, through the tables one after another. Allocates nothing; one per Decision.

import {
  ITEM,
  ITEM_WORDS,
  RANK_MASK,
  SCOPE_MASK,
  SCOPE_SHIFT,
  SOURCE_SHIFT,
} from '../memory/block-table/block-table-layout.ts';
import { RANKS, SCOPE } from '../memory/block-table/rule-model.ts';
import { TableMatch } from '../memory/block-table/table-match.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import type { Asker } from './asker.ts';
import type { CompiledResponse } from './compiled-response.ts';
import type { RuleTable } from './policy-tables.ts';
import { hasSource } from './source-mask.ts';

/** No rule; every rule beats it. */
export const NO_RANK: number = RANKS;
export const NO_SUFFIX = -1;
export const NO_PATTERN = -1;

/** Rules that are as if they were not there, for what they answer with; each is more than the one before. */
export const LEFT_OUT = {
  NOTHING: 0,
  /** Those that lead to another name. */
  ALIASES: 1,
  /** And those that have nothing against an answer over a stream: what does not keep a name shut. */
  OPENINGS: 2,
  /** And those that give records: whatever is an answer. */
  ANSWERS: 3,
} as const;
export type LeftOut = (typeof LEFT_OUT)[keyof typeof LEFT_OUT];

// Copies of its own: V8 knows the value of a module's constants, not that of imported ones.
const WORDS_OF_ITEM = ITEM_WORDS;
const RANK_BITS = RANK_MASK;
const SCOPE_BITS_AT = SCOPE_SHIFT;
const SOURCE_BITS_AT = SOURCE_SHIFT;

export class RuleSearch {
  /** Of the winner so far. */
  rank: number = NO_RANK;
  /** Among the policy's sources. */
  source = -1;
  suffix: number = NO_SUFFIX;
  pattern: number = NO_PATTERN;
  scope = 0;
  response: CompiledResponse | undefined;
  /** Of the best exception met that only lifts rules with a response. */
  liftRank: number = NO_RANK;
  readonly match: TableMatch = new TableMatch();

  /** Rules with a response are not there. */
  #isWithoutResponses = false;
  #leftOut: LeftOut = LEFT_OUT.NOTHING;
  #asker!: Asker;
  #name!: Uint8Array;
  #nameLength = 0;
  #type = 0;
  #hasher!: NameHasher;

  /** `name`: lower-case wire name, as last given to `hasher`. */
  begin(
    asker: Asker,
    name: Uint8Array,
    nameLength: number,
    type: number,
    hasher: NameHasher,
    leftOut: LeftOut = LEFT_OUT.NOTHING,
  ): void {
    this.#asker = asker;
    this.#name = name;
    this.#nameLength = nameLength;
    this.#type = type;
    this.#hasher = hasher;
    this.#isWithoutResponses = false;
    this.#leftOut = leftOut;
    this.#clear();
  }

  /**
   * Whether the winner is lifted by an exception: then all tables are to be searched once more, without rules that have a response,
   * since those that remain are weaker than the one that was lifted.
   */
  mustSearchAgain(): boolean {
    if (this.response === undefined || this.response.isBlock || this.liftRank >= this.rank) return false;
    this.#clear();
    this.#isWithoutResponses = true;
    return true;
  }

  /** For the rules about the name. A pattern counts as shorter than any name, so names come first. */
  forName(side: RuleTable, mask: Uint32Array): void {
    if (side.table.entryCount > 0) this.#amongNames(side, mask);
    if (side.lowestPatternRank < this.rank) this.#amongPatterns(side, mask);
  }

  /** For the rules about an address: 16 octets. */
  forAddress(side: RuleTable, mask: Uint32Array, address: Uint8Array): void {
    this.#inSet(side, mask, side.table.addressSet(address), SCOPE.EXACT, NO_SUFFIX);
  }

  /** Whether the rule at `at` of `items` holds here: its source speaks to the group, and its condition is true. */
  holds(side: RuleTable, mask: Uint32Array, items: Uint32Array, at: number): boolean {
    if (!hasSource(mask, items[at]! >>> SOURCE_BITS_AT)) return false;
    const condition = items[at + ITEM.CONDITION]!;
    return (
      condition === 0 ||
      side.conditions.holds(condition, this.#asker, this.#type, this.#name, this.#nameLength, this.#hasher)
    );
  }

  /** Longest first, so that at equal rank the first one found stays. */
  #amongNames(side: RuleTable, mask: Uint32Array): void {
    const { match } = this;
    side.table.find(this.#name, this.#nameLength, this.#hasher, match);
    const whole = this.#hasher.labelCount - 1;
    for (let index = 0; index < match.count; index++) {
      const suffix = match.suffix[index]!;
      this.#inSet(side, mask, match.set[index]!, suffix === whole ? SCOPE.EXACT : SCOPE.BELOW, suffix);
    }
  }

  /** `covering`: the scope that a rule of the set needs to be about what is asked. */
  #inSet(side: RuleTable, mask: Uint32Array, set: number, covering: number, suffix: number): void {
    const { table } = side;
    const { items } = table;
    const end = table.itemsEnd(set);
    for (let at = table.itemsStart(set); at < end; at += WORDS_OF_ITEM) {
      const rule = items[at]!;
      if ((rule & RANK_BITS) >= this.rank) return;
      if (((rule >>> SCOPE_BITS_AT) & covering) === 0 || !this.holds(side, mask, items, at)) continue;
      if (this.#take(side, items, at, suffix, NO_PATTERN)) return;
    }
  }

  #amongPatterns(side: RuleTable, mask: Uint32Array): void {
    const { patterns, patternItems } = side;
    const count = patterns.find(this.#name, this.#nameLength, this.#hasher);
    for (let index = 0; index < count; index++) {
      const pattern = patterns.numberAt(index);
      const at = WORDS_OF_ITEM * pattern;
      if ((patternItems[at]! & RANK_BITS) >= this.rank) return;
      if (this.holds(side, mask, patternItems, at) && this.#take(side, patternItems, at, NO_SUFFIX, pattern)) return;
    }
  }

  /** False for a rule that is lifted, or only lifts others. */
  #take(side: RuleTable, items: Uint32Array, at: number, suffix: number, pattern: number): boolean {
    const rule = items[at]!;
    const rank = rule & RANK_BITS;
    const condition = items[at + ITEM.CONDITION]!;
    if (condition !== 0 && side.conditions.liftsResponsesOnly(condition)) {
      if (rank < this.liftRank) this.liftRank = rank;
      return false;
    }
    const response = side.responses[items[at + ITEM.RESPONSE]!];
    if (response !== undefined && this.#isWithoutResponses && !response.isBlock) return false;
    if (response !== undefined && isLeftOut(response, this.#leftOut)) return false;
    this.rank = rank;
    this.source = side.firstSource + (rule >>> SOURCE_BITS_AT);
    this.suffix = suffix;
    this.pattern = pattern;
    this.scope = suffix === NO_SUFFIX ? 0 : (rule >>> SCOPE_BITS_AT) & SCOPE_MASK;
    this.response = response;
    return true;
  }

  #clear(): void {
    this.rank = NO_RANK;
    this.source = -1;
    this.suffix = NO_SUFFIX;
    this.pattern = NO_PATTERN;
    this.scope = 0;
    this.response = undefined;
    this.liftRank = NO_RANK;
  }
}

function isLeftOut({ kind }: CompiledResponse, leftOut: LeftOut): boolean {
  switch (kind) {
    case 'alias':
      return leftOut >= LEFT_OUT.ALIASES;
    case 'truncate':
      return leftOut >= LEFT_OUT.OPENINGS;
    case 'records':
      return leftOut >= LEFT_OUT.ANSWERS;
    default:
      return false;
  }
}
