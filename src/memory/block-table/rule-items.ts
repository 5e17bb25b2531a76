// Builder side: every rule without its name, once. Rules that differ in their names alone, which is nearly all of them, are one item.

import { ITEM, ITEM_WORDS, ITEMS_MAX, RANK_MASK, SCOPE_MASK, SCOPE_SHIFT, SOURCE_SHIFT } from './block-table-layout.ts';
import { conditionParts } from './condition-parts.ts';
import { NumberedParts, TOO_MANY } from './numbered-parts.ts';
import {
  rankOf,
  RULE_CLASSES,
  type RuleCondition,
  type RuleResponse,
  type RuleShape,
  type RuleSource,
  type Scope,
  TIER,
} from './rule-model.ts';
import { conditionKey, isPlainResponse, responseKey } from './shape-keys.ts';

export { TOO_MANY } from './numbered-parts.ts';

/** Items of a list with conditions or responses of its own. */
const ITEMS_OF_LIST_MAX = 0x1_0000;
/** Half of the items are kept for rules that say no more than every list's. */
const ITEMS_NOT_PLAIN_MAX = ITEMS_MAX / 2;

/** The parts of a shape, by number; 0 for none. */
export interface ShapeNumbers {
  readonly condition: number;
  readonly response: number;
}

export class RuleItems {
  readonly #sources: readonly RuleSource[];
  readonly #conditions: NumberedParts<RuleCondition>;
  readonly #responses: NumberedParts<RuleResponse>;
  readonly #shapeNumbers = new WeakMap<RuleShape, ShapeNumbers>();
  readonly #items = new Map<string, number>();
  /** By number of a condition, as far as they were asked for. */
  readonly #conditionParts: number[] = [0];
  /** Items that are not plain, by source and in all. */
  readonly #notPlainOf: Uint32Array;
  #notPlain = 0;
  #words = new Uint32Array(64 * ITEM_WORDS);
  #count = 0;
  #lastSource = -1;
  #lastScope = 0;
  #lastShape: RuleShape | undefined;
  #lastItem = TOO_MANY;

  constructor(sources: readonly RuleSource[]) {
    this.#sources = sources;
    this.#conditions = new NumberedParts(sources, conditionKey, () => false);
    this.#responses = new NumberedParts(sources, responseKey, isPlainResponse);
    this.#notPlainOf = new Uint32Array(sources.length);
  }

  get conditions(): readonly RuleCondition[] {
    return this.#conditions.all;
  }

  get responses(): readonly RuleResponse[] {
    return this.#responses.all;
  }

