// A stripe as its writer sees it: the try-lock, the ring of entries, the links from the index. Used by one thread at a time, the
// one whose slot stands in the owner word. Everything read here is checked: a stripe whose bookkeeping makes no sense is emptied.

import { claimedBucket, claimedUnits } from './entry.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { BUCKET_SLOTS, BUCKET_WORDS, type CacheLayout, STRIPE, TAG_SHIFT, UNIT_MASK, UNIT_WORDS } from './layout.ts';

/** Bounds the work of one store, whatever the rule wants kept. */
const KEPT_BY_ONE_STORE_MAX = 16;

export class StripeWriter {
  #head = 0;
  #sweep = 0;
  #limit = 0;
  #stripe = 0;
  #keepsLeft = 0;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #rule: EvictionRule;
  readonly #threadSlot: number;

  constructor(words: Int32Array<SharedArrayBuffer>, layout: CacheLayout, rule: EvictionRule, threadSlot: number) {
    this.#words = words;
    this.#layout = layout;
    this.#rule = rule;
    this.#threadSlot = threadSlot;
  }

  /** Takes the stripe at word `stripe`; false if another writer holds it. */
  tryOpen(stripe: number): boolean {
    const words = this.#words;
    const owner = Atomics.compareExchange(words, stripe + STRIPE.OWNER, 0, this.#threadSlot);
    if (owner !== 0) {
      if (owner !== this.#threadSlot) return false;
      // Only an earlier store of this very thread can have left that: it did not reach its end.
      emptyStripe(words, stripe, this.#layout);
    }
    this.#stripe = stripe;
    this.#keepsLeft = KEPT_BY_ONE_STORE_MAX;
    this.#head = words[stripe + STRIPE.HEAD]!;
    this.#sweep = words[stripe + STRIPE.SWEEP]!;
    this.#limit = words[stripe + STRIPE.LIMIT]!;
    if (!this.#cursorsMakeSense()) this.#emptyDamaged();
    return true;
  }

  close(): void {
    const words = this.#words;
    words[this.#stripe + STRIPE.HEAD] = this.#head;
    words[this.#stripe + STRIPE.SWEEP] = this.#sweep;
    words[this.#stripe + STRIPE.LIMIT] = this.#limit;
    Atomics.store(words, this.#stripe + STRIPE.OWNER, 0);
  }

  /** Takes `units` (at most the arena) off the ring, unlinks what stood there, and returns the first of them. */
  takeRoom(units: number): number {
    const { arenaUnits } = this.#layout;
    for (;;) {
      while (this.#sweep < this.#limit && (this.#sweep < this.#head + units || this.#head + units > arenaUnits)) {
        this.#sweepOne();
      }
      if (this.#head + units <= arenaUnits) break;
      this.#limit = this.#head;
      this.#head = 0;
      this.#sweep = 0;
    }
    const unit = this.#head;
    this.#head += units;
    return unit;
  }

  /** Makes the entry at `unit` the one that `tag` finds in this bucket. Each tag stands once in a bucket: what it found before is gone. */
  link(bucketIndex: number, tag: number, unit: number): void {
    const words = this.#words;
    const bucket = this.#stripe + STRIPE.INDEX + bucketIndex * BUCKET_WORDS;
    let chosen = -1;
    let replaces = false;
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const link = words[bucket + slot]!;
      if (link >>> TAG_SHIFT === tag) {
        chosen = slot;
        replaces = true;
        break;
      }
      if (link === 0 && chosen < 0) chosen = slot;
    }
    if (chosen < 0) chosen = this.#slotToGiveUp(bucket, unit);
    Atomics.store(words, bucket + chosen, (tag << TAG_SHIFT) | unit);
    this.#rule.noteStore(markAt(bucket, chosen), replaces);
  }

  /** The slot of a full bucket whose entry the sweep from `unit` on would meet first and the rule does not keep. */
  #slotToGiveUp(bucket: number, unit: number): number {
    let chosen = 0;
    let chosenDistance = Number.MAX_SAFE_INTEGER;
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const linkedUnit = this.#words[bucket + slot]! & UNIT_MASK;
      let distance = linkedUnit >= unit ? linkedUnit - unit : linkedUnit + this.#layout.arenaUnits - unit;
      if (this.#rule.keeps(markAt(bucket, slot))) distance += this.#layout.arenaUnits;
      if (distance >= chosenDistance) continue;
      chosen = slot;
      chosenDistance = distance;
    }
    return chosen;
  }

  /** Moves the sweep over one entry, which is unlinked, or moved to the head if the rule keeps it. */
  #sweepOne(): void {
    const words = this.#words;
    const at = this.#stripe + this.#layout.arenaOffset + this.#sweep * UNIT_WORDS;
    const units = claimedUnits(words, at);
    const bucketIndex = claimedBucket(words, at);
    if (this.#sweep + units > this.#limit || bucketIndex >= this.#layout.bucketCount) {
      this.#emptyDamaged();
      return;
    }
    const bucket = this.#stripe + STRIPE.INDEX + bucketIndex * BUCKET_WORDS;
    const slot = this.#slotLinkedTo(bucket, this.#sweep);
    if (slot >= 0) {
      const link = words[bucket + slot]!;
      // First unlinked, then overwritten: a reader that still comes here is stopped by the checksum.
      Atomics.store(words, bucket + slot, 0);
      if (this.#keepsLeft > 0 && this.#rule.keeps(markAt(bucket, slot))) {
        this.#keepsLeft--;
        this.#moveToHead(at, units);
        Atomics.store(words, bucket + slot, (link & ~UNIT_MASK) | this.#head);
        this.#head += units;
      }
    }
    this.#sweep += units;
  }

  /** The head never stands behind the sweep, so there is room, and copyWithin allows for an overlap. */
  #moveToHead(from: number, units: number): void {
    const to = this.#stripe + this.#layout.arenaOffset + this.#head * UNIT_WORDS;
    if (to !== from) this.#words.copyWithin(to, from, from + units * UNIT_WORDS);
  }

  /** -1 if the entry was replaced or given up before. */
  #slotLinkedTo(bucket: number, unit: number): number {
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const link = this.#words[bucket + slot]!;
      if (link !== 0 && (link & UNIT_MASK) === unit) return slot;
    }
    return -1;
  }

  #cursorsMakeSense(): boolean {
    const { arenaUnits } = this.#layout;
    const inArena = this.#head >= 0 && this.#head <= arenaUnits && this.#limit >= 0 && this.#limit <= arenaUnits;
    const formerLapIsAhead = this.#sweep >= this.#head || this.#sweep >= this.#limit;
    return inArena && this.#sweep >= 0 && formerLapIsAhead;
  }

  #emptyDamaged(): void {
    emptyStripe(this.#words, this.#stripe, this.#layout);
    this.#words[this.#stripe + STRIPE.DAMAGE]! += 1;
    this.#head = 0;
    this.#sweep = 0;
    this.#limit = 0;
  }
}

/** Unlinks every entry and starts the ring anew. The stripe must be held, by the caller or by a dead thread. */
export function emptyStripe(words: Int32Array<SharedArrayBuffer>, stripe: number, layout: CacheLayout): void {
  words.fill(0, stripe + STRIPE.INDEX, stripe + layout.arenaOffset);
  words[stripe + STRIPE.HEAD] = 0;
  words[stripe + STRIPE.SWEEP] = 0;
  words[stripe + STRIPE.LIMIT] = 0;
}

/** Byte position of a slot's mark. */
export function markAt(bucket: number, slot: number): number {
  return (bucket + BUCKET_SLOTS) * 4 + slot;
}
