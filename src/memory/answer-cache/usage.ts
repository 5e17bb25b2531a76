// How full the cache is, for status pages and tests. Reads the index without holding anything: the numbers are of the moment.

import { BUCKET_SLOTS, BUCKET_WORDS, readHeader, RING, STRIPE, stripeAt, UNIT_WORDS } from './layout.ts';

export interface AnswerCacheUsage {
  readonly byteLength: number;
  readonly stripeCount: number;
  /** What entries take, those included that were replaced and not yet swept. */
  readonly usedBytes: number;
  /** Answers that can be found, expired ones, failures and notes of the data plane included. */
  readonly entryCount: number;
  /** Stripes a writer holds right now. */
  readonly stripesHeld: number;
  /** Times a stripe was emptied because its bookkeeping made no sense; anything but 0 is a bug or broken memory. */
  readonly damageCount: number;
}

export function readAnswerCacheUsage(buffer: SharedArrayBuffer): AnswerCacheUsage {
  const { layout } = readHeader(buffer);
  const words = new Int32Array(buffer);
  let entryCount = 0;
  let stripesHeld = 0;
  let damageCount = 0;
  let usedUnits = 0;
  for (let i = 0; i < layout.stripeCount; i++) {
    const stripe = stripeAt(layout, i);
    if (Atomics.load(words, stripe + STRIPE.OWNER) !== 0) stripesHeld++;
    damageCount += words[stripe + STRIPE.DAMAGE]!;
    usedUnits += unitsInRing(words, stripe + STRIPE.NURSERY);
    usedUnits += unitsInRing(words, stripe + STRIPE.MAIN);
    const indexEnd = stripe + STRIPE.INDEX + layout.bucketCount * BUCKET_WORDS;
    for (let bucket = stripe + STRIPE.INDEX; bucket < indexEnd; bucket += BUCKET_WORDS) {
      for (let slot = 0; slot < BUCKET_SLOTS; slot++) if (words[bucket + slot] !== 0) entryCount++;
    }
  }
  return {
    byteLength: buffer.byteLength,
    stripeCount: layout.stripeCount,
    usedBytes: usedUnits * UNIT_WORDS * 4,
    entryCount,
    stripesHeld,
    damageCount,
  };
}

/** Entries of this lap stand before the head, those of the former lap from the sweep to the limit. */
function unitsInRing(words: Int32Array<SharedArrayBuffer>, ring: number): number {
  const head = words[ring + RING.HEAD]!;
  return head + Math.max(0, words[ring + RING.LIMIT]! - words[ring + RING.SWEEP]!);
}
