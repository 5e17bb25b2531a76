// Reads answer after answer out of the cache, stripe by stripe, holding nothing: each is copied and checked as a reader's hit is, so
// threads go on storing meanwhile, and an answer that is just being moved is passed over.

import { bucketAt, markAt } from './bucket.ts';
import { type AnswerKey, CachedAnswer, emptyKey } from './cached-answer.ts';
import { Checksum } from './checksum.ts';
import { readClaimedKey, readEntry } from './entry.ts';
import type { EvictionRule, EvictionRuleMaker } from './eviction-rule.ts';
import { BUCKET_SLOTS, type CacheLayout, readHeader, stripeAt, UNIT_MASK, UNIT_WORDS } from './layout.ts';
import { twoRingEviction } from './two-ring-eviction.ts';

/** Before any time: expired answers are read too. */
const LONG_AGO_SECONDS = -(2 ** 31);

/** Answers that were asked for again, as far as the eviction rule remembers, or the others. */
export type Share = 'wanted' | 'others';

export class EntryWalk {
  readonly stripeCount: number;
  /** The answer at hand during a visit. Hashes of the key are not set. */
  readonly key: AnswerKey = emptyKey();
  readonly answer: CachedAnswer = new CachedAnswer();
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #layout: CacheLayout;
  readonly #checksum: Checksum;
  readonly #rule: EvictionRule;

  constructor(buffer: SharedArrayBuffer, makeRule: EvictionRuleMaker = twoRingEviction) {
    const { layout, checksumKey } = readHeader(buffer);
    this.#words = new Int32Array(buffer);
    this.#layout = layout;
    this.#checksum = new Checksum(checksumKey);
    this.#rule = makeRule(new Uint8Array(buffer));
    this.stripeCount = layout.stripeCount;
  }

  /** Calls `visit` for each answer of that share in stripe `index`, expired ones included. */
  visitStripe(index: number, share: Share, visit: () => void): void {
    const words = this.#words;
    const { bucketCount, arenaOffset, arenaUnits } = this.#layout;
    const stripe = stripeAt(this.#layout, index);
    const arena = stripe + arenaOffset;
    const arenaEnd = arena + arenaUnits * UNIT_WORDS;
    for (let bucketIndex = 0; bucketIndex < bucketCount; bucketIndex++) {
      const bucket = bucketAt(stripe, bucketIndex);
      for (let slot = 0; slot < BUCKET_SLOTS; slot++) {
        const link = words[bucket + slot]!;
        if (link === 0 || this.#rule.worth(markAt(bucket, slot)) > 0 !== (share === 'wanted')) continue;
        const at = arena + (link & UNIT_MASK) * UNIT_WORDS;
        if (!readClaimedKey(words, at, arenaEnd, this.key)) continue;
        if (readEntry(words, at, arenaEnd, this.key, LONG_AGO_SECONDS, this.answer, this.#checksum)) visit();
      }
    }
  }
}
