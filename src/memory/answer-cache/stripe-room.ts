// Room for entries in the two rings of a stripe: sweeps what stands in the way, and asks the rule who moves on and who leaves. Used
// by the thread that holds the stripe. Everything read here is checked: a stripe whose bookkeeping makes no sense is emptied.

import { bucketAt, markAt, slotLinkedTo, unlink } from './bucket.ts';
import { emptyStripe } from './empty-stripe.ts';
import { claimedBucket, claimedExpirySeconds, claimedUnits } from './entry.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { type CacheLayout, STRIPE, UNIT_MASK, UNIT_WORDS } from './layout.ts';
import { Ring } from './ring.ts';

/** Bounds the work of one store, whatever the rule wants kept. */
const MOVED_BY_ONE_STORE_MAX = 16;

export class StripeRoom {
  /** Of the store that is under way. */
  nowSeconds = 0;
  #stripe = 0;
  #arena = 0;
  #movesLeft = 0;
  readonly #nursery: Ring;
  readonly #main: Ring;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #rule: EvictionRule;

  constructor(words: Int32Array<SharedArrayBuffer>, layout: CacheLayout, rule: EvictionRule) {
    this.#words = words;
    this.#layout = layout;
    this.#rule = rule;
    this.#nursery = new Ring(0, layout.nurseryUnits);
    this.#main = new Ring(layout.nurseryUnits, layout.arenaUnits);
  }

  /** Begins with the stripe at word `stripe`, which the caller holds. */
  open(stripe: number): void {
    const words = this.#words;
    this.#stripe = stripe;
    this.#arena = stripe + this.#layout.arenaOffset;
    this.#movesLeft = MOVED_BY_ONE_STORE_MAX;
    this.#nursery.load(words, stripe + STRIPE.NURSERY);
    this.#main.load(words, stripe + STRIPE.MAIN);
    if (!this.#nursery.makesSense() || !this.#main.makesSense()) this.#emptyDamaged();
  }

  close(): void {
    this.#nursery.save(this.#words, this.#stripe + STRIPE.NURSERY);
    this.#main.save(this.#words, this.#stripe + STRIPE.MAIN);
  }

  /** The first of `units` (at most `entryUnitsMax`) that are free now. `isProven`: worth the main ring at once. */
  take(units: number, isProven: boolean): number {
    if (units > this.#layout.nurseryUnits) {
      this.#makeRoomInMain(units, true);
      return this.#main.take(units);
    }
    if (isProven && this.#makeRoomInMain(units, false)) return this.#main.take(units);
    return this.#takeNursery(units);
  }

  /** Whether the entry at `unit` takes so many: a newer answer of the same size can stand in its place. */
  isExactlyOf(unit: number, units: number): boolean {
    const ring = unit < this.#layout.nurseryUnits ? this.#nursery : this.#main;
    return unit + units <= ring.end && claimedUnits(this.#words, this.#arena + unit * UNIT_WORDS) === units;
  }

  isExpired(unit: number): boolean {
    return claimedExpirySeconds(this.#words, this.#arena + unit * UNIT_WORDS) <= this.nowSeconds;
  }

  /** Units that the sweep would pass to come to `unit`; the nursery's entries before the main ring's. */
  distanceToSweep(unit: number): number {
    const isInNursery = unit < this.#layout.nurseryUnits;
    const ring = isInNursery ? this.#nursery : this.#main;
    const distance = unit >= ring.head ? unit - ring.head : unit - ring.head + this.#layout.arenaUnits;
    return isInNursery ? distance : distance + 2 * this.#layout.arenaUnits;
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
    const slot = slotLinkedTo(this.#words, bucket, unit);
    if (slot >= 0) {
      const mayStay = !this.isExpired(unit) && this.#movesLeft > 0;
      if (mayStay && this.#rule.promotes(markAt(bucket, slot))) this.#promote(bucket, slot, units);
      else if (mayStay && this.#mainHasUnusedRoom(units)) this.#promote(bucket, slot, units);
      else unlink(this.#words, this.#rule, bucket, slot, true);
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
      unlink(words, this.#rule, bucket, slot, true);
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
    const slot = slotLinkedTo(words, bucket, unit);
    if (slot >= 0) {
      if (this.#movesLeft > 0 && !this.isExpired(unit) && this.#rule.keeps(markAt(bucket, slot))) {
        this.#movesLeft--;
        const link = words[bucket + slot]!;
        Atomics.store(words, bucket + slot, 0);
        // The head never stands behind the sweep, so there is room, and copyWithin allows for an overlap.
        const target = ring.take(units);
        this.#move(unit, target, units);
        Atomics.store(words, bucket + slot, (link & ~UNIT_MASK) | target);
      } else {
        unlink(words, this.#rule, bucket, slot, false);
      }
    }
    ring.sweep = unit + units;
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
    return bucketAt(this.#stripe, claimedBucket(this.#words, this.#arena + unit * UNIT_WORDS));
  }

  /** Whether the entry at `unit` can still be found; also true for one that makes no sense. */
  #isAlive(unit: number): boolean {
    const bucketIndex = claimedBucket(this.#words, this.#arena + unit * UNIT_WORDS);
    if (bucketIndex >= this.#layout.bucketCount) return true;
    return !this.isExpired(unit) && slotLinkedTo(this.#words, bucketAt(this.#stripe, bucketIndex), unit) >= 0;
  }

  #emptyDamaged(): void {
    emptyStripe(this.#words, this.#stripe, this.#layout);
    this.#words[this.#stripe + STRIPE.DAMAGE]! += 1;
    this.#nursery.empty();
    this.#main.empty();
  }
}
