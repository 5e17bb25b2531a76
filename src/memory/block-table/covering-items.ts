// Builder side: the rules that hold at one address, while addresses are gone through from the lowest to the highest.
//
// Every source has room for so many at an address. Those for which there is none wait until one of its own ends; they are kept apart by
// how much room they need, so that none waits behind one that needs more than twice as much.

import { NAME_CONDITION_PARTS_MAX } from './condition-parts.ts';
import type { RuleItems } from './rule-items.ts';

/** Of all sources together, where there are not more of them. */
const COVERING_MAX = 256;
/** Of one list, and of one source of the operator's; more are somebody's attempt to make us work. */
const OF_LIST_MAX = 16;
const OF_SOURCE_MAX = 64;

/** First come, first served, from `next` on; those that have ended meanwhile are passed over. */
interface WaitingItems {
  readonly items: number[];
  next: number;
}

interface OfSource {
  held: number;
  /** Of the conditions of those that are held. */
  parts: number;
  /** By how many digits the number of their conditions' parts has, in binary: a few, however many wait. */
  readonly waiting: Map<number, WaitingItems>;
}

const BITS = 32;

export class CoveringItems {
  /** Those that hold, in the order of a set. */
  readonly inOrder: number[] = [];
  /** By source: rules that held until there was no room for their set. */
  readonly leftOut: number[] = [];
  readonly #items: RuleItems;
  readonly #share: number;
  /** How often each item covers the address, whether it holds or waits. */
  readonly #times = new Map<number, number>();
  readonly #held = new Set<number>();
  readonly #bySource = new Map<number, OfSource>();

  /** `sources`: how many there are with rules about addresses. */
  constructor(items: RuleItems, sources: number) {
    this.#items = items;
    this.#share = Math.max(1, Math.floor(COVERING_MAX / Math.max(1, sources)));
  }

  /** Whether there is room for it; else it waits. */
  begin(item: number): boolean {
    const times = (this.#times.get(item) ?? 0) + 1;
    this.#times.set(item, times);
    const ofSource = this.#ofSource(item);
    if (times === 1 && !this.#hold(item, ofSource)) this.#wait(item, ofSource);
    return this.#held.has(item);
  }

  end(item: number): void {
    const times = this.#times.get(item)! - 1;
    if (times > 0) {
      this.#times.set(item, times);
      return;
    }
    this.#times.delete(item);
    if (!this.#held.delete(item)) return;
    this.inOrder.splice(this.inOrder.indexOf(item), 1);
    const ofSource = this.#ofSource(item);
    ofSource.held--;
    ofSource.parts -= this.#items.conditionParts(item);
    this.#takeIn(ofSource);
  }

  /** Those that hold do not, since there is no room to say so. */
  leaveOutAll(): void {
    for (const item of this.inOrder) this.#leaveOut(item);
  }

  /** False where its source has no room. */
  #hold(item: number, ofSource: OfSource): boolean {
    const isOfList = this.#items.isOfList(item);
    if (ofSource.held >= Math.min(this.#share, isOfList ? OF_LIST_MAX : OF_SOURCE_MAX)) return false;
    const parts = ofSource.parts + this.#items.conditionParts(item);
    if (isOfList && parts > NAME_CONDITION_PARTS_MAX) return false;
    ofSource.held++;
    ofSource.parts = parts;
    this.#held.add(item);
    const behind = this.inOrder.findIndex((other) => this.#items.order(item, other) < 0);
    this.inOrder.splice(behind === -1 ? this.inOrder.length : behind, 0, item);
    return true;
  }

  #wait(item: number, { waiting }: OfSource): void {
    // Only those of lists have to find room for their conditions.
    const parts = this.#items.isOfList(item) ? this.#items.conditionParts(item) : 0;
    const digits = BITS - Math.clz32(parts);
    const alike = waiting.get(digits);
    if (alike === undefined) waiting.set(digits, { items: [item], next: 0 });
    else alike.items.push(item);
  }

  #takeIn(ofSource: OfSource): void {
    for (const [digits, alike] of ofSource.waiting) {
      for (; alike.next < alike.items.length; alike.next++) {
        const item = alike.items[alike.next]!;
        if (this.#times.has(item) && !this.#held.has(item) && !this.#hold(item, ofSource)) break;
      }
      if (alike.next === alike.items.length) ofSource.waiting.delete(digits);
    }
  }

  #ofSource(item: number): OfSource {
    const source = this.#items.source(item);
    let ofSource = this.#bySource.get(source);
    if (ofSource === undefined) {
      ofSource = { held: 0, parts: 0, waiting: new Map() };
      this.#bySource.set(source, ofSource);
    }
    return ofSource;
  }

  #leaveOut(item: number): void {
    const source = this.#items.source(item);
    this.leftOut[source] = (this.leftOut[source] ?? 0) + 1;
  }
}
