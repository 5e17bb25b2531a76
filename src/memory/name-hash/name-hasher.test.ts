import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HASH_KEY_BYTES, NameHasher } from './name-hasher.ts';

const KEY = Uint8Array.from({ length: HASH_KEY_BYTES }, (_, index) => index);
const OTHER_KEY = Uint8Array.from({ length: HASH_KEY_BYTES }, (_, index) => 200 - 7 * index);

test('the reference used below agrees with the published HalfSipHash vectors', () => {
  const key = KEY.subarray(0, 8);
  const input = (length: number) => Uint8Array.from({ length }, (_, index) => index);
  // HalfSipHash-2-4, 64-bit result, inputs of 0 to 3 octets (octets of the result in order).
  for (const [length, hex] of [
    '218d1f59b9b83cc8',
    'be552412f8387315',
    '064f39ef7c50eb57',
    'ce0f1a45f7060679',
  ].entries()) {
    assert.equal(octetsOf(referenceHash(key, input(length), 2, 4, 8)), hex);
  }
  // HalfSipHash-1-3, 32-bit result, inputs of 0 to 5 octets.
  for (const [length, expected] of [0x5814c896, 0xe7e864ca, 0xbc4b0e30, 0x01539939, 0x7e059ea6, 0x88e3d89b].entries()) {
    assert.equal(Number(referenceHash(key, input(length), 1, 3, 4)), expected);
  }
});

const labels = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { minLength: 1, maxLength: 127 });

test('every suffix of any name gets the first half, and the whole name both, of the HalfSipHash-1-3 of its labels read from the root leftwards', () => {
  const hasher = new NameHasher(OTHER_KEY);
  fc.assert(
    fc.property(labels, (given) => {
      const { name, kept } = wireName(given);
      hasher.hash(name, name.length);
      assert.equal(hasher.labelCount, kept.length);
      assert.equal(hasher.fullIndex, kept.length - 1);
      let suffixLength = 1;
      for (let suffix = 0; suffix < kept.length; suffix++) {
        const ofSuffix = kept.slice(kept.length - 1 - suffix);
        suffixLength += 1 + ofSuffix[0]!.length;
        assert.equal(hasher.suffixOffset[suffix], name.length - suffixLength);
        assert.equal(hasher.high[suffix]! >>> 0, Number(referenceOfLabels(OTHER_KEY, ofSuffix) & 0xffffffffn));
      }
      const expected = referenceOfLabels(OTHER_KEY, kept);
      assert.equal(hasher.fullHigh >>> 0, Number(expected & 0xffffffffn));
      assert.equal(hasher.fullLow >>> 0, Number(expected >> 32n));
    }),
    { seed: 20261121, numRuns: 150 },
  );
});

test('octets beyond the end of the name do not count', () => {
  const exact = new NameHasher(KEY);
  const followed = new NameHasher(KEY);
  const { name } = wireName([Buffer.from('ads'), Buffer.from('example'), Buffer.from('io')]);
  const buffer = new Uint8Array(300).fill(0xff);
  buffer.set(name);
  exact.hash(name, name.length);
  followed.hash(buffer, name.length);
  assert.deepEqual(followed.high.subarray(0, 3), exact.high.subarray(0, 3));
  assert.equal(followed.fullLow, exact.fullLow);
});

test('both halves of the key matter', () => {
  const { name } = wireName([Buffer.from('example'), Buffer.from('org')]);
  const seen = new Set<string>();
  for (let changed = 0; changed < HASH_KEY_BYTES; changed++) {
    const key = KEY.slice();
    key[changed]! ^= 0x80;
    const hasher = new NameHasher(key);
    hasher.hash(name, name.length);
    seen.add(`${hasher.fullHigh} ${hasher.fullLow}`);
  }
  assert.equal(seen.size, HASH_KEY_BYTES);
});

