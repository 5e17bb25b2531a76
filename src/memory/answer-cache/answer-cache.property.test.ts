// The cache against a Map, on one thread with injected time, and against a hand that flips bits in its memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { faultOf, fillAnswer, newKey, turnKeyTo, versionOf } from '../../../test/fixtures/self-checking-answer.ts';
import { AnswerCache, CachedAnswer, createAnswerCache, recoverAfterThreadDeath } from './answer-cache.ts';
import { entryUnits } from './entry.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { planLayout } from './layout.ts';
import { twoRingEviction } from './two-ring-eviction.ts';
import { readAnswerCacheUsage } from './usage.ts';

const TTL_SECONDS = 5;
const HEADER_BYTES = 64;

type Step =
  | { readonly kind: 'store'; readonly number: number }
  | { readonly kind: 'find'; readonly number: number }
  | { readonly kind: 'wait'; readonly seconds: number };

function stepsOver(keys: number, maxLength: number): fc.Arbitrary<Step[]> {
  const number = fc.nat({ max: keys - 1 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('store' as const), number }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('find' as const), number }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 3 }) }),
    },
  );
  return fc.array(step, { maxLength, size: 'max' });
}

/** What the cache was last given for a key, and how many units of its arena were written since. */
interface Known {
  readonly version: number;
  readonly expiresAtSeconds: number;
  readonly unitsBefore: number;
}

/**
 * Runs the steps; `mustHit` says, by the units stored since, whether an unexpired answer may be missing. Messages of more than
 * `messageMaxBytes` are left out.
 */
function runAgainstMap(
  cache: AnswerCache,
  steps: Step[],
  mustHit: (unitsSince: number) => boolean,
  messageMaxBytes = 65_535,
): void {
  const key = newKey();
  const answer = new CachedAnswer();
  const known = new Map<number, Known>();
  let nowSeconds = 1000;
  let version = 0;
  let units = 0;
  for (const step of steps) {
    if (step.kind === 'wait') {
      nowSeconds += step.seconds;
      continue;
    }
    turnKeyTo(key, step.number);
    if (step.kind === 'store') {
      version++;
      fillAnswer(answer, step.number, version, nowSeconds, TTL_SECONDS);
      if (answer.messageLength > messageMaxBytes || !cache.store(key, answer)) continue;
      units += entryUnits(key, answer);
      known.set(step.number, { version, expiresAtSeconds: nowSeconds + TTL_SECONDS, unitsBefore: units });
      continue;
    }
    const last = known.get(step.number);
    if (cache.find(key, nowSeconds, answer)) {
      assert.equal(faultOf(answer, step.number, TTL_SECONDS), '');
      assert.equal(versionOf(answer), last?.version);
      assert.ok(nowSeconds < answer.expiresAtSeconds);
    } else if (last !== undefined && nowSeconds < last.expiresAtSeconds) {
      assert.ok(
        !mustHit(units - last.unitsBefore),
        `key ${step.number} is gone after ${units - last.unitsBefore} units`,
      );
    }
  }
}

test('with room for all, a hit is what was stored last, and nothing unexpired is missing', () => {
  const property = fc.property(stepsOver(40, 400), (steps) => {
    const buffer = createAnswerCache(64e6);
    runAgainstMap(new AnswerCache(buffer, 1), steps, (unitsSince) => unitsSince < planLayout(64e6).arenaUnits / 2);
    assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
  });
  fc.assert(property, { seed: 20_265, numRuns: 100 });
});

test('in a small cache an answer is missing only once newer ones have filled the nursery', () => {
  const { nurseryUnits } = planLayout(131_072);
  const messageMaxBytes = 4096;
  const largestEntry = 600;
  const property = fc.property(stepsOver(200, 3000), (steps) => {
    const buffer = createAnswerCache(131_072);
    const cache = new AnswerCache(buffer, 1);
    runAgainstMap(cache, steps, (unitsSince) => unitsSince < nurseryUnits - largestEntry, messageMaxBytes);
    assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
  });
  fc.assert(property, { seed: 20_266, numRuns: 60 });
});