  /** TOO_MANY where the shape has a condition or response that no number is left for, or the source has too many different rules. */
  itemOf(source: number, scope: Scope, shape: RuleShape): number {
    // A list's rules are mostly of one shape.
    if (shape === this.#lastShape && source === this.#lastSource && scope === this.#lastScope) return this.#lastItem;
    const numbers = this.numbersOf(shape, source);
    const rank = rankOf(this.#sources[source]!.tier, shape.class);
    const item = numbers === undefined ? TOO_MANY : this.#intern(source, scope, rank, numbers);
    this.#lastSource = source;
    this.#lastScope = scope;
    this.#lastShape = shape;
    this.#lastItem = item;
    return item;
  }

  /** Undefined where no number is left for the source. */
  numbersOf(shape: RuleShape, source: number): ShapeNumbers | undefined {
    const known = this.#shapeNumbers.get(shape);
    if (known !== undefined) return known;
    const condition = this.#conditions.numberOf(shape.condition, source);
    const response = condition === TOO_MANY ? TOO_MANY : this.#responses.numberOf(shape.response, source);
    if (response === TOO_MANY) return undefined;
    const numbers = { condition, response };
    this.#shapeNumbers.set(shape, numbers);
    return numbers;
  }

  /** Undefined where no rule has had such a condition or response. */
  knownNumbersOf(shape: RuleShape): ShapeNumbers | undefined {
    const condition = this.#conditions.known(shape.condition);
    const response = this.#responses.known(shape.response);
    return condition === TOO_MANY || response === TOO_MANY ? undefined : { condition, response };
  }

  /** Rank, scope and source (block-table-layout.ts); then condition and response. */
  ruleWord(item: number): number {
    return this.#words[ITEM_WORDS * item + ITEM.RULE]!;
  }

  source(item: number): number {
    return this.ruleWord(item) >>> SOURCE_SHIFT;
  }

  scope(item: number): number {
    return (this.ruleWord(item) >>> SCOPE_SHIFT) & SCOPE_MASK;
  }

  ruleClass(item: number): number {
    return (this.ruleWord(item) & RANK_MASK) % RULE_CLASSES;
  }

  condition(item: number): number {
    return this.#words[ITEM_WORDS * item + ITEM.CONDITION]!;
  }

  /** What the item's condition may cost a question; 0 without one. */
  conditionParts(item: number): number {
    const condition = this.condition(item);
    const parts = this.#conditionParts;
    while (parts.length <= condition) parts.push(conditionParts(this.conditions[parts.length - 1]));
    return parts[condition]!;
  }

  /** Whether it is a stranger's. */
  isOfList(item: number): boolean {
    return this.#sources[this.source(item)]!.tier === TIER.LISTS;
  }

  response(item: number): number {
    return this.#words[ITEM_WORDS * item + ITEM.RESPONSE]!;
  }

  /** Negative where `a` is asked before `b`: by rank, then source; what says more than the policy, or less often, goes before what does not. */
  order(a: number, b: number): number {
    const [ruleA, ruleB] = [this.ruleWord(a), this.ruleWord(b)];
    return (
      (ruleA & RANK_MASK) - (ruleB & RANK_MASK) ||
      this.source(a) - this.source(b) ||
      Number(this.response(a) === 0) - Number(this.response(b) === 0) ||
      Number(this.condition(a) === 0) - Number(this.condition(b) === 0) ||
      ruleA - ruleB ||
      a - b
    );
  }

  /** The words of these items, one after another. */
  wordsOf(items: Uint32Array): Uint32Array {
    const words = new Uint32Array(ITEM_WORDS * items.length);
    for (const [index, item] of items.entries()) {
      words[ITEM_WORDS * index + ITEM.RULE] = this.ruleWord(item);
      words[ITEM_WORDS * index + ITEM.CONDITION] = this.condition(item);
      words[ITEM_WORDS * index + ITEM.RESPONSE] = this.response(item);
    }
    return words;
  }

  #intern(source: number, scope: Scope, rank: number, { condition, response }: ShapeNumbers): number {
    const ruleWord = ((source << SOURCE_SHIFT) | (scope << SCOPE_SHIFT) | rank) >>> 0;
    const key = `${ruleWord} ${condition} ${response}`;
    const known = this.#items.get(key);
    if (known !== undefined) return known;
    if (!this.#hasRoom(source, condition === 0 && (response === 0 || isPlainResponse(this.responses[response - 1]!))))
      return TOO_MANY;
    const item = this.#count++;
    if (ITEM_WORDS * this.#count > this.#words.length) {
      const larger = new Uint32Array(2 * this.#words.length);
      larger.set(this.#words);
      this.#words = larger;
    }
    this.#words.set([ruleWord, condition, response], ITEM_WORDS * item);
    this.#items.set(key, item);
    return item;
  }

  #hasRoom(source: number, isPlain: boolean): boolean {
    if (isPlain) return this.#count < ITEMS_MAX;
    if (this.#notPlain >= ITEMS_NOT_PLAIN_MAX) return false;
    if (this.#sources[source]!.tier === TIER.LISTS && this.#notPlainOf[source]! >= ITEMS_OF_LIST_MAX) return false;
    this.#notPlain++;
    this.#notPlainOf[source]!++;
    return true;
  }
}
