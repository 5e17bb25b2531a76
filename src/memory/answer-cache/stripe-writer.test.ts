import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache, recoverAfterThreadDeath } from './answer-cache.ts';
import { markAt } from './bucket.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { bucketOf, hashForBucket, hashForStripe, tagOf } from './key-hash.ts';
import { BUCKET_SLOTS, planLayout, RING, STRIPE, stripeAt } from './layout.ts';
import { StripeWriter } from './stripe-writer.ts';
import { twoRingEviction } from './two-ring-eviction.ts';
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

/** Numbers of two small answers whose keys share bucket and tag. */
function numbersOfOneTag(): [number, number] {
  const numberOf = new Map<string, number>();
  for (let number = 0; ; number++) {
    turnKeyTo(key, number);
    const bucketHash = hashForBucket(key, hashForStripe(key));
    const place = `${bucketOf(bucketHash, layout.bucketCount)} ${tagOf(bucketHash)}`;
    const other = numberOf.get(place);
    if (other !== undefined) return [other, number];
    numberOf.set(place, number);
  }
}

test('two keys with the same tag in the same bucket are both found, and each is replaced by itself alone', () => {
  const buffer = createAnswerCache(CACHE_BYTES);
  const cache = new AnswerCache(buffer, 1);
  const numbers = numbersOfOneTag();
  for (let round = 0; round < 3; round++) {
    for (const number of numbers) assert.equal(store(cache, number), true);
    for (const number of numbers) assert.equal(find(cache, number), true);
  }
  assert.equal(readAnswerCacheUsage(buffer).entryCount, 2);
});

test('a full bucket gives up its oldest answer that nobody asked for', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const numbers = numbersInOneBucket(BUCKET_SLOTS + 5);
  numbers.forEach((number, count) => {
    store(cache, number);
    if (count === 2) find(cache, number);
  });
  const expected = numbers.filter((_, count) => count === 2 || count > 5);
  assert.deepEqual(
    numbers.filter((number) => find(cache, number)),
    expected,
  );
});

test('a full bucket gives up its oldest answer across the turn of the nursery', () => {
  const buffer = createAnswerCache(CACHE_BYTES);
  const cache = new AnswerCache(buffer, 1);
  const numbers = numbersInOneBucket(BUCKET_SLOTS + 1);
  const head = (): number => new Int32Array(buffer)[stripe + STRIPE.NURSERY + RING.HEAD]!;
  // Strangers lead the head close to the end; the bucket's answers then stand on both sides of it.
  for (let filler = 90_000; head() < layout.nurseryUnits - 150; filler++) {
    fillAnswer(answer, filler, 1, 0, TTL_SECONDS);
    answer.messageLength = Math.min(answer.messageLength, 100);
    assert.equal(cache.store(turnKeyTo(key, filler), answer), true);
  }
  for (const number of numbers) store(cache, number);
  assert.ok(head() < layout.nurseryUnits / 2, 'the ring has turned');
  const there = numbers.filter((number) => find(cache, number));
  assert.deepEqual(there.slice(-BUCKET_SLOTS + 1), numbers.slice(-BUCKET_SLOTS + 1));
});

test('a full bucket gives up an expired answer before any other, even the most popular', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const numbers = numbersInOneBucket(BUCKET_SLOTS + 1);
  const [first, second, ...others] = numbers;
  store(cache, first!);
  fillAnswer(answer, second!, 1, -TTL_SECONDS, TTL_SECONDS + 10);
  cache.store(turnKeyTo(key, second!), answer);
  for (let i = 0; i < 3; i++) cache.find(key, 9, found);
  others.forEach((number, count) => {
    fillAnswer(answer, number, 1, 10, TTL_SECONDS);
    cache.store(turnKeyTo(key, number), answer);
    assert.equal(cache.find(turnKeyTo(key, first!), 10, found), true, `${count} others`);
  });
  for (const number of others) assert.equal(cache.find(turnKeyTo(key, number), 10, found), true);
  assert.equal(cache.find(turnKeyTo(key, second!), 9, found), false);
});

test('a full bucket asks the rule what an answer is worth', () => {
  const [favorite, ...others] = numbersInOneBucket(BUCKET_SLOTS + 4);
  const firstMark = markAt(stripe + STRIPE.INDEX, 0);
  const prefersFirst = (bytes: Uint8Array<SharedArrayBuffer>): EvictionRule => ({
    ...twoRingEviction(bytes),
    worth: (mark) => (mark === firstMark ? 1 : 0),
  });
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1, prefersFirst);
  for (const number of [favorite!, ...others]) store(cache, number);
  assert.deepEqual(
    [favorite!, ...others].filter((number) => find(cache, number)),
    [favorite!, ...others.slice(4)],
  );
});

test('one store moves at most 16 answers, whatever the rule wants', () => {
  let asked = 0;
  const keepsAll = (bytes: Uint8Array<SharedArrayBuffer>): EvictionRule => ({
    ...twoRingEviction(bytes),
    promotes: () => true,
    keeps: () => {
      asked++;
      return true;
    },
  });
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1, keepsAll);
  for (let number = 0; number < 2000; number++) {
    asked = 0;
    store(cache, number);
    assert.ok(asked <= 16);
  }
});

const mainStart = layout.arenaOffset + layout.nurseryUnits * 2;
const damages = [
  { what: 'an entry that claims a bucket there is not', word: layout.arenaOffset + 8, value: -1 },
  { what: 'an entry that claims to be longer than the ring', word: layout.arenaOffset + 6, value: -1 },
  { what: 'an entry of the main ring that claims a bucket there is not', word: mainStart + 8, value: -1 },
  { what: 'an entry of the main ring that claims to be longer than it', word: mainStart + 6, value: -1 },
  { what: 'a head outside the nursery', word: STRIPE.NURSERY + RING.HEAD, value: layout.nurseryUnits + 1 },
  { what: 'a head outside the main ring', word: STRIPE.MAIN + RING.HEAD, value: layout.entryUnitsMax + 1 },
  { what: 'a negative head', word: STRIPE.MAIN + RING.HEAD, value: -1 },
  { what: 'a limit outside the arena', word: STRIPE.MAIN + RING.LIMIT, value: layout.arenaUnits + 1 },
  { what: 'a negative limit', word: STRIPE.NURSERY + RING.LIMIT, value: -1 },
  { what: 'a negative sweep', word: STRIPE.NURSERY + RING.SWEEP, value: -1 },
];
for (const { what, word, value } of damages) {
  test(`${what} makes the stripe start anew, once, and is counted`, () => {
    const buffer = createAnswerCache(CACHE_BYTES);
    const cache = new AnswerCache(buffer, 1);
    for (let number = 0; number < 300; number++) assert.equal(store(cache, number), true);
    new Int32Array(buffer)[stripe + word] = value;
    for (let number = 1000; number < 5000; number++) {
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
  const dead = new StripeWriter(words, layout, twoRingEviction(new Uint8Array(buffer)), 2);
  assert.equal(dead.tryOpen(stripe), true);
  const unit = dead.takeRoom(turnKeyTo(key, 1), 0, 1, 5000, 0);
  const entry = stripe + layout.arenaOffset + unit * 2;
  words.fill(-1, entry, entry + 4000);
  dead.link(unit);

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
