// Builder side: which rules name a name, as a small number. A few hundred different sets serve millions of names.
//
// A set keeps every source, since each group of clients picks its own. Lists that overlap a lot can make many sets: beyond 65,536 the
// writer spends four octets on each entry's set instead of two, so nothing is ever lost or merged.

import { EMPTY_SET } from './block-table-layout.ts';
import { NAME_CONDITION_PARTS_MAX } from './condition-parts.ts';
import type { RuleItems } from './rule-items.ts';

/** Steps remembered; forgetting them costs time only. */
const STEPS_MAX = 1 << 20;
const STEP_FACTOR = 1 << 20;
const LOAD_MAX = 0.5;
/** Less would not be missed in a table. */
const MEMBERS_FEW = 1 << 16;
const MEMBERS_MAX = 1 << 25;
/** What part of them is held before those of sets no longer in use are dropped for the first time. */
const FIRST_DROP = 1 / 8;
/** More rules of one source about one name are somebody's attempt to make us work. */
const RULES_OF_SOURCE_MAX = 64;

export const SET_IS_FULL = -1;
const GONE = -1;

export class RuleSets {
  readonly #items: RuleItems;
  /** Where each set begins in `#members`, and where the last one ends. */
  #starts = new Uint32Array(64);
  #members = new Uint32Array(256);
  #count = 0;
  /** Open addressing: set + 1, 0 for free. */
  #buckets = new Uint32Array(256);
  readonly #steps = new Map<number, number>();
  readonly #membersMax: number;
  #crowdedAt: number;
  #lastStep = -1;
  #lastResult = EMPTY_SET;

  /** `membersMax`: of all sets together. */
  constructor(items: RuleItems, membersMax = MEMBERS_MAX) {
    this.#items = items;
    this.#membersMax = membersMax;
    this.#crowdedAt = FIRST_DROP * membersMax;
    this.#intern([]);
  }

