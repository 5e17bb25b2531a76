import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import fc from 'fast-check';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { PatternMemo } from './pattern-memo.ts';
import { PatternSet } from './pattern-set.ts';

const hasher = new NameHasher(Uint8Array.from({ length: 16 }, (_, index) => index));

/** Counts how often names are matched. */
class CountingSet extends PatternSet {
  matched = 0;

  override match(name: Uint8Array, nameLength: number): number {
    this.matched++;
    return super.match(name, nameLength);
  }
}

function setOf(...texts: string[]): CountingSet {
  return new CountingSet(texts.map((text) => ({ kind: 'regex', text, rank: 15 })));
}

function find(memo: PatternMemo, text: string): number[] {
  const name = nameFromText(text)!;
  hasher.hash(name, name.length);
  return Array.from({ length: memo.find(name, name.length, hasher) }, (_, index) => memo.numberAt(index));
}

test('a name that comes again is not matched again, whether patterns match it or none does', () => {
  const patterns = setOf('^ads', 'example$');
  const memo = new PatternMemo(patterns);
  for (let round = 0; round < 3; round++) {
    assert.deepEqual(find(memo, 'ads.example'), [0, 1]);
    assert.deepEqual(find(memo, 'www.test'), []);
    assert.deepEqual(find(memo, 'www.example'), [1]);
  }
  assert.equal(patterns.matched, 3);
});

test('names of equal length and hash are told apart', () => {
  const memo = new PatternMemo(setOf('^a'));
  const matches = ['ads', 'bds', 'ads'].map((text) => {
    const name = nameFromText(text)!;
    hasher.hash(name, name.length);
    hasher.high[hasher.labelCount - 1] = 7;
    return memo.find(name, name.length, hasher);
  });
  assert.deepEqual(matches, [1, 0, 1]);
});

test('without patterns nothing is matched or remembered', () => {
  const patterns = setOf();
  assert.deepEqual(find(new PatternMemo(patterns), 'ads.example'), []);
  assert.equal(patterns.matched, 0);
});

test('what is remembered of many names is what matching them says', () => {
  const patterns = setOf('1', '2', '3', '4', '5', '6', '7$', '^8');
  const plain = setOf('1', '2', '3', '4', '5', '6', '7$', '^8');
  const memo = new PatternMemo(patterns);
  // More names than it remembers, each asked again soon and again late.
  const numbers = fc.nat({ max: 9999 });
  const property = fc.property(numbers, (number) => {
    const text = `${number}`;
    const name = nameFromText(text)!;
    const expected = [...plain.found.subarray(0, plain.match(name, name.length))];
    assert.deepEqual(find(memo, text), expected, text);
    assert.deepEqual(find(memo, text), expected, text);
  });
  fc.assert(property, { seed: 20_261_122, numRuns: 20_000 });
  assert.ok(patterns.matched < 20_000, 'each name is matched once at the most');
});

test('when there is no more room for matches it forgets them and begins again', () => {
  // A name of n and its digits matches many patterns, nearly every name others: 300 numbers each.
  const bits = Array.from({ length: 12 }, (_, bit) => `^.{${bit}}1`);
  const patterns = setOf(...bits, ...new Array<string>(300).fill('.'));
  const memo = new PatternMemo(patterns);
  const textOf = (number: number) => number.toString(2).padStart(12, '0');
  for (let number = 0; number < 1000; number++) {
    const ones = [...textOf(number)].flatMap((digit, place) => (digit === '1' ? [place] : []));
    const expected = [...ones, ...Array.from({ length: 300 }, (_, index) => 12 + index)];
    assert.deepEqual(find(memo, textOf(number)), expected);
    assert.deepEqual(find(memo, textOf(number)), expected);
  }
  assert.deepEqual(find(memo, textOf(0)).length, 300);
});

test('a remembered name allocates nothing', (context) => {
  const allocatedBytes = () => (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
  if (allocatedBytes() === undefined) return context.skip('this Node.js does not count allocated bytes');
  const memo = new PatternMemo(setOf('^ads', 'example$'));
  const name = nameFromText('ads.example')!;
  hasher.hash(name, name.length);
  const calls = 100_000;
  let least = Number.POSITIVE_INFINITY;
  // V8 counts in steps of its allocation buffers, and the first rounds run before the compiler has settled.
  for (let round = 0; round < 20 && least > 4 * calls; round++) {
    const before = allocatedBytes()!;
    let sum = 0;
    for (let call = 0; call < calls; call++) sum += memo.find(name, name.length, hasher) + memo.numberAt(1);
    least = Math.min(least, allocatedBytes()! - before);
    assert.equal(sum, 3 * calls);
  }
  assert.ok(least <= 4 * calls, `${least} octets in ${calls} calls`);
});
