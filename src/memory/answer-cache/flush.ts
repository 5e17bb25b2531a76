// Takes answers out of the cache before their time. Runs in the control plane, stripe by stripe: while one is held, answers to its
// names are found as ever, and what would be stored in it is given up.

import { bucketAt, unlink } from './bucket.ts';
import { type AnswerKey, emptyKey } from './cached-answer.ts';
import { emptyStripe } from './empty-stripe.ts';
import { claimsToAnswer, readClaimedKey } from './entry.ts';
import type { EvictionRule, EvictionRuleMaker } from './eviction-rule.ts';
import { BUCKET_SLOTS, type CacheLayout, readHeader, STRIPE, stripeAt, UNIT_MASK, UNIT_WORDS } from './layout.ts';
import { twoRingEviction } from './two-ring-eviction.ts';

/** The owner number of the control plane in locks: no thread's slot. */
export const CONTROL_PLANE_OWNER = 0x7fff_ffff;

/** Which answers go: all, those of a name whatever their type, or those of everything below it as well. */
export interface FlushTarget {
  /** Lower-cased wire name; undefined for all. */
  readonly name: Uint8Array | undefined;
  readonly isSuffix: boolean;
}

export class CacheFlusher {
  readonly stripeCount: number;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #rule: EvictionRule;
  readonly #key: AnswerKey = emptyKey();

  constructor(buffer: SharedArrayBuffer, makeRule: EvictionRuleMaker = twoRingEviction) {
    this.#layout = readHeader(buffer).layout;
    this.#words = new Int32Array(buffer);
    this.#rule = makeRule(new Uint8Array(buffer));
    this.stripeCount = this.#layout.stripeCount;
  }

  /** Number of answers that went from stripe `index`, failures and notes of the data plane not counted; -1: a writer holds it, so come again. */
  flushStripe(index: number, target: FlushTarget): number {
    const words = this.#words;
    const stripe = stripeAt(this.#layout, index);
    const owner = Atomics.compareExchange(words, stripe + STRIPE.OWNER, 0, CONTROL_PLANE_OWNER);
    if (owner !== 0) return -1;
    try {
      const gone = this.#unlinkMatching(stripe, target);
      // Also what the eviction remembers of names, and room at once.
      if (target.name === undefined) emptyStripe(words, stripe, this.#layout);
      return gone;
    } finally {
      Atomics.store(words, stripe + STRIPE.OWNER, 0);
    }
  }

  #unlinkMatching(stripe: number, target: FlushTarget): number {
    const words = this.#words;
    const { bucketCount, arenaOffset, arenaUnits } = this.#layout;
    const arena = stripe + arenaOffset;
    const arenaEnd = arena + arenaUnits * UNIT_WORDS;
    let gone = 0;
    for (let bucketIndex = 0; bucketIndex < bucketCount; bucketIndex++) {
      const bucket = bucketAt(stripe, bucketIndex);
      for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
        const link = words[bucket + slot]!;
        if (link === 0) continue;
        const at = arena + (link & UNIT_MASK) * UNIT_WORDS;
        // A key that makes no sense is nobody's: it can go with any of them.
        if (target.name !== undefined && readClaimedKey(words, at, arenaEnd, this.#key) && !isMeant(this.#key, target))
          continue;
        // Not as a departure of the nursery, which would be remembered.
        unlink(words, this.#rule, bucket, slot, false);
        if (claimsToAnswer(words, at)) gone++;
      }
    }
    return gone;
  }
}

function isMeant({ name, nameLength }: AnswerKey, target: FlushTarget): boolean {
  const wanted = target.name!;
  let start = 0;
  // Label by label, so that "ample.org" is no suffix of "example.org".
  if (target.isSuffix) while (start < nameLength && nameLength - start > wanted.length) start += 1 + name[start]!;
  if (nameLength - start !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) if (name[start + i] !== wanted[i]) return false;
  return true;
}
