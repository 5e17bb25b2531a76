import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { faultOf, fillAnswer, newKey, turnKeyTo } from '../../../test/fixtures/self-checking-answer.ts';
import { type AnswerKey, CachedAnswer } from './cached-answer.ts';
import { Checksum } from './checksum.ts';
import { claimedBucket, claimedUnits, entryUnits, readEntry, writeEntry } from './entry.ts';

const AT = 6;
const BUCKET = 4321;
const TTL_SECONDS = 60;
const checksum = new Checksum(Int32Array.of(5, 6, 7, 8));
const answer = new CachedAnswer();
const found = new CachedAnswer();

/** Shared words with the entry of key number `number` at AT, and where it ends. */
function entryOf(
  number: number,
  version: number,
): { words: Int32Array<SharedArrayBuffer>; key: AnswerKey; end: number } {
  const words = new Int32Array(new SharedArrayBuffer(131_072));
  const key = turnKeyTo(newKey(), number);
  fillAnswer(answer, number, version, 0, TTL_SECONDS);
  writeEntry(words, AT, BUCKET, key, answer, checksum);
  return { words, key, end: AT + entryUnits(key, answer) * 2 };
}

test('an entry tells its size and its bucket', () => {
  const { words, key } = entryOf(1, 1);
  assert.equal(claimedUnits(words, AT), entryUnits(key, answer));
  assert.equal(claimedBucket(words, AT), BUCKET);
});

test('an entry is read under its own name, type, class and variant only', () => {
  const { words, key, end } = entryOf(1, 1);
  const otherName = key.name.slice();
  otherName[key.nameLength - 2]! ^= 1;
  const others = [
    { type: key.type ^ 1 },
    { class: 2 },
    { variant: key.variant ^ 1 },
    { variant: key.variant ^ 0x100 },
    { name: otherName },
    { nameLength: 5 },
  ];
  for (const other of others) assert.equal(readEntry(words, AT, end, { ...key, ...other }, 0, found, checksum), false);
  assert.equal(readEntry(words, AT, end, key, 0, found, checksum), true);
  assert.equal(faultOf(found, 1, TTL_SECONDS), '');
});

test('an entry that would run past the arena is not read', () => {
  const { words, key, end } = entryOf(1, 1);
  assert.equal(readEntry(words, AT, end, key, 0, found, checksum), true);
  for (let arenaEnd = AT; arenaEnd < end; arenaEnd++) {
    assert.equal(readEntry(words, AT, arenaEnd, key, 0, found, checksum), false);
  }
});

test('an entry sealed with the key of another cache is not read', () => {
  const { words, key, end } = entryOf(1, 1);
  assert.equal(readEntry(words, AT, end, key, 0, found, new Checksum(Int32Array.of(5, 6, 7, 9))), false);
});

test('no flipped bit of an entry goes unnoticed, but in the padding', () => {
  const { words, key, end } = entryOf(2, 3);
  for (let bit = 0; bit < (end - AT) * 32; bit++) {
    const place = AT + (bit >>> 5);
    words[place]! ^= 1 << (bit & 31);
    if (readEntry(words, AT, end, key, 0, found, checksum)) assert.equal(place, end - 1);
    words[place]! ^= 1 << (bit & 31);
  }
});

test('two entries for one key, torn at any word, are read as one of them or not at all', () => {
  const { words: former, key, end: formerEnd } = entryOf(2, 3);
  const { words: latter, end: latterEnd } = entryOf(2, 4);
  const end = Math.max(formerEnd, latterEnd);
  let torn = 0;
  for (let point = AT; point <= end; point++) {
    const words = former.slice();
    const mixed = new Int32Array(new SharedArrayBuffer(words.byteLength));
    mixed.set(words.subarray(0, point));
    mixed.set(latter.subarray(point), point);
    if (readEntry(mixed, AT, end, key, 0, found, checksum)) assert.equal(faultOf(found, 2, TTL_SECONDS), '');
    else torn++;
  }
  assert.ok(torn > 10);
});

test('garbage is never read as an entry and never read past the end', () => {
  const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const property = fc.property(fc.array(word, { minLength: 9, maxLength: 60 }), (garbage) => {
    const { words, key } = entryOf(2, 3);
    // The first nine words but the lengths stay, so that more than the first comparison is tried.
    words.set(garbage.slice(9), AT + 9);
    words[AT + 6] = garbage[6]!;
    assert.equal(readEntry(words, AT, words.length, key, 0, found, checksum), false);
  });
  fc.assert(property, { seed: 20_264, numRuns: 500 });
});
