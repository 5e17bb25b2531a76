import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from './answer-cache.ts';
import { readAnswerCacheUsage } from './usage.ts';

const CACHE_BYTES = 1e6;
const TTL_SECONDS = 60;
const key = newKey();
const answer = new CachedAnswer();
const found = new CachedAnswer();

/** Stores a small answer: what is said here is about many of them. */
function store(cache: AnswerCache, number: number, nowSeconds = 0): void {
  turnKeyTo(key, number);
  for (let version = 1; version === 1 || answer.messageLength > 400; version++) {
    fillAnswer(answer, number, version, nowSeconds, TTL_SECONDS);
  }
  assert.equal(cache.store(key, answer), true);
}

function find(cache: AnswerCache, number: number, nowSeconds = 0): boolean {
  const isHit = cache.find(turnKeyTo(key, number), nowSeconds, found);
  if (isHit) assert.equal(faultOf(found, number, TTL_SECONDS), '');
  return isHit;
}

function range(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function countFound(cache: AnswerCache, numbers: readonly number[], nowSeconds = 0): number {
  return numbers.filter((number) => find(cache, number, nowSeconds)).length;
}

const STRANGERS = range(1_000_000, 60_000);

test('while there is room nothing leaves, asked for or not', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const numbers = range(0, 2000);
  for (const number of numbers) store(cache, number);
  // One may have left a full bucket, or had the tag of another.
  assert.ok(countFound(cache, numbers) >= 1990);
});

test('answers that are asked for outlast a scan of strangers ten times as large as the cache', () => {
  const buffer = createAnswerCache(CACHE_BYTES);
  const cache = new AnswerCache(buffer, 1);
  const favorites = range(0, 500);
  for (const number of favorites) {
    store(cache, number);
    find(cache, number);
  }
  STRANGERS.forEach((stranger, i) => {
    store(cache, stranger);
    if (i % 2 === 0) find(cache, favorites[(i / 2) % favorites.length]!);
  });
  assert.ok(countFound(cache, favorites) >= 490, `${countFound(cache, favorites)} of ${favorites.length}`);
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});

test('an answer nobody asked for again is gone after the same scan', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const numbers = range(0, 500);
  for (const number of numbers) store(cache, number);
  for (const stranger of STRANGERS) store(cache, stranger);
  assert.ok(countFound(cache, numbers) < 50);
});

test('an answer that comes back soon after it left is kept longer than a stranger', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  for (const stranger of STRANGERS.slice(0, 10_000)) store(cache, stranger);
  const numbers = range(0, 200);
  for (const number of numbers) store(cache, number);
  const next = 11_200;
  for (const stranger of STRANGERS.slice(10_000, next)) store(cache, stranger);
  const gone = numbers.filter((number) => !find(cache, number));
  assert.ok(gone.length > 100, `${gone.length} have left`);
  for (const number of gone) store(cache, number);
  const strangersOfTheSameTime = STRANGERS.slice(next, next + gone.length);
  for (const stranger of STRANGERS.slice(next, next + 2500)) store(cache, stranger);
  const kept = countFound(cache, gone);
  assert.ok(kept > gone.length / 2, `${kept} of ${gone.length}`);
  assert.ok(countFound(cache, strangersOfTheSameTime) < gone.length / 4);
});

test('what has expired makes room for new answers, however popular it was', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const favorites = range(0, 8000);
  for (const number of favorites) {
    store(cache, number);
    for (let i = 0; i < 3; i++) find(cache, number);
  }
  const room = countFound(cache, favorites);
  const newcomers = range(100_000, Math.floor(room * 0.8));
  for (const number of newcomers) store(cache, number, TTL_SECONDS);
  const kept = countFound(cache, newcomers, TTL_SECONDS);
  assert.ok(kept > newcomers.length * 0.9, `${kept} of ${newcomers.length}, room for ${room}`);
});

test('refreshing an answer by one of the same size takes no room from others', () => {
  const cache = new AnswerCache(createAnswerCache(CACHE_BYTES), 1);
  const others = range(1, 1000);
  for (const number of [0, ...others]) store(cache, number);
  const before = countFound(cache, others);
  for (let i = 0; i < 50_000; i++) store(cache, 0);
  assert.equal(countFound(cache, others), before);
});

test('from the fourth hit on a reader writes nothing', () => {
  const buffer = createAnswerCache(CACHE_BYTES);
  const cache = new AnswerCache(buffer, 1);
  store(cache, 1);
  for (let i = 0; i < 3; i++) find(cache, 1);
  const before = Buffer.from(new Uint8Array(buffer));
  find(cache, 1);
  assert.ok(before.equals(new Uint8Array(buffer)));
});

test('whatever stands in marks and memory, no answer becomes wrong and stores go on', () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 1);
  const bytes = new Uint8Array(buffer);
  const buckets = range(0, 40).map((bucket) => 128 + bucket * 64);
  for (let round = 0; round < 300; round++) {
    for (const bucket of buckets)
      for (let i = 48; i < 64; i++) bytes[bucket + i] = (round * 37 + i * 91 + bucket) & 0xff;
    for (const number of range(round * 20, 40)) {
      store(cache, number);
      assert.equal(find(cache, number), true);
    }
  }
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});
