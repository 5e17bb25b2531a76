import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readUint32, writeUint32 } from '../../wire/header.ts';
import { countDownTtls } from './count-down.ts';

const rows = [
  { stored: 300, elapsed: 0, now: 300 },
  { stored: 300, elapsed: 1, now: 299 },
  { stored: 300, elapsed: 1.9, now: 299 },
  { stored: 300, elapsed: 300, now: 0 },
  { stored: 300, elapsed: 301, now: 0 },
  { stored: 300, elapsed: 2 ** 40, now: 0 },
  { stored: 300, elapsed: -5, now: 300 },
  { stored: 0, elapsed: 1, now: 0 },
  { stored: 0x7fff_ffff, elapsed: 1, now: 0x7fff_fffe },
  { stored: 0x8000_0000, elapsed: 0, now: 0 },
  { stored: 0xffff_ffff, elapsed: 1, now: 0 },
];

for (const { stored, elapsed, now } of rows) {
  test(`a TTL of ${stored} is ${now} after ${elapsed} s`, () => {
    const message = new Uint8Array(20).fill(0xee);
    writeUint32(message, 7, stored);
    countDownTtls(message, Uint16Array.of(7), 1, elapsed);
    assert.equal(readUint32(message, 7), now);
    message.fill(0xee, 7, 11);
    assert.deepEqual(message, new Uint8Array(20).fill(0xee));
  });
}

test('only the first ttlCount offsets are touched, each once', () => {
  const message = new Uint8Array(12);
  for (const offset of [0, 4, 8]) writeUint32(message, offset, 100);
  countDownTtls(message, Uint16Array.of(0, 8, 4), 2, 10);
  assert.deepEqual(
    [0, 4, 8].map((offset) => readUint32(message, offset)),
    [90, 100, 90],
  );
});
