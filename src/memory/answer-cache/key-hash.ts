// Spreads keys over stripes, buckets and tags. The name's part is a keyed hash already (NameHasher), so nobody outside can choose
// keys that meet; type, class and variant are only mixed in.

import type { AnswerKey } from './cached-answer.ts';

function avalanche(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x21f0_aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xd35a_2d97 | 0);
  return mixed ^ (mixed >>> 15);
}

/** 32 bits that choose the stripe. */
export function hashForStripe(key: AnswerKey): number {
  const kind = Math.imul(key.type | (key.class << 16), 0x9e37_79b1 | 0) ^ Math.imul(key.variant, 0x85eb_ca77 | 0);
  return avalanche(key.hashLow ^ kind);
}

/** 32 bits that choose bucket and tag. */
export function hashForBucket(key: AnswerKey, stripeHash: number): number {
  return avalanche(key.hashHigh ^ Math.imul(stripeHash, 0xc2b2_ae3d | 0));
}

/** From the low 18 bits; a stripe has less than 2^13 buckets. */
export function bucketOf(bucketHash: number, bucketCount: number): number {
  return ((bucketHash & 0x3_ffff) * bucketCount) >>> 18;
}

/** 1 .. 4095, from the high 12 bits: 0 would make a slot look empty. */
export function tagOf(bucketHash: number): number {
  return bucketHash >>> 20 || 1;
}
