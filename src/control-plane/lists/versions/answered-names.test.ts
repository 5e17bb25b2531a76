import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { wireName } from '../../../../test/fixtures/lists/wire-names.ts';
import { ANSWERED_MAX, packAnswered, unpackAnswered } from './answered-names.ts';

const NAMES = ['a.example', 'www.b.example', `${'x'.repeat(63)}.example`, 'c'].map(wireName);
const answered = fc.record(
  {
    name: fc.constantFrom(...NAMES),
    types: fc.array(fc.nat(0xffff), { maxLength: ANSWERED_MAX }),
    addresses: fc.array(
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => Buffer.from(octets).toString('hex')),
      { maxLength: ANSWERED_MAX },
    ),
  },
  { noNullPrototype: true },
);

describe('what was answered', () => {
  test('is the same on the other side', () => {
    fc.assert(
      fc.property(fc.array(answered, { maxLength: 5 }), (all) => {
        const read = [...unpackAnswered(packAnswered(all))].map((one) => ({ ...one, name: Uint8Array.from(one.name) }));
        assert.deepEqual(read, all);
      }),
      { seed: 7 },
    );
  });

  test('may be cut anywhere: what is whole before is read', () => {
    const one = { name: wireName('a.example'), types: [1, 28], addresses: ['00'.repeat(16)] };
    const octets = packAnswered([one, one]);
    for (let length = 0; length < octets.length; length++)
      assert.equal([...unpackAnswered(octets.subarray(0, length))].length, length < octets.length / 2 ? 0 : 1);
  });

  test('may be anything at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (octets) => {
        for (const { name } of unpackAnswered(octets)) assert.ok(name.length <= 255 && name.at(-1) === 0);
      }),
      { seed: 8 },
    );
  });
});
