// A stripe as its writer sees it: the try-lock, and which link a new answer takes. Used by one thread at a time, the one whose slot
// stands in the owner word.

import { bucketAt, freeSlot, markAt, memoryAt, slotOfKey, unlink } from './bucket.ts';
import type { AnswerKey } from './cached-answer.ts';
import { emptyStripe } from './empty-stripe.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { BUCKET_SLOTS, type CacheLayout, STRIPE, TAG_SHIFT, UNIT_MASK, UNIT_WORDS } from './layout.ts';
import { StripeRoom } from './stripe-room.ts';

export class StripeWriter {
  #stripe = 0;
  #bucket = 0;
  #tag = 0;
  /** Slot of the older answer to the same key; -1: none. */
  #replacedSlot = -1;
  readonly #room: StripeRoom;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #rule: EvictionRule;
  readonly #threadSlot: number;

  constructor(words: Int32Array<SharedArrayBuffer>, layout: CacheLayout, rule: EvictionRule, threadSlot: number) {
    this.#words = words;
    this.#layout = layout;
    this.#rule = rule;
    this.#threadSlot = threadSlot;
    this.#room = new StripeRoom(words, layout, rule);
  }

  /** Takes the stripe at word `stripe`; false if another writer holds it. */
  tryOpen(stripe: number): boolean {
    const owner = Atomics.compareExchange(this.#words, stripe + STRIPE.OWNER, 0, this.#threadSlot);
    if (owner !== 0) {
      if (owner !== this.#threadSlot) return false;
      // Only an earlier store of this very thread can have left that: it did not reach its end.
      emptyStripe(this.#words, stripe, this.#layout);
    }
    this.#stripe = stripe;
    this.#room.open(stripe);
    return true;
  }

  close(): void {
    this.#room.close();
    Atomics.store(this.#words, this.#stripe + STRIPE.OWNER, 0);
  }

  /** Makes room for an entry of `units` (at most `entryUnitsMax`), unlinks what stood there, and returns the first unit. */
  takeRoom(key: AnswerKey, bucketIndex: number, tag: number, units: number, nowSeconds: number): number {
    const words = this.#words;
    const bucket = bucketAt(this.#stripe, bucketIndex);
    this.#bucket = bucket;
    this.#tag = tag;
    this.#room.nowSeconds = nowSeconds;
    const arena = this.#stripe + this.#layout.arenaOffset;
    const slot = slotOfKey(words, bucket, tag, arena, arena + this.#layout.arenaUnits * UNIT_WORDS, key);
    this.#replacedSlot = slot;
    if (slot >= 0) {
      const unit = words[bucket + slot]! & UNIT_MASK;
      // Refreshing costs the ring nothing.
      if (this.#room.isExactlyOf(unit, units)) {
        // First unlinked, then overwritten: a reader that still comes here is stopped by the checksum.
        Atomics.store(words, bucket + slot, 0);
        return unit;
      }
    }
    return this.#room.take(units, slot >= 0 || this.#rule.isProven(memoryAt(bucket), tag));
  }

  /** Makes the entry at `unit` the one that the key of takeRoom finds: an older answer to it is gone. */
  link(unit: number): void {
    const replaced = this.#replacedSlot;
    const slot = replaced >= 0 ? replaced : this.#slotForNew();
    Atomics.store(this.#words, this.#bucket + slot, (this.#tag << TAG_SHIFT) | unit);
    if (replaced >= 0) this.#rule.noteReplaced(markAt(this.#bucket, slot));
    else this.#rule.noteNew(markAt(this.#bucket, slot));
  }

  #slotForNew(): number {
    const free = freeSlot(this.#words, this.#bucket);
    if (free >= 0) return free;
    const slot = this.#slotToGiveUp();
    const isFromNursery = (this.#words[this.#bucket + slot]! & UNIT_MASK) < this.#layout.nurseryUnits;
    unlink(this.#words, this.#rule, this.#bucket, slot, isFromNursery);
    return slot;
  }

  /** The slot of a full bucket whose entry has expired, else the one worth least and, among equals, the next that a sweep would meet. */
  #slotToGiveUp(): number {
    let chosen = 0;
    let leastWorth = Number.POSITIVE_INFINITY;
    let leastDistance = 0;
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const unit = this.#words[this.#bucket + slot]! & UNIT_MASK;
      if (this.#room.isExpired(unit)) return slot;
      const worth = this.#rule.worth(markAt(this.#bucket, slot));
      const distance = this.#room.distanceToSweep(unit);
      if (worth > leastWorth || (worth === leastWorth && distance >= leastDistance)) continue;
      chosen = slot;
      leastWorth = worth;
      leastDistance = distance;
    }
    return chosen;
  }
}
