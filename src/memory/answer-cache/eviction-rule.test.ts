import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache } from './answer-cache.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { readAnswerCacheUsage } from './usage.ts';

const TTL_SECONDS = 60;
const MARK_AND_MEMORY_BYTES = 16;
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

function ruleWith(parts: Partial<EvictionRule>): () => EvictionRule {
  return () => ({
    noteHit() {},
    noteNew() {},
    noteReplaced() {},
    isProven: () => false,
    promotes: () => false,
    keeps: () => false,
    noteGone() {},
    worth: () => 0,
    ...parts,
  });
}

test('a rule that wants to keep everything cannot stop a store', () => {
  const buffer = createAnswerCache(131_072);
  const cache = new AnswerCache(buffer, 1, ruleWith({ promotes: () => true, keeps: () => true }));
  for (let number = 0; number < 5000; number++) {
    assert.equal(store(cache, number), true);
    assert.equal(find(cache, number), true);
  }
  assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
});

test('a rule that keeps one answer keeps it, whole, through many laps of the main ring', () => {
  let favorite = -1;
  const rule = ruleWith({
    isProven: () => true,
    noteNew(mark) {
      if (favorite < 0) favorite = mark;
    },
    keeps: (mark) => mark === favorite,
    worth: (mark) => (mark === favorite ? 1 : 0),
  });
  const cache = new AnswerCache(createAnswerCache(131_072), 1, rule);
  store(cache, 3);
  for (let number = 100; number < 10_000; number++) store(cache, number);
  assert.equal(find(cache, 3), true);
});

test('a rule learns of every answer that leaves', () => {
  let linked = 0;
  let gone = 0;
  const buffer = createAnswerCache(131_072);
  const rule = ruleWith({ noteNew: () => void linked++, noteGone: () => void gone++ });
  const cache = new AnswerCache(buffer, 1, rule);
  for (let number = 0; number < 3000; number++) store(cache, number);
  assert.ok(gone > 1000);
  assert.equal(linked - gone, readAnswerCacheUsage(buffer).entryCount);
});

test('marks and memory stand apart from links and entries', () => {
  const positions = new Set<number>();
  const note = (mark: number): void => void positions.add(mark);
  const noteMemory = (memory: number): boolean => {
    for (let i = 0; i < 4; i++) positions.add(memory + i);
    return false;
  };
  const buffer = createAnswerCache(262_144);
  const cache = new AnswerCache(buffer, 1, ruleWith({ noteNew: note, noteHit: note, isProven: noteMemory }));
  for (let number = 0; number < 300; number++) store(cache, number);
  const { entryCount } = readAnswerCacheUsage(buffer);
  const bytes = new Uint8Array(buffer);
  for (const at of positions) {
    assert.ok(at % 64 >= 64 - MARK_AND_MEMORY_BYTES);
    assert.equal(bytes[at], 0);
    bytes[at] = 0xff;
  }
  assert.ok(positions.size > 300);
  assert.equal(readAnswerCacheUsage(buffer).entryCount, entryCount);
  let hits = 0;
  for (let number = 0; number < 300; number++) if (find(cache, number)) hits++;
  assert.equal(hits, entryCount);
});
