// The answer cache as a data-plane thread uses it. One SharedArrayBuffer for all threads; README.md has the layout.

import { bucketAt, markAt, slotOfKey } from './bucket.ts';
import type { AnswerKey, CachedAnswer } from './cached-answer.ts';
import { Checksum } from './checksum.ts';
import { emptyStripe } from './empty-stripe.ts';
import { entryUnits, isSameAnswer, readEntry, writeEntry } from './entry.ts';
import type { EvictionRule, EvictionRuleMaker } from './eviction-rule.ts';
import { twoRingEviction } from './two-ring-eviction.ts';
import { bucketOf, hashForBucket, hashForStripe, tagOf } from './key-hash.ts';
import {
  BUCKET_SLOTS,
  BUCKET_WORDS,
  CACHE_MIN_BYTES,
  type CacheLayout,
  CHECKSUM_KEY_WORDS,
  planLayout,
  readHeader,
  STRIPE,
  stripeAt,
  TAG_SHIFT,
  UNIT_MASK,
  UNIT_WORDS,
  writeHeader,
} from './layout.ts';
import { StripeWriter } from './stripe-writer.ts';

export { type AnswerKey, CachedAnswer } from './cached-answer.ts';

// Copies of its own: V8 knows the value of a module's constants, not that of imported ones.
const SLOTS = BUCKET_SLOTS;
const WORDS_OF_BUCKET = BUCKET_WORDS;
const WORDS_OF_UNIT = UNIT_WORDS;
const SHIFT_OF_TAG = TAG_SHIFT;
const MASK_OF_UNIT = UNIT_MASK;
const INDEX_AT = STRIPE.INDEX;

export class AnswerCache {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #checksum: Checksum;
  readonly #rule: EvictionRule;
  readonly #writer: StripeWriter;

  /**
   * `threadSlot`: this thread's number, from 1 (0 means "no owner" in locks); no two living threads may share one. `makeRule`: the
   * same in every thread. Throws TypeError for a buffer that createAnswerCache did not make.
   */
  constructor(buffer: SharedArrayBuffer, threadSlot: number, makeRule: EvictionRuleMaker = twoRingEviction) {
    if (!Number.isInteger(threadSlot) || threadSlot < 1 || threadSlot > 0x7fff_ffff) {
      throw new RangeError(`thread slot ${threadSlot} is not a whole number from 1`);
    }
    const { layout, checksumKey } = readHeader(buffer);
    this.#words = new Int32Array(buffer);
    this.#layout = layout;
    this.#checksum = new Checksum(checksumKey);
    this.#rule = makeRule(new Uint8Array(buffer));
    this.#writer = new StripeWriter(this.#words, layout, this.#rule, threadSlot);
  }

