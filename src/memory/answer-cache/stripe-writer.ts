// A stripe as its writer sees it: the try-lock, the two rings of entries, the links from the index. Used by one thread at a time, the
// one whose slot stands in the owner word. Everything read here is checked: a stripe whose bookkeeping makes no sense is emptied.

import type { AnswerKey } from './cached-answer.ts';
import { claimedBucket, claimedExpirySeconds, claimedUnits, isFiledUnder } from './entry.ts';
import type { EvictionRule } from './eviction-rule.ts';
import {
  BUCKET_SLOTS,
  BUCKET_WORDS,
  type CacheLayout,
  RING,
  STRIPE,
  TAG_SHIFT,
  UNIT_MASK,
  UNIT_WORDS,
} from './layout.ts';
import { Ring } from './ring.ts';

/** Bounds the work of one store, whatever the rule wants kept. */
const MOVED_BY_ONE_STORE_MAX = 16;

export class StripeWriter {
  #stripe = 0;
  #arena = 0;
  #nowSeconds = 0;
  #movesLeft = 0;
  #bucket = 0;
  #tag = 0;
  /** Slot of the older answer to the same key; -1: none. */
  #replacedSlot = -1;
  readonly #nursery: Ring;
  readonly #main: Ring;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #rule: EvictionRule;
  readonly #threadSlot: number;

