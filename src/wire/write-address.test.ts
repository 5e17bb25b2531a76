import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressToText, parseAddress } from './ip-address.ts';
import { ADDRESS_TEXT_MAX_BYTES, writeAddress } from './write-address.ts';

function written(address: Uint8Array): string {
  const to = new Uint8Array(ADDRESS_TEXT_MAX_BYTES);
  return Buffer.from(to.subarray(0, writeAddress(address, to))).toString('latin1');
}

for (const text of [
  ...['0.0.0.0', '10.20.200.255', '255.255.255.255', '1.2.3.4'],
  ...['::', '::1', '1::', '2001:db8::1:0:0:1', '2001:db8:0:1:1:1:1:1', 'fe80::1:203:405:607', '1:0:0:2::3'],
  'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
])
  test(`${text} is written so`, () => {
    const address = new Uint8Array(16);
    assert.ok(parseAddress(text, address));
    assert.equal(written(address), text);
  });

test('any address is written as it is elsewhere', () => {
  const octet = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(fc.array(octet, { minLength: 16, maxLength: 16 }), fc.boolean(), (octets, isIpv4) => {
      const address = Uint8Array.from(octets);
      if (isIpv4) address.fill(0, 0, 10).fill(0xff, 10, 12);
      assert.equal(written(address), addressToText(address));
    }),
    { seed: 5952, numRuns: 2_000 },
  );
});
