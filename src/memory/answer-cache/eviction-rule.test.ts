import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from './answer-cache.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { readAnswerCacheUsage } from './usage.ts';

const TTL_SECONDS = 60;
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

/** Every hit earns an entry one more round. */
function secondChance(marks: Uint8Array<SharedArrayBuffer>): EvictionRule {
  return {
    noteHit(mark) {
      marks[mark] = 1;
    },
    noteStore(mark, replaces) {
      if (!replaces) marks[mark] = 0;
    },
    keeps(mark) {
      const isKept = marks[mark] === 1;
      marks[mark] = 0;
      return isKept;
    },
  };
}

const keepEverything = (): EvictionRule => ({ noteHit() {}, noteStore() {}, keeps: () => true });

test('first in, first out: asking for an answer does not keep it', () => {
  const cache = new AnswerCache(createAnswerCache(65_536), 1);
  for (let number = 0; number < 2000; number++) {
    store(cache, number);
    find(cache, 0);
  }
  assert.equal(find(cache, 0), false);
  assert.equal(find(cache, 1999), true);
});

test('a rule that keeps what is asked for keeps it, whole, through many laps', () => {
  const buffer = createAnswerCache(262_144);
  const cache = new AnswerCache(buffer, 1, secondChance);
  const favorites = [0, 1, 2, 3, 4, 5, 6, 7];
  for (const number of favorites) store(cache, number);
  for (let number = 100; number < 20_000; number++) {
    assert.equal(store(cache, number), true);
    for (const favorite of favorites) find(cache, favorite);
  }
  // One that was alone in a full bucket, or met a store that had kept its fill, may have gone.
  assert.ok(favorites.filter((number) => find(cache, number)).length >= 7);
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});

test('a rule that wants to keep everything cannot stop a store', () => {
  const buffer = createAnswerCache(65_536);
  const cache = new AnswerCache(buffer, 1, keepEverything);
  for (let number = 0; number < 5000; number++) {
    assert.equal(store(cache, number) || answer.messageLength > 60_000, true);
    if (answer.messageLength <= 60_000) assert.equal(find(cache, number), true);
  }
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});

test('each slot has a mark of its own, apart from index and entries', () => {
  const asked = new Set<number>();
  const marksOnly = (): EvictionRule => ({
    noteHit() {},
    noteStore: (mark) => void asked.add(mark),
    keeps: () => false,
  });
  const buffer = createAnswerCache(262_144);
  const cache = new AnswerCache(buffer, 1, marksOnly);
  for (let number = 0; number < 300; number++) store(cache, number);
  const { entryCount } = readAnswerCacheUsage(buffer);
  assert.ok(asked.size >= entryCount && asked.size <= 300);
  const marks = new Uint8Array(buffer);
  for (const mark of asked) assert.equal(marks[mark], 0);
  for (const mark of asked) marks[mark] = 0xff;
  assert.equal(readAnswerCacheUsage(buffer).entryCount, entryCount);
  let hits = 0;
  for (let number = 0; number < 300; number++) if (find(cache, number)) hits++;
  assert.equal(hits, entryCount);
});