  constructor(words: Int32Array<SharedArrayBuffer>, layout: CacheLayout, rule: EvictionRule, threadSlot: number) {
    this.#words = words;
    this.#layout = layout;
    this.#rule = rule;
    this.#threadSlot = threadSlot;
    this.#nursery = new Ring(0, layout.nurseryUnits);
    this.#main = new Ring(layout.nurseryUnits, layout.arenaUnits);
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
    this.#arena = stripe + this.#layout.arenaOffset;
    this.#movesLeft = MOVED_BY_ONE_STORE_MAX;
    this.#nursery.load(words, stripe + STRIPE.NURSERY);
    this.#main.load(words, stripe + STRIPE.MAIN);
    if (!this.#nursery.makesSense() || !this.#main.makesSense()) this.#emptyDamaged();
    return true;
  }

  close(): void {
    const words = this.#words;
    this.#nursery.save(words, this.#stripe + STRIPE.NURSERY);
    this.#main.save(words, this.#stripe + STRIPE.MAIN);
    Atomics.store(words, this.#stripe + STRIPE.OWNER, 0);
  }

  /** Makes room for an entry of `units` (at most `entryUnitsMax`), unlinks what stood there, and returns the first unit. */
  takeRoom(key: AnswerKey, bucketIndex: number, tag: number, units: number, nowSeconds: number): number {
    this.#bucket = this.#stripe + STRIPE.INDEX + bucketIndex * BUCKET_WORDS;
    this.#tag = tag;
    this.#nowSeconds = nowSeconds;
    const slot = this.#slotOfKey(key);
    this.#replacedSlot = slot;
    if (slot >= 0) {
      const unit = this.#words[this.#bucket + slot]! & UNIT_MASK;
      if (this.#isExactlyOf(unit, units)) {
        // First unlinked, then overwritten: a reader that still comes here is stopped by the checksum.
        Atomics.store(this.#words, this.#bucket + slot, 0);
        return unit;
      }
    }
    if (units > this.#layout.nurseryUnits) {
      this.#makeRoomInMain(units, true);
      return this.#main.take(units);
    }
    const isProven = slot >= 0 || this.#rule.isProven(memoryAt(this.#bucket), tag);
    if (isProven && this.#makeRoomInMain(units, false)) return this.#main.take(units);
    return this.#takeNursery(units);
  }

  /** Makes the entry at `unit` the one that the key of takeRoom finds: an older answer to it is gone. */
  link(unit: number): void {
    const replaced = this.#replacedSlot;
    const slot = replaced >= 0 ? replaced : this.#slotForNew();
    Atomics.store(this.#words, this.#bucket + slot, (this.#tag << TAG_SHIFT) | unit);
    if (replaced >= 0) this.#rule.noteReplaced(markAt(this.#bucket, slot));
    else this.#rule.noteNew(markAt(this.#bucket, slot));
  }

  /** A newer answer of the same size takes the older one's place: refreshing costs the ring nothing. */
  #isExactlyOf(unit: number, units: number): boolean {
    const ring = unit < this.#layout.nurseryUnits ? this.#nursery : this.#main;
    return unit + units <= ring.end && claimedUnits(this.#words, this.#arena + unit * UNIT_WORDS) === units;
  }

  #takeNursery(units: number): number {
    const ring = this.#nursery;
    for (;;) {
      while (ring.mustSweepFor(units)) this.#sweepNursery();
      if (ring.hasRoomFor(units)) return ring.take(units);
      ring.beginLap();
    }
  }

  /** False if the store has made its moves before there is room; with `isForced` answers then leave unasked. */
  #makeRoomInMain(units: number, isForced: boolean): boolean {
    const ring = this.#main;
    for (;;) {
      while (ring.mustSweepFor(units)) {
        if (this.#movesLeft === 0 && !isForced && this.#isAlive(ring.sweep)) return false;
        this.#sweepMain();
      }
      if (ring.hasRoomFor(units)) return true;
      ring.beginLap();
    }
  }

  /** Whether the main ring has room for `units` that no living answer must leave. */
  #mainHasUnusedRoom(units: number): boolean {
    const ring = this.#main;
    for (let laps = 0; laps < 2; laps++) {
      while (ring.mustSweepFor(units)) {
        if (this.#isAlive(ring.sweep)) return false;
        this.#sweepMain();
      }
      if (ring.hasRoomFor(units)) return true;
      ring.beginLap();
    }
    return false;
  }

  /** Moves the nursery's sweep over one entry, which moves to the main ring or leaves. */
  #sweepNursery(): void {
    const ring = this.#nursery;
    const unit = ring.sweep;
    const units = this.#unitsAtSweep(ring);
    if (units === 0) return;
    const bucket = this.#bucketOf(unit);
    const slot = this.#slotLinkedTo(bucket, unit);
    if (slot >= 0) {
      const mayStay = !this.#isExpired(unit) && this.#movesLeft > 0;
      if (mayStay && this.#rule.promotes(markAt(bucket, slot))) this.#promote(bucket, slot, units);
      else if (mayStay && this.#mainHasUnusedRoom(units)) this.#promote(bucket, slot, units);
      else this.#unlink(bucket, slot, true);
      // The main ring may have been found damaged, and the stripe emptied.
      if (ring.sweep !== unit || ring.limit < unit + units) return;
    }
    ring.sweep = unit + units;
  }

  /** Moves an entry from the nursery to the main ring; where the others there come first, it leaves. */
  #promote(bucket: number, slot: number, units: number): void {
    const words = this.#words;
    this.#movesLeft--;
    const hasRoom = this.#makeRoomInMain(units, false);
    const link = words[bucket + slot]!;
    if (link === 0) return;
    if (!hasRoom) {
      this.#unlink(bucket, slot, true);
      return;
    }
    const target = this.#main.take(units);
    this.#move(link & UNIT_MASK, target, units);
    Atomics.store(words, bucket + slot, (link & ~UNIT_MASK) | target);
  }

  /** Moves the main ring's sweep over one entry, which moves to the head or leaves. */
  #sweepMain(): void {
    const words = this.#words;
    const ring = this.#main;
    const unit = ring.sweep;
    const units = this.#unitsAtSweep(ring);
    if (units === 0) return;
    const bucket = this.#bucketOf(unit);
    const slot = this.#slotLinkedTo(bucket, unit);
    if (slot >= 0) {
      if (this.#movesLeft > 0 && !this.#isExpired(unit) && this.#rule.keeps(markAt(bucket, slot))) {
        this.#movesLeft--;
        const link = words[bucket + slot]!;
        Atomics.store(words, bucket + slot, 0);
        // The head never stands behind the sweep, so there is room, and copyWithin allows for an overlap.
        const target = ring.take(units);
        this.#move(unit, target, units);
        Atomics.store(words, bucket + slot, (link & ~UNIT_MASK) | target);
      } else {
        this.#unlink(bucket, slot, false);
      }
    }
    ring.sweep = unit + units;
  }

  #unlink(bucket: number, slot: number, isFromNursery: boolean): void {
    const tag = this.#words[bucket + slot]! >>> TAG_SHIFT;
    Atomics.store(this.#words, bucket + slot, 0);
    this.#rule.noteGone(markAt(bucket, slot), memoryAt(bucket), tag, isFromNursery);
  }

  #move(from: number, to: number, units: number): void {
    if (from === to) return;
    const source = this.#arena + from * UNIT_WORDS;
    this.#words.copyWithin(this.#arena + to * UNIT_WORDS, source, source + units * UNIT_WORDS);
  }

  /** Units of the entry at the ring's sweep; 0 if it makes no sense, and then the stripe is empty. */
  #unitsAtSweep(ring: Ring): number {
    const at = this.#arena + ring.sweep * UNIT_WORDS;
    const units = claimedUnits(this.#words, at);
    const isSound = ring.sweep + units <= ring.limit && claimedBucket(this.#words, at) < this.#layout.bucketCount;
    if (isSound) return units;
    this.#emptyDamaged();
    return 0;
  }

  #bucketOf(unit: number): number {
    const bucketIndex = claimedBucket(this.#words, this.#arena + unit * UNIT_WORDS);
    return this.#stripe + STRIPE.INDEX + bucketIndex * BUCKET_WORDS;
  }

  #isExpired(unit: number): boolean {
    return claimedExpirySeconds(this.#words, this.#arena + unit * UNIT_WORDS) <= this.#nowSeconds;
  }

  /** Whether the entry at `unit` can still be found; also true for one that makes no sense. */
  #isAlive(unit: number): boolean {
    const bucketIndex = claimedBucket(this.#words, this.#arena + unit * UNIT_WORDS);
    if (bucketIndex >= this.#layout.bucketCount) return true;
    return !this.#isExpired(unit) && this.#slotLinkedTo(this.#bucketOf(unit), unit) >= 0;
  }

  #slotForNew(): number {
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) if (this.#words[this.#bucket + slot] === 0) return slot;
    const slot = this.#slotToGiveUp();
    const isFromNursery = (this.#words[this.#bucket + slot]! & UNIT_MASK) < this.#layout.nurseryUnits;
    this.#unlink(this.#bucket, slot, isFromNursery);
    return slot;
  }

  /** The slot of a full bucket whose entry has expired, else the one worth least and, among equals, the next that a sweep would meet. */
  #slotToGiveUp(): number {
    let chosen = 0;
    let leastWorth = Number.POSITIVE_INFINITY;
    let leastDistance = 0;
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const unit = this.#words[this.#bucket + slot]! & UNIT_MASK;
      if (this.#isExpired(unit)) return slot;
      const worth = this.#rule.worth(markAt(this.#bucket, slot));
      const distance = this.#distanceToSweep(unit);
      if (worth > leastWorth || (worth === leastWorth && distance >= leastDistance)) continue;
      chosen = slot;
      leastWorth = worth;
      leastDistance = distance;
    }
    return chosen;
  }

  /** Units that the sweep would pass to come to `unit`; the nursery's entries before the main ring's. */
  #distanceToSweep(unit: number): number {
    const isInNursery = unit < this.#layout.nurseryUnits;
    const ring = isInNursery ? this.#nursery : this.#main;
    const distance = unit >= ring.head ? unit - ring.head : unit - ring.head + this.#layout.arenaUnits;
    return isInNursery ? distance : distance + 2 * this.#layout.arenaUnits;
  }

  #slotOfKey(key: AnswerKey): number {
    const words = this.#words;
    const arenaEnd = this.#arena + this.#layout.arenaUnits * UNIT_WORDS;
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const link = words[this.#bucket + slot]!;
      if (link >>> TAG_SHIFT !== this.#tag) continue;
      if (isFiledUnder(words, this.#arena + (link & UNIT_MASK) * UNIT_WORDS, arenaEnd, key)) return slot;
    }
    return -1;
  }

  /** -1 if the entry was replaced or given up before. */
  #slotLinkedTo(bucket: number, unit: number): number {
    for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
      const link = this.#words[bucket + slot]!;
      if (link !== 0 && (link & UNIT_MASK) === unit) return slot;
    }
    return -1;
  }

  #emptyDamaged(): void {
    emptyStripe(this.#words, this.#stripe, this.#layout);
    this.#words[this.#stripe + STRIPE.DAMAGE]! += 1;
    this.#nursery.empty();
    this.#main.empty();
  }
}

/** Unlinks every entry and starts the rings anew. The stripe must be held, by the caller or by a dead thread. */
export function emptyStripe(words: Int32Array<SharedArrayBuffer>, stripe: number, layout: CacheLayout): void {
  words.fill(0, stripe + STRIPE.INDEX, stripe + layout.arenaOffset);
  for (const ring of [STRIPE.NURSERY, STRIPE.MAIN]) {
    words.fill(0, stripe + ring, stripe + ring + RING.LIMIT + 1);
  }
}

/** Byte position of a slot's mark. */
export function markAt(bucket: number, slot: number): number {
  return (bucket + BUCKET_SLOTS) * 4 + slot;
}

/** Byte position of the rule's four bytes for a bucket. */
export function memoryAt(bucket: number): number {
  return (bucket + BUCKET_WORDS - 1) * 4;
}
