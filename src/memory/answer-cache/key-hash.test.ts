import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newKey } from '../../../test/fixtures/self-checking-answer.ts';
import { bucketOf, hashForBucket, hashForStripe, tagOf } from './key-hash.ts';

function placeOf(change: Partial<ReturnType<typeof newKey>>): string {
  const key = { ...newKey(), type: 1, hashLow: 0x1357_9bdf, hashHigh: 0x2468_ace0, ...change };
  const stripeHash = hashForStripe(key);
  return `${stripeHash} ${hashForBucket(key, stripeHash)}`;
}

test('each part of the key has a say in the place', () => {
  const changes = [
    {},
    { type: 28 },
    { class: 3 },
    { variant: 1 },
    { variant: 2 },
    { variant: 3 },
    { hashLow: 1 },
    { hashHigh: 1 },
  ];
  const places = changes.map(placeOf);
  assert.equal(new Set(places).size, changes.length);
});

test('the types and variants of one name spread over stripes, buckets and tags', () => {
  const stripes = new Set<number>();
  const buckets = new Set<number>();
  const tags = new Set<number>();
  for (let type = 0; type < 256; type++) {
    for (let variant = 0; variant < 4; variant++) {
      const key = { ...newKey(), type, variant, hashLow: 7, hashHigh: 9 };
      const stripeHash = hashForStripe(key);
      const bucketHash = hashForBucket(key, stripeHash);
      stripes.add(stripeHash & 255);
      buckets.add(bucketOf(bucketHash, 512));
      tags.add(tagOf(bucketHash));
    }
  }
  // 1024 throws hit 98 % of 256, 86 % of 512 and 22 % of 4095 places.
  assert.ok(stripes.size > 240, `${stripes.size} stripes`);
  assert.ok(buckets.size > 410, `${buckets.size} buckets`);
  assert.ok(tags.size > 850, `${tags.size} tags`);
});

test('a bucket is always one of those there are, and a tag is never 0', () => {
  for (const hash of [0, -1, 0x3_ffff, 0x4_0000, 0xf_ffff, 0x7fff_ffff, -0x8000_0000]) {
    for (const count of [1, 2, 45, 5693]) {
      const bucket = bucketOf(hash, count);
      assert.ok(Number.isInteger(bucket) && bucket >= 0 && bucket < count);
    }
    assert.ok(tagOf(hash) >= 1 && tagOf(hash) <= 4095);
  }
  assert.equal(bucketOf(0x3_ffff, 5693), 5692);
});
