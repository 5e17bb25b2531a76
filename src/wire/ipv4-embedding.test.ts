import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { addressToText, parseAddress } from './ip-address.ts';
import {
  embedIpv4,
  EMBEDDING_PREFIX_BITS,
  extractIpv4,
  type Ipv4Embedding,
  isNotGlobalIpv4,
  isWellKnown,
  WELL_KNOWN_EMBEDDING,
} from './ipv4-embedding.ts';

function embedding(text: string, prefixBits: number): Ipv4Embedding {
  const prefix = new Uint8Array(16);
  assert.ok(parseAddress(text, prefix));
  return { prefix, prefixBits };
}

function embedded(under: Ipv4Embedding, ipv4: Uint8Array): string {
  const out = new Uint8Array(16);
  embedIpv4(under, ipv4, 0, out, 0);
  return addressToText(out);
}

describe('IPv4 addresses inside IPv6 addresses', () => {
  // The table of RFC 6052 section 2.4.
  const table: readonly [string, number, string][] = [
    ['2001:db8::', 32, '2001:db8:c000:221::'],
    ['2001:db8:100::', 40, '2001:db8:1c0:2:21::'],
    ['2001:db8:122::', 48, '2001:db8:122:c000:2:2100::'],
    ['2001:db8:122:300::', 56, '2001:db8:122:3c0:0:221::'],
    ['2001:db8:122:344::', 64, '2001:db8:122:344:c0:2:2100:0'],
    ['2001:db8:122:344::', 96, '2001:db8:122:344::c000:221'],
    ['64:ff9b::', 96, '64:ff9b::c000:221'],
  ];
  for (const [prefix, bits, expected] of table) {
    test(`192.0.2.33 under ${prefix}/${bits} is ${expected}`, () => {
      const wanted = new Uint8Array(16);
      assert.ok(parseAddress(expected, wanted));
      assert.equal(embedded(embedding(prefix, bits), Uint8Array.of(192, 0, 2, 33)), addressToText(wanted));
    });
  }

  test('come out as they went in, whatever prefix and suffix, and only from under their prefix', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.constantFrom(...EMBEDDING_PREFIX_BITS),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.nat(127),
        (octets, prefixBits, ipv4, flipped) => {
          const prefix = octets.map((octet, index) => (index < prefixBits / 8 && index !== 8 ? octet : 0));
          const address = new Uint8Array(16);
          embedIpv4({ prefix, prefixBits }, ipv4, 0, address, 0);
          const out = new Uint8Array(4);
          assert.ok(extractIpv4({ prefix, prefixBits }, address, out));
          assert.deepEqual(out, ipv4);
          const bit = flipped % prefixBits;
          address[bit >>> 3]! ^= 0x80 >>> (bit & 7);
          assert.equal(extractIpv4({ prefix, prefixBits }, address, out), false);
        },
      ),
      { seed: 6052 },
    );
  });

  test('the well-known prefix is known, and stands for no private address', () => {
    assert.ok(isWellKnown(WELL_KNOWN_EMBEDDING));
    assert.equal(isWellKnown(embedding('64:ff9b:1::', 96)), false);
    const notGlobal = ['10.1.2.3', '172.31.0.1', '192.168.1.1', '100.64.0.1', '169.254.1.1', '127.0.0.1', '0.0.0.0'];
    const more = [
      '192.0.2.1',
      '198.51.100.1',
      '203.0.113.1',
      '198.19.0.1',
      '192.0.0.8',
      '224.0.0.1',
      '255.255.255.255',
    ];
    const octets = (text: string) => Uint8Array.from(text.split('.'), Number);
    for (const text of [...notGlobal, ...more]) assert.equal(isNotGlobalIpv4(octets(text), 0), true, text);
    const global = ['9.9.9.9', '172.32.0.1', '172.15.0.1', '100.63.0.1', '100.128.0.1', '192.0.1.1', '192.169.0.1'];
    for (const text of [...global, '192.0.0.170', '192.0.0.171', '198.20.0.1', '223.255.255.255'])
      assert.equal(isNotGlobalIpv4(octets(text), 0), false, text);
  });
});
