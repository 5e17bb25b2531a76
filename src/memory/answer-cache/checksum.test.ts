import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Checksum } from './checksum.ts';

const KEY = Int32Array.of(1, -2, 3, -4);
const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const header = fc.tuple(word, word, word, word, word, word, word, word);

function sum(key: Int32Array<ArrayBuffer>, head: readonly number[], body: Int32Array): [number, number] {
  const checksum = new Checksum(key);
  checksum.start(head[0]!, head[1]!, head[2]!, head[3]!, head[4]!, head[5]!, head[6]!, head[7]!);
  checksum.copy(body, 0, new Int32Array(body.length), 0, body.length);
  return [checksum.low(), checksum.high()];
}

test('a single changed word changes both halves', () => {
  const property = fc.property(
    header,
    fc.array(word, { maxLength: 70 }),
    fc.nat(),
    word,
    (head, body, place, change) => {
      fc.pre(change !== 0);
      const words = [...head, ...body];
      const changed = [...words];
      changed[place % words.length]! ^= change;
      const before = sum(KEY, words.slice(0, 8), Int32Array.from(words.slice(8)));
      const after = sum(KEY, changed.slice(0, 8), Int32Array.from(changed.slice(8)));
      assert.notEqual(before[0], after[0]);
      assert.notEqual(before[1], after[1]);
    },
  );
  fc.assert(property, { seed: 20_261, numRuns: 2000 });
});

test('a torn copy, words of one entry before and of another behind some point, has the sum of neither', () => {
  const pair = fc.integer({ min: 2, max: 60 }).chain((length) => {
    const body = fc.array(word, { minLength: length, maxLength: length });
    return fc.tuple(body, body, fc.integer({ min: 1, max: length - 1 }));
  });
  const property = fc.property(header, pair, (head, [former, latter, point]) => {
    const torn = Int32Array.from([...former.slice(0, point), ...latter.slice(point)]);
    const isTorn = torn.some((value, i) => value !== former[i]) && torn.some((value, i) => value !== latter[i]);
    fc.pre(isTorn);
    const sums = [former, latter].map((words) => sum(KEY, head, Int32Array.from(words)).join());
    assert.ok(!sums.includes(sum(KEY, head, torn).join()));
  });
  fc.assert(property, { seed: 20_262, numRuns: 2000 });
});

test('caches with different keys have different sums for the same words', () => {
  const head = [1, 2, 3, 4, 5, 6, 7, 8];
  const body = Int32Array.of(9, 10);
  for (let place = 0; place < 4; place++) {
    const otherKey = KEY.slice();
    otherKey[place]! ^= 1;
    assert.notDeepEqual(sum(KEY, head, body), sum(otherKey, head, body));
  }
});

test('the order of words counts, also within one lane', () => {
  const head = [1, 2, 3, 4, 5, 6, 7, 8];
  const body = Int32Array.from({ length: 24 }, (_, i) => 1000 + i * i);
  for (let left = 0; left < body.length; left++) {
    for (let right = left + 1; right < body.length; right++) {
      const swapped = body.slice();
      swapped[left] = body[right]!;
      swapped[right] = body[left]!;
      assert.notDeepEqual(sum(KEY, head, swapped), sum(KEY, head, body));
    }
  }
});

test('zeros at the end count', () => {
  const head = [0, 0, 0, 0, 0, 0, 0, 0];
  const sums = Array.from({ length: 20 }, (_, length) => sum(KEY, head, new Int32Array(length)).join());
  assert.equal(new Set(sums).size, sums.length);
});

test('one changed bit changes about half of all result bits', () => {
  const head = [11, 12, 13, 14, 15, 16, 17, 18];
  const body = Int32Array.from({ length: 30 }, (_, i) => i * 77);
  const [low, high] = sum(KEY, head, body);
  let changedBits = 0;
  for (let bit = 0; bit < 30 * 32; bit++) {
    const changed = body.slice();
    changed[bit >>> 5]! ^= 1 << (bit & 31);
    const [changedLow, changedHigh] = sum(KEY, head, changed);
    changedBits += bitCount(low ^ changedLow) + bitCount(high ^ changedHigh);
  }
  const average = changedBits / (30 * 32);
  assert.ok(average > 30 && average < 34, `${average} of 64 bits`);
});

test('what is copied is what was there, and nothing beside it is touched', () => {
  const source = Int32Array.from({ length: 20 }, (_, i) => i + 1);
  for (let count = 0; count <= 16; count++) {
    const target = new Int32Array(20).fill(-1);
    new Checksum(KEY).copy(source, 2, target, 3, count);
    const expected = new Int32Array(20).fill(-1);
    expected.set(source.subarray(2, 2 + count), 3);
    assert.deepEqual(target, expected);
  }
});

function bitCount(number: number): number {
  let count = 0;
  for (let rest = number; rest !== 0; rest &= rest - 1) count++;
  return count;
}