test('whatever a rule keeps, a hit is what was stored last', () => {
  const flags = fc.array(fc.boolean(), { minLength: 7, maxLength: 31 });
  const property = fc.property(stepsOver(150, 3000), flags, (steps, keeps) => {
    let turn = 0;
    const decide = (): boolean => keeps[turn++ % keeps.length]!;
    const anyRule = (bytes: Uint8Array<SharedArrayBuffer>): EvictionRule => ({
      ...twoRingEviction(bytes),
      isProven: decide,
      promotes: decide,
      keeps: decide,
      worth: () => Number(decide()),
    });
    const buffer = createAnswerCache(65_536);
    runAgainstMap(new AnswerCache(buffer, 1, anyRule), steps, () => false);
    assert.equal(readAnswerCacheUsage(buffer).damageCount, 0);
  });
  fc.assert(property, { seed: 20_267, numRuns: 60 });
});

test('flipped bits anywhere behind the header never give a wrong answer, an exception or a hang', () => {
  const flip = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    fc.integer({ min: 1, max: 255 }),
  );
  const rounds = fc.array(fc.tuple(stepsOver(60, 60), fc.array(flip, { maxLength: 40 }), fc.boolean()), {
    maxLength: 12,
  });
  const property = fc.property(rounds, (script) => {
    const buffer = createAnswerCache(131_072);
    const bytes = new Uint8Array(buffer);
    const cache = new AnswerCache(buffer, 1);
    for (const [steps, flips, recover] of script) {
      runDamaged(cache, steps);
      for (const [place, mask] of flips) {
        bytes[HEADER_BYTES + Math.floor(place * (bytes.length - HEADER_BYTES))]! ^= mask;
        // Half of them into the bookkeeping and the first buckets, where they hurt.
        bytes[HEADER_BYTES + Math.floor(place * 1024)]! ^= mask;
      }
      if (recover) recoverAfterThreadDeath(buffer, new Int32Array(buffer)[HEADER_BYTES / 4]!);
    }
  });
  fc.assert(property, { seed: 20_268, numRuns: 400 });
});

/** Older versions may come back to life when a link is flipped back; another key's answer or a mixture may not. */
function runDamaged(cache: AnswerCache, steps: Step[]): void {
  const key = newKey();
  const answer = new CachedAnswer();
  for (const [version, step] of steps.entries()) {
    if (step.kind === 'wait') continue;
    turnKeyTo(key, step.number);
    fillAnswer(answer, step.number, version, 0, TTL_SECONDS);
    if (step.kind === 'store') cache.store(key, answer);
    else if (cache.find(key, 0, answer)) assert.equal(faultOf(answer, step.number, TTL_SECONDS), '');
  }
}

test('a cache that was damaged serves again once its stripes are free', () => {
  const property = fc.property(fc.uint8Array({ minLength: 4000, maxLength: 4000 }), (noise) => {
    const buffer = createAnswerCache(65_536);
    const cache = new AnswerCache(buffer, 1);
    const key = newKey();
    const answer = new CachedAnswer();
    for (let number = 0; number < 100; number++) {
      fillAnswer(answer, number, 1, 0, TTL_SECONDS);
      cache.store(turnKeyTo(key, number), answer);
    }
    const bytes = new Uint8Array(buffer, HEADER_BYTES);
    for (let i = 0; i < noise.length; i++) bytes[i < 400 ? i : (i * 7919) % bytes.length]! ^= noise[i]!;
    new Int32Array(buffer)[HEADER_BYTES / 4] = 0;
    for (let number = 0; number < 300; number++) {
      fillAnswer(answer, number, 2, 0, TTL_SECONDS);
      if (answer.messageLength > 50_000) continue;
      assert.equal(cache.store(turnKeyTo(key, number), answer), true);
      assert.equal(cache.find(key, 0, answer), true);
      assert.equal(faultOf(answer, number, TTL_SECONDS), '');
      assert.equal(versionOf(answer), 2);
    }
  });
  fc.assert(property, { seed: 20_269, numRuns: 40 });
});
