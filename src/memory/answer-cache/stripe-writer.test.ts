import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache, recoverAfterThreadDeath } from './answer-cache.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { fifoEviction } from './fifo-eviction.ts';
import { bucketOf, hashForBucket, hashForStripe, tagOf } from './key-hash.ts';
import { BUCKET_SLOTS, planLayout, STRIPE, stripeAt } from './layout.ts';
import { markAt, StripeWriter } from './stripe-writer.ts';
import { readAnswerCacheUsage } from './usage.ts';

const TTL_SECONDS = 60;
const CACHE_BYTES = 131_072;
const layout = planLayout(CACHE_BYTES);
const stripe = stripeAt(layout, 0);
const key = newKey();
const answer = new CachedAnswer();
const found = new CachedAnswer();

function store(cache: AnswerCache, number: number): boolean {
  fillAnswer(answer, number, 1, 0, TTL_SECONDS);
  return cache.store(turnKeyTo(key, number), answer);
}

function find(cache: AnswerCache, number: number): boolean {
  const isHit = cache.find(turnKeyTo(key, number), 0, found);
  if (isHit) assert.equal(faultOf(found, number, TTL_SECONDS), '');
  return isHit;
}

/** Numbers of small answers whose keys share the first bucket under different tags. */
function numbersInOneBucket(count: number): number[] {
  const numbers: number[] = [];
  const tags = new Set<number>();
  for (let number = 0; numbers.length < count; number++) {
    turnKeyTo(key, number);
    fillAnswer(answer, number, 1, 0, TTL_SECONDS);
    const bucketHash = hashForBucket(key, hashForStripe(key));
    const isElsewhere = bucketOf(bucketHash, layout.bucketCount) !== 0 || tags.has(tagOf(bucketHash));
    if (isElsewhere || answer.messageLength > 400) continue;
    tags.add(tagOf(bucketHash));
    numbers.push(number);
  }
  return numbers;
}

test('a full bucket gives up its oldest answer', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const numbers = numbersInOneBucket(BUCKET_SLOTS + 5);
  numbers.forEach((number, count) => {
    store(cache, number);
    const oldest = Math.max(0, count + 1 - BUCKET_SLOTS);
    const there = numbers.slice(0, count + 1).filter((stored) => find(cache, stored));
    assert.deepEqual(there, numbers.slice(oldest, count + 1));
  });
});

test('a full bucket gives up its oldest answer across the turn of the ring', () => {
  const buffer = createAnswerCache(CACHE_BYTES);
  const cache = new AnswerCache(buffer, 1);
  const numbers = numbersInOneBucket(BUCKET_SLOTS + 1);
  const head = (): number => new Int32Array(buffer)[stripe + STRIPE.HEAD]!;
  // Fillers, all under one key, lead the head close to the end; the bucket's answers then stand on both sides of it.
  fillAnswer(answer, 0, 1, 0, TTL_SECONDS);
  for (let unitsLeft = layout.arenaUnits - 200; unitsLeft > 20; unitsLeft = layout.arenaUnits - 200 - head()) {
    answer.messageLength = Math.min(20_000, unitsLeft * 8 - 140);
    assert.equal(cache.store(turnKeyTo(key, 99_999), answer), true);
  }
  for (const number of numbers) store(cache, number);
  assert.ok(head() < layout.arenaUnits / 2, 'the ring has turned');
  assert.deepEqual(
    numbers.filter((number) => find(cache, number)),
    numbers.slice(1),
  );
});

test('a full bucket asks the rule before it gives up an answer', () => {
  const [favorite, ...others] = numbersInOneBucket(BUCKET_SLOTS + 4);
  let favoriteMark = -1;
  const keepsFirst = (): EvictionRule => ({
    ...fifoEviction(),
    noteStore(mark) {
      if (favoriteMark < 0) favoriteMark = mark;
    },
    keeps: (mark) => mark === favoriteMark,
  });
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1, keepsFirst);
  store(cache, favorite!);
  assert.equal(favoriteMark, markAt(stripe + STRIPE.INDEX, 0));
  for (const number of others) store(cache, number);
  assert.deepEqual(
    [favorite!, ...others].filter((number) => find(cache, number)),
    [favorite!, ...others.slice(4)],
  );
});

const damages = [
  { what: 'an entry that claims a bucket there is not', word: layout.arenaOffset + 8, value: -1 },
  { what: 'an entry that claims to be longer than the ring', word: layout.arenaOffset + 6, value: -1 },
  { what: 'a head outside the arena', word: STRIPE.HEAD, value: layout.arenaUnits + 1 },
  { what: 'a negative head', word: STRIPE.HEAD, value: -1 },
  { what: 'a limit outside the arena', word: STRIPE.LIMIT, value: layout.arenaUnits + 1 },
  { what: 'a negative limit', word: STRIPE.LIMIT, value: -1 },
  { what: 'a negative sweep', word: STRIPE.SWEEP, value: -1 },
];
for (const { what, word, value } of damages) {
  test(`${what} makes the stripe start anew, once, and is counted`, () => {
    const buffer = createAnswerCache(CACHE_BYTES);
    const cache = new AnswerCache(buffer, 1);
    for (let number = 0; number < 20; number++) assert.equal(store(cache, number), true);
    new Int32Array(buffer)[stripe + word] = value;
    for (let number = 100; number < 2000; number++) {
      assert.equal(store(cache, number), true);
      assert.equal(find(cache, number), true);
    }
    assert.equal(readAnswerCacheUsage(buffer).damageCount, 1);
  });
}

test('a writer that died half-way blocks its stripe until recovery, which leaves nothing of it', () => {
  const buffer = createAnswerCache(CACHE_BYTES);
  const cache = new AnswerCache(buffer, 1);
  for (let number = 0; number < 2000; number++) store(cache, number);
  const words = new Int32Array(buffer);
  const dead = new StripeWriter(words, layout, fifoEviction(), 2);
  assert.equal(dead.tryOpen(stripe), true);
  const unit = dead.takeRoom(5000);
  const entry = stripe + layout.arenaOffset + unit * 2;
  words.fill(-1, entry, entry + 4000);
  dead.link(0, 1, unit);

  assert.equal(store(cache, 3000), false);
  for (let number = 0; number < 2000; number++) find(cache, number);
  recoverAfterThreadDeath(buffer, 2);
  assert.equal(readAnswerCacheUsage(buffer).entryCount, 0);
  for (let number = 0; number < 2000; number++) {
    assert.equal(store(cache, number), true);
    assert.equal(find(cache, number), true);
  }
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});