  /** The set `set` with `item`: the same one if it has it. SET_IS_FULL where the item's source has said too much of it already, or no room is left. */
  with(set: number, item: number): number {
    const step = set * STEP_FACTOR + item;
    // A list's names mostly take the same step one after another.
    if (step === this.#lastStep) return this.#lastResult;
    let result = this.#steps.get(step);
    if (result === undefined) {
      const members = this.#added(set, item);
      result = members === undefined ? SET_IS_FULL : this.of(members);
      if (this.#steps.size >= STEPS_MAX) this.#steps.clear();
      this.#steps.set(step, result);
    }
    this.#lastStep = step;
    this.#lastResult = result;
    return result;
  }

  /** The set with what becomes of each item of `set`; undefined: it goes. */
  changed(set: number, change: (item: number) => number | undefined): number {
    const left = new Set<number>();
    for (const item of this.members(set)) left.add(change(item) ?? GONE);
    left.delete(GONE);
    const result = this.of([...left].sort((a, b) => this.#items.order(a, b)));
    return result === SET_IS_FULL ? set : result;
  }

  /** The set of these items, in the order in which they are asked; SET_IS_FULL where no room is left for another. */
  of(members: readonly number[]): number {
    if (this.#starts[this.#count]! + members.length <= this.#membersMax) return this.#intern(members);
    return this.#buckets[this.#bucketOf(members)]! - 1;
  }

  /** A table of all sets would be larger than it has to be. */
  get isLarge(): boolean {
    return this.#starts[this.#count]! > MEMBERS_FEW;
  }

  /** It is time to drop what is no longer in use, for the memory it takes. */
  get isCrowded(): boolean {
    return this.#starts[this.#count]! > this.#crowdedAt;
  }

  /** The number that follows the last set's. Sets on the way to larger ones are among them, until they are dropped. */
  get count(): number {
    return this.#count;
  }

  /** Forgets the sets whose number is 0 in `used`, and there writes the new number of the others. Set 0 stays what it is. */
  keepOnly(used: Uint32Array): void {
    let kept = 1;
    let end = 0;
    for (let set = 1; set < this.#count; set++) {
      if (used[set] === 0) continue;
      // Each moves to a lower place, or none.
      const [from, to] = [this.#starts[set]!, this.#starts[set + 1]!];
      this.#members.copyWithin(end, from, to);
      this.#starts[kept] = end;
      end += to - from;
      used[set] = kept++;
    }
    this.#starts[kept] = end;
    this.#count = kept;
    this.#buckets.fill(0);
    for (let set = 0; set < kept; set++) this.#buckets[this.#bucketOf(this.members(set))] = set + 1;
    this.#steps.clear();
    this.#lastStep = -1;
    // Before all room is taken there is always a next time, and more than a few sets have come until then.
    this.#crowdedAt = Math.max(FIRST_DROP * this.#membersMax, Math.min(2 * end, (end + this.#membersMax) / 2));
  }

  /** Where each set begins, counted in items; one more for the end. A view, valid until the next change. */
  get starts(): Uint32Array {
    return this.#starts.subarray(0, this.#count + 1);
  }

  /** The items of all sets. A view, valid until the next change. */
  get all(): Uint32Array {
    return this.#members.subarray(0, this.#starts[this.#count]!);
  }

  /** The items of a set, in the order in which they are asked. A view, valid until the next change. */
  members(set: number): Uint32Array {
    return this.#members.subarray(this.#starts[set]!, this.#starts[set + 1]!);
  }

  #added(set: number, item: number): readonly number[] | undefined {
    const members = [...this.members(set)];
    if (members.includes(item)) return members;
    if (!this.#hasRoomFor(item, members)) return undefined;
    const behind = members.findIndex((member) => this.#items.order(item, member) < 0);
    members.splice(behind === -1 ? members.length : behind, 0, item);
    return members;
  }

  /** Whether its source may say one more thing about a name of which it says `members`, among others. */
  #hasRoomFor(item: number, members: readonly number[]): boolean {
    const items = this.#items;
    const ofSource = members.filter((member) => items.source(member) === items.source(item));
    if (ofSource.length >= RULES_OF_SOURCE_MAX) return false;
    const parts = ofSource.reduce((sum, member) => sum + items.conditionParts(member), items.conditionParts(item));
    return parts <= NAME_CONDITION_PARTS_MAX || items.conditionParts(item) === 0 || !items.isOfList(item);
  }

  #intern(members: readonly number[]): number {
    let bucket = this.#bucketOf(members);
    if (this.#buckets[bucket] !== 0) return this.#buckets[bucket]! - 1;
    if (this.#count + 1 > LOAD_MAX * this.#buckets.length) {
      this.#growBuckets();
      bucket = this.#bucketOf(members);
    }
    const set = this.#count++;
    const start = this.#starts[set]!;
    if (set + 2 > this.#starts.length) this.#starts = grown(this.#starts, set + 2);
    if (start + members.length > this.#members.length) this.#members = grown(this.#members, start + members.length);
    this.#members.set(members, start);
    this.#starts[set + 1] = start + members.length;
    this.#buckets[bucket] = set + 1;
    return set;
  }

  /** That of the set with these members, or the free one where it belongs. */
  #bucketOf(members: ArrayLike<number>): number {
    const last = this.#buckets.length - 1;
    let bucket = hashOf(members) & last;
    for (; this.#buckets[bucket] !== 0; bucket = (bucket + 1) & last) {
      if (isSame(this.members(this.#buckets[bucket]! - 1), members)) break;
    }
    return bucket;
  }

  #growBuckets(): void {
    this.#buckets = new Uint32Array(2 * this.#buckets.length);
    for (let set = 0; set < this.#count; set++) this.#buckets[this.#bucketOf(this.members(set))] = set + 1;
  }
}

function hashOf(members: ArrayLike<number>): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < members.length; index++) {
    hash = Math.imul(hash ^ members[index]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function grown(array: Uint32Array<ArrayBuffer>, least: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(least, 2 * array.length));
  larger.set(array);
  return larger;
}