test('the root name has no suffixes', () => {
  const hasher = new NameHasher(KEY);
  hasher.hash(Uint8Array.of(3, 0x6f, 0x72, 0x67, 0), 5);
  hasher.hash(Uint8Array.of(0), 1);
  assert.equal(hasher.labelCount, 0);
  assert.equal(hasher.fullIndex, -1);
  assert.equal(hasher.fullHigh, 0);
  assert.equal(hasher.fullLow, 0);
});

test('octets that are no name at all are hashed to something, without a throw and within the bounds', () => {
  const hasher = new NameHasher(KEY);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(500), (octets, length) => {
      hasher.hash(octets, length);
      assert.ok(hasher.labelCount <= hasher.suffixOffset.length);
    }),
    { seed: 7, numRuns: 500 },
  );
});

test('a key of another length is refused', () => {
  assert.throws(() => new NameHasher(new Uint8Array(8)), RangeError);
});

/** As many of the labels, from the right, as fit into 255 octets. */
function wireName(given: readonly Uint8Array[]): { name: Uint8Array; kept: readonly Uint8Array[] } {
  const kept: Uint8Array[] = [];
  let length = 1;
  for (const label of [...given].reverse()) {
    if (length + 1 + label.length > 255) break;
    length += 1 + label.length;
    kept.unshift(label);
  }
  return {
    name: Buffer.concat([...kept.map((label) => [label.length, ...label]).map(Buffer.from), Buffer.of(0)]),
    kept,
  };
}

function referenceOfLabels(key: Uint8Array, ofSuffix: readonly Uint8Array[]): bigint {
  const message = [...key.subarray(8)];
  for (const label of [...ofSuffix].reverse()) {
    message.push(label.length, ...label);
    while (message.length % 4 !== 0) message.push(0);
  }
  return referenceHash(key.subarray(0, 8), Uint8Array.from(message), 1, 3, 8);
}

const MASK = 0xffffffffn;

/** HalfSipHash-c-d as its paper states it, in BigInt; the result's octets are little-endian. */
function referenceHash(key: Uint8Array, message: Uint8Array, c: number, d: number, resultBytes: 4 | 8): bigint {
  const word = (octets: Uint8Array): bigint => octets.reduceRight((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
  const rotate = (value: bigint, bits: bigint): bigint => ((value << bits) | (value >> (32n - bits))) & MASK;
  const [k0, k1] = [word(key.subarray(0, 4)), word(key.subarray(4, 8))];
  let [v0, v1, v2, v3] = [k0, k1, 0x6c796765n ^ k0, 0x74656462n ^ k1];
  if (resultBytes === 8) v1 ^= 0xeen;
  const rounds = (count: number): void => {
    for (let round = 0; round < count; round++) {
      v0 = (v0 + v1) & MASK;
      v1 = rotate(v1, 5n) ^ v0;
      v0 = rotate(v0, 16n);
      v2 = (v2 + v3) & MASK;
      v3 = rotate(v3, 8n) ^ v2;
      v0 = (v0 + v3) & MASK;
      v3 = rotate(v3, 7n) ^ v0;
      v2 = (v2 + v1) & MASK;
      v1 = rotate(v1, 13n) ^ v2;
      v2 = rotate(v2, 16n);
    }
  };
  const absorb = (value: bigint): void => {
    v3 ^= value;
    rounds(c);
    v0 ^= value;
  };
  const whole = message.length - (message.length % 4);
  for (let offset = 0; offset < whole; offset += 4) absorb(word(message.subarray(offset, offset + 4)));
  absorb((BigInt(message.length & 0xff) << 24n) | word(message.subarray(whole)));
  v2 ^= resultBytes === 8 ? 0xeen : 0xffn;
  rounds(d);
  const low = v1 ^ v3;
  if (resultBytes === 4) return low;
  v1 ^= 0xddn;
  rounds(d);
  return ((v1 ^ v3) << 32n) | low;
}

function octetsOf(result: bigint): string {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64LE(result);
  return octets.toString('hex');
}
