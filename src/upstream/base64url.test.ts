import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { base64urlLength, writeBase64url } from './base64url.ts';

test('octets become the base64url that Node writes, at the place asked for', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 10 }), (octets, offset) => {
      const out = Buffer.alloc(300, '!');
      const end = writeBase64url(octets, out, offset);
      assert.equal(end - offset, base64urlLength(octets.length));
      assert.equal(out.toString('latin1', offset, end), Buffer.from(octets).toString('base64url'));
      assert.equal(out[end], 0x21);
    }),
    { seed: 4648 },
  );
});
