// How many rules two versions of a list have, each counted once: all of them, those that anybody's questions meet, and those that lead
// somewhere. Helper process.
//
// A rule is told from others by two halves of 32 bits, and finds its place by the first: all that it says goes into both, behind a key
// that no list knows, so that none can have its rules meet at one place.

import { hash, randomBytes } from 'node:crypto';
import { type RuleCondition, RULE_CLASS, type RuleShape } from '../../../memory/block-table/rule-model.ts';
import { conditionKey, isPlainResponse, responseKey } from '../../../memory/block-table/shape-keys.ts';
import { TYPE } from '../../../wire/numbers.ts';
import { RuleTally, VERSION, type Version } from './rule-tally.ts';
import type { VersionChange } from './version-change.ts';

/** A scope is a number below it. */
const SCOPES = 4;
/** What nearly every name is asked for. */
const ADDRESS_TYPES: readonly number[] = [TYPE.A, TYPE.AAAA];
const KEY_BYTES = 16;

type Halves = readonly [high: number, low: number];

/** Of a rule that says no more than its class. */
const NO_SAYING: Halves = [0, 0];

export type RuleCountsOfChange = Omit<VersionChange, 'answered' | 'newlyBlocked'>;

export class RuleCounts {
  readonly #tally: RuleTally;
  readonly #key = randomBytes(KEY_BYTES).toString('hex');
  readonly #saying = new WeakMap<RuleShape, Halves>();
  readonly #forAnybody = { [VERSION.BEFORE]: 0, [VERSION.AFTER]: 0 };
  readonly #leading = { [VERSION.BEFORE]: 0, [VERSION.AFTER]: 0 };
  #newLeading = 0;

  constructor(expectedRules: number) {
    this.#tally = new RuleTally(expectedRules);
  }

  /** A rule about a name, of which the hash is given in halves of 32 bits. */
  countName(high: number, low: number, scope: number, shape: RuleShape, version: Version): void {
    const [sayingHigh, sayingLow] = this.#sayingOf(shape);
    this.#count(high ^ sayingHigh, low ^ sayingLow ^ (scope + shape.class * SCOPES), shape, version);
  }

  /** Any other rule; `subject`: what it is about. */
  countOther(subject: string, shape: RuleShape, version: Version): void {
    const [high, low] = this.#halvesOf(subject, shape);
    this.#count(high, low, shape, version);
  }

  /** One that takes others away. */
  countRemoval(subject: string, shape: RuleShape, version: Version): void {
    const [high, low] = this.#halvesOf(`removes ${subject}`, shape);
    this.#tally.count(high, low, version);
  }

  change(): RuleCountsOfChange {
    const { before, after, both } = this.#tally;
    return {
      rulesBefore: before,
      rulesAfter: after,
      added: after - both,
      removed: before - both,
      forAnybodyBefore: this.#forAnybody[VERSION.BEFORE],
      forAnybodyAfter: this.#forAnybody[VERSION.AFTER],
      leadingBefore: this.#leading[VERSION.BEFORE],
      leadingAfter: this.#leading[VERSION.AFTER],
      newLeading: this.#newLeading,
    };
  }

  #count(high: number, low: number, shape: RuleShape, version: Version): void {
    const seen = this.#tally.count(high, low, version);
    if ((seen & version) !== 0) return;
    if (isForAnybody(shape.condition)) this.#forAnybody[version]++;
    if (!leads(shape)) return;
    this.#leading[version]++;
    if (seen === 0 && version === VERSION.AFTER) this.#newLeading++;
  }

  #halvesOf(subject: string, shape: RuleShape): Halves {
    const [high, low] = this.#digestOf(`${subject} ${shape.class}`);
    const [sayingHigh, sayingLow] = this.#sayingOf(shape);
    return [high ^ sayingHigh, low ^ sayingLow];
  }

  /** What its condition and its response come to. */
  #sayingOf(shape: RuleShape): Halves {
    const { condition, response } = shape;
    if (condition === undefined && response === undefined) return NO_SAYING;
    const known = this.#saying.get(shape);
    if (known !== undefined) return known;
    const saying = this.#digestOf(`${condition && conditionKey(condition)} ${response && responseKey(response)}`);
    this.#saying.set(shape, saying);
    return saying;
  }

  /** 64 bits of a text's SHA-256 behind the key. */
  #digestOf(text: string): Halves {
    const digest = hash('sha256', this.#key + text, 'buffer');
    return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  }
}

/** Whether a question that nothing is known of can meet it. */
function isForAnybody({ clients, tags, types }: RuleCondition = {}): boolean {
  if ((clients?.only.length ?? 0) > 0 || (tags?.only.length ?? 0) > 0) return false;
  return types === undefined || ADDRESS_TYPES.some((type) => types.numbers.includes(type) !== types.except);
}

/** Whether it answers with an address or a name of its own. */
function leads({ class: ruleClass, response }: RuleShape): boolean {
  const blocks = ruleClass === RULE_CLASS.BLOCK || ruleClass === RULE_CLASS.IMPORTANT_BLOCK;
  return blocks && response !== undefined && !isPlainResponse(response);
}
