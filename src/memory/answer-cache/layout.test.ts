import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  CACHE_MAX_BYTES,
  CACHE_MIN_BYTES,
  planLayout,
  readHeader,
  stripeAt,
  UNIT_MASK,
  writeHeader,
} from './layout.ts';

const LARGEST_ENTRY_UNITS = 9253;

function headedBuffer(maxBytes: number): SharedArrayBuffer {
  const layout = planLayout(maxBytes);
  const buffer = new SharedArrayBuffer(layout.byteLength);
  writeHeader(buffer, layout, Int32Array.of(1, 2, 3, 4));
  return buffer;
}

test('a budget is never exceeded, and used up to one line a stripe', () => {
  const property = fc.property(fc.integer({ min: CACHE_MIN_BYTES, max: CACHE_MAX_BYTES }), (maxBytes) => {
    const layout = planLayout(maxBytes);
    assert.ok(layout.byteLength <= maxBytes);
    assert.ok(layout.byteLength > maxBytes - 64 * (layout.stripeCount + 1));
    const stripeWords = layout.arenaOffset + layout.arenaUnits * 2;
    assert.equal(stripeWords, layout.stripeWords);
    assert.equal((stripeAt(layout, layout.stripeCount - 1) + stripeWords) * 4, layout.byteLength);
    assert.ok(layout.arenaUnits <= UNIT_MASK + 1);
    assert.ok(layout.bucketCount >= 1 && layout.bucketCount < 1 << 13);
    if (maxBytes >= 131_072) assert.ok(layout.arenaUnits > LARGEST_ENTRY_UNITS);
  });
  fc.assert(property, { seed: 20_263, numRuns: 1000, examples: [[CACHE_MIN_BYTES], [131_072], [CACHE_MAX_BYTES]] });
});

const stripes = [
  { maxBytes: 65_536, count: 1 },
  { maxBytes: 262_143, count: 1 },
  { maxBytes: 262_144, count: 2 },
  { maxBytes: 1e6, count: 4 },
  { maxBytes: 200e6, count: 256 },
  { maxBytes: CACHE_MAX_BYTES, count: 512 },
];
for (const { maxBytes, count } of stripes) {
  test(`${maxBytes} bytes make ${count} stripes`, () => assert.equal(planLayout(maxBytes).stripeCount, count));
}

test('more than the largest cache is cut to it', () => {
  assert.equal(planLayout(2 ** 40).byteLength, planLayout(CACHE_MAX_BYTES).byteLength);
});

test('the header tells the layout and the key again', () => {
  const { layout, checksumKey } = readHeader(headedBuffer(700_001));
  assert.deepEqual(layout, planLayout(700_001));
  assert.deepEqual([...checksumKey], [1, 2, 3, 4]);
});

test('no word of the header that tells kind or size can be changed unnoticed', () => {
  for (let place = 0; place < 4; place++) {
    for (let bit = 0; bit < 32; bit++) {
      const buffer = headedBuffer(700_001);
      new Int32Array(buffer)[place]! ^= 1 << bit;
      assert.throws(() => readHeader(buffer), TypeError, `word ${place} bit ${bit}`);
    }
  }
});

test('a buffer of another kind or size is refused', () => {
  for (const byteLength of [0, 4, 64, 65_536, 1e6]) {
    assert.throws(() => readHeader(new SharedArrayBuffer(byteLength)), TypeError);
  }
  const cache = headedBuffer(300_000);
  const shorter = new SharedArrayBuffer(cache.byteLength - 64);
  new Uint8Array(shorter).set(new Uint8Array(cache, 0, shorter.byteLength));
  assert.throws(() => readHeader(shorter), TypeError);
});