  /**
   * Copies the unexpired answer for `key` into `into`; false on a miss (also when a writer was at work on it), with garbage in
   * `into`. Allocates, awaits and writes nothing. Everything copied has been verified against the key and a checksum.
   */
  find(key: AnswerKey, nowSeconds: number, into: CachedAnswer): boolean {
    const words = this.#words;
    const layout = this.#layout;
    const stripeHash = hashForStripe(key);
    const stripe = stripeAt(layout, stripeHash & (layout.stripeCount - 1));
    const bucketHash = hashForBucket(key, stripeHash);
    const bucket = stripe + INDEX_AT + bucketOf(bucketHash, layout.bucketCount) * WORDS_OF_BUCKET;
    const tag = tagOf(bucketHash);
    for (let slot = 0; slot < SLOTS; slot++) {
      const link = words[bucket + slot]!;
      if (link >>> SHIFT_OF_TAG !== tag) continue;
      const arena = stripe + layout.arenaOffset;
      const entry = arena + (link & MASK_OF_UNIT) * WORDS_OF_UNIT;
      const arenaEnd = arena + layout.arenaUnits * WORDS_OF_UNIT;
      if (!readEntry(words, entry, arenaEnd, key, nowSeconds, into, this.#checksum)) continue;
      // A plain load: Atomics.load is a call, and nothing but freshness hangs on it (README.md).
      if (words[bucket + slot] !== link) return false;
      this.#rule.noteHit(markAt(bucket, slot));
      return true;
    }
    return false;
  }

  /** How often the answer for `key` was asked for of late, as far as the eviction rule counts; 0 also if there is none. */
  timesAsked(key: AnswerKey): number {
    const layout = this.#layout;
    const stripeHash = hashForStripe(key);
    const stripe = stripeAt(layout, stripeHash & (layout.stripeCount - 1));
    const bucketHash = hashForBucket(key, stripeHash);
    const bucket = bucketAt(stripe, bucketOf(bucketHash, layout.bucketCount));
    const arena = stripe + layout.arenaOffset;
    const arenaEnd = arena + layout.arenaUnits * UNIT_WORDS;
    const slot = slotOfKey(this.#words, bucket, tagOf(bucketHash), arena, arenaEnd, key);
    return slot < 0 ? 0 : this.#rule.worth(markAt(bucket, slot));
  }

  /** Stores or replaces; false if it was given up (too large, or another writer holds the stripe). Never waits. */
  store(key: AnswerKey, answer: CachedAnswer): boolean {
    return this.#store(key, answer, false);
  }

  /** Stores what `find` has copied once more, with other notes beside it; false also if it has left since, or given way to another. */
  storeAgain(key: AnswerKey, answer: CachedAnswer): boolean {
    return this.#store(key, answer, true);
  }

  #store(key: AnswerKey, answer: CachedAnswer, isAgain: boolean): boolean {
    const layout = this.#layout;
    const units = entryUnits(key, answer);
    if (units < 0 || units > layout.entryUnitsMax) return false;
    const stripeHash = hashForStripe(key);
    const stripe = stripeAt(layout, stripeHash & (layout.stripeCount - 1));
    const writer = this.#writer;
    if (!writer.tryOpen(stripe)) return false;
    const bucketHash = hashForBucket(key, stripeHash);
    const bucketIndex = bucketOf(bucketHash, layout.bucketCount);
    if (isAgain && !this.#isThere(stripe, bucketAt(stripe, bucketIndex), tagOf(bucketHash), key, answer)) {
      writer.close();
      return false;
    }
    const unit = writer.takeRoom(key, bucketIndex, tagOf(bucketHash), units, answer.storedAtSeconds);
    const entry = stripe + layout.arenaOffset + unit * UNIT_WORDS;
    writeEntry(this.#words, entry, bucketIndex, key, answer, this.#checksum);
    writer.link(unit);
    writer.close();
    return true;
  }

  /** For the writer that holds the stripe. */
  #isThere(stripe: number, bucket: number, tag: number, key: AnswerKey, answer: CachedAnswer): boolean {
    const { arenaOffset, arenaUnits } = this.#layout;
    const words = this.#words;
    const arena = stripe + arenaOffset;
    const arenaEnd = arena + arenaUnits * UNIT_WORDS;
    const slot = slotOfKey(words, bucket, tag, arena, arenaEnd, key);
    if (slot < 0) return false;
    return isSameAnswer(words, arena + (words[bucket + slot]! & UNIT_MASK) * UNIT_WORDS, arenaEnd, key, answer);
  }
}

/**
 * A new, empty cache of at most `maxBytes` in all (and at most 4 GiB); pages are touched only as used. Throws RangeError below
 * 64 kB. From 128 kB up it takes any message; below, an entry must fit into the one arena.
 */
export function createAnswerCache(maxBytes: number): SharedArrayBuffer {
  if (!(maxBytes >= CACHE_MIN_BYTES)) {
    throw new RangeError(`an answer cache needs at least ${CACHE_MIN_BYTES} bytes, not ${maxBytes}`);
  }
  const layout = planLayout(maxBytes);
  const buffer = new SharedArrayBuffer(layout.byteLength);
  writeHeader(buffer, layout, crypto.getRandomValues(new Int32Array(CHECKSUM_KEY_WORDS)));
  return buffer;
}

/**
 * Called by the control plane once thread `threadSlot` is dead and before another takes its slot: frees what it held, discards
 * what it may have left half-written (the stripe's other entries go with it).
 */
export function recoverAfterThreadDeath(buffer: SharedArrayBuffer, threadSlot: number): void {
  const { layout } = readHeader(buffer);
  const words = new Int32Array(buffer);
  for (let i = 0; i < layout.stripeCount; i++) {
    const stripe = stripeAt(layout, i);
    if (Atomics.load(words, stripe + STRIPE.OWNER) !== threadSlot) continue;
    emptyStripe(words, stripe, layout);
    Atomics.store(words, stripe + STRIPE.OWNER, 0);
  }
}
