import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { knownName } from '../../../../wire/name-text.ts';
import { faultOfSignature, signMessage } from './transaction-signature.ts';

const KEY = { name: 'Update.Key', algorithm: 'hmac-sha256', secret: 'c2VjcmV0c2VjcmV0' } as const;
const NOW = new Date('2026-11-22T12:00:00Z');
const MESSAGE = Buffer.concat([
  Buffer.from([1, 2, 0xa8, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
  knownName('example.org'),
  Buffer.from([0, 6, 0, 1]),
]);

describe('signatures of messages (RFC 8945)', () => {
  // An answer is signed over the request's signature as well: with none of it, a request checks like an answer.
  const signed = signMessage(MESSAGE, KEY, NOW).message;
  const asAnswer = (mac: Buffer) => faultOfSignature(signed, KEY, mac, NOW);

  test('a request is no answer to itself', () => {
    assert.equal(asAnswer(Buffer.alloc(0)), 'its signature is wrong');
  });

  test('the record stands last, with the key in lower case and the time', () => {
    assert.equal(signed.readUInt16BE(10), 1);
    assert.deepEqual(signed.subarray(2, 10), MESSAGE.subarray(2, 10));
    const record = signed.subarray(MESSAGE.length);
    const name = knownName('update.key');
    assert.deepEqual(record.subarray(0, name.length), Buffer.from(name));
    assert.equal(record.readUIntBE(name.length + 10 + knownName('hmac-sha256').length, 6), NOW.getTime() / 1000);
  });

  test('whatever comes back is sound or has a fault, and is never thrown over', () => {
    const change = fc.tuple(fc.nat(signed.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(signed.length), (changes, length) => {
        const octets = Buffer.from(signed);
        for (const [offset, value] of changes) octets[offset] = value;
        assert.equal(typeof faultOfSignature(octets, KEY, Buffer.alloc(32), NOW), 'string');
        assert.equal(typeof faultOfSignature(octets.subarray(0, length), KEY, Buffer.alloc(32), NOW), 'string');
      }),
      { seed: 8945, numRuns: 1_000 },
    );
  });
});
