import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFromText } from '../../src/wire/name-text.ts';
import { isBlockable } from './blocked-names.ts';
import { madeNames } from './popular-names.ts';
import { seededRandom } from './random.ts';
import { uniqueNames } from './unique-names.ts';
import { drawByZipf } from './zipf.ts';

test('names are drawn by popularity, the same ones in every run', () => {
  const drawn = drawByZipf(1000, 100_000, seededRandom(5));
  assert.deepEqual(drawn, drawByZipf(1000, 100_000, seededRandom(5)));
  const counts = new Uint32Array(1000);
  for (const index of drawn) counts[index]!++;
  assert.ok(Math.abs(counts[0]! / counts[1]! - 2) < 0.2, 'the first name twice as often as the second');
  assert.ok(Math.abs(counts[0]! / counts[9]! - 10) < 2, 'and ten times as often as the tenth');
  assert.equal(Math.max(...drawn) < 1000, true);
});

test('made names are valid, different from each other, and the same in every run', () => {
  const names = madeNames(2000, 9);
  assert.equal(new Set(names).size, 2000);
  assert.ok(names.every((name) => nameFromText(name) !== undefined));
  assert.deepEqual(names.slice(0, 50), madeNames(50, 9));
});

test('unique names never come twice', () => {
  const names = [...uniqueNames(500), ...uniqueNames(500)];
  assert.equal(new Set(names).size, 1000);
});

test('an address in a list is no name to block, a name of digits is', () => {
  const lines = ['192.0.2.1', 'example.org', '1.example.org', '163.com', 'no name', 'org'];
  assert.deepEqual(lines.filter(isBlockable), ['example.org', '1.example.org', '163.com']);
});
