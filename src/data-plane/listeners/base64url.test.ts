import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64Url } from './base64url.ts';

const out = new Uint8Array(1024);

function decode(text: string): string | number {
  const length = decodeBase64Url(text, 0, text.length, out);
  return length < 0 ? length : Buffer.from(out.subarray(0, length)).toString('hex');
}

test('whatever octets an encoder writes come back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600, size: 'max' }), (octets) => {
      const text = Buffer.from(octets).toString('base64url');
      assert.equal(decode(text), Buffer.from(octets).toString('hex'));
    }),
    { seed: 8484, numRuns: 300 },
  );
});

test('only the characters named by the limits are read', () => {
  assert.equal(decodeBase64Url('?dns=AAAB&x', 5, 9, out), 3);
});

test('H14 anything outside the alphabet is refused, also standard base64', () => {
  for (const text of ['AA+A', 'AA/A', 'AAA=', 'AA A', 'AAA%', 'AAA\u00e9', 'AAA\u0141', 'AA\nA'])
    assert.equal(decode(text), -1, text);
});

test('a length that no octets have is refused', () => {
  assert.equal(decode('A'), -1);
  assert.equal(decode('AAAAA'), -1);
  assert.equal(decode(''), '');
});
