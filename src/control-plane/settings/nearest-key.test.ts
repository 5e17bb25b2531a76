import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { damerauLevenshtein, nearestKey } from './nearest-key.ts';

const KEYS = ['threads', 'user', 'addresses', 'max_queries_per_second', 'a'];

for (const [written, meant] of [
  ['thread', 'threads'],
  ['thraeds', 'threads'],
  ['Threads', 'threads'],
  ['adress', 'addresses'],
  ['max-queries-per-second', 'max_queries_per_second'],
  ['max_queries', undefined],
  ['usr', 'user'],
  ['b', undefined],
  ['', undefined],
  ['x'.repeat(1_000_000), undefined],
] as const)
  test(`"${written.slice(0, 30)}" ${meant === undefined ? 'resembles no key' : `means ${meant}`}`, () => {
    assert.equal(nearestKey(written, KEYS), meant);
  });

test('a swap of neighbors is one edit', () => {
  assert.equal(damerauLevenshtein('dto', 'dot'), 1);
  assert.equal(damerauLevenshtein('listen', 'silent'), 4);
});

test('edits are symmetric, zero only for equal words, and at most the longer length', () => {
  const word = fc.string({ maxLength: 12 });
  const property = fc.property(word, word, (a, b) => {
    const edits = damerauLevenshtein(a, b);
    assert.equal(edits, damerauLevenshtein(b, a));
    assert.equal(edits === 0, a === b);
    assert.ok(edits <= Math.max(a.length, b.length));
  });
  fc.assert(property, { seed: 20_261_121, numRuns: 500 });
});
