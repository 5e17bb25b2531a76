import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isMappedIpv4 } from './ip-address.ts';
import { nameFromText, nameToText } from './name-text.ts';
import { IPV4_REVERSE_NAME_MAX_BYTES, readIpv6ReverseName, reverseName, writeIpv4ReverseName } from './reverse-name.ts';

describe('reverse names', () => {
  test('every IPv6 address is read from its name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (address) => {
        const nibbles = [...address].flatMap((octet) => [octet >>> 4, octet & 0xf]).toReversed();
        const name = nameFromText(`${nibbles.map((nibble) => nibble.toString(16)).join('.')}.ip6.arpa`)!;
        const out = new Uint8Array(16);
        assert.ok(readIpv6ReverseName(name, name.length, out));
        assert.deepEqual(out, address);
        if (!isMappedIpv4(address)) assert.deepEqual(reverseName(address), name);
      }),
      { seed: 3596 },
    );
  });

  test('what is no whole address is not read', () => {
    const whole = `${'1.'.repeat(32)}ip6.arpa`;
    const wrong = ['ip6.arpa', `1.${whole}`, whole.slice(2), whole.replace('1.', 'g.'), whole.replace('arpa', 'arpb')];
    for (const text of [...wrong, `11.${whole.slice(4)}`, '1.0.0.127.in-addr.arpa']) {
      const name = nameFromText(text)!;
      assert.equal(readIpv6ReverseName(name, name.length, new Uint8Array(16)), false, text);
    }
  });

  test('every IPv4 address is written as its name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), (address) => {
        const out = new Uint8Array(IPV4_REVERSE_NAME_MAX_BYTES + 1);
        const length = writeIpv4ReverseName(address, out, 1);
        assert.equal(nameToText(out.slice(1, 1 + length)), `${[...address].toReversed().join('.')}.in-addr.arpa`);
        const mapped = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...address);
        assert.deepEqual(reverseName(mapped), out.slice(1, 1 + length));
        assert.equal(length, nameFromText(nameToText(out.slice(1, 1 + length)))!.length);
      }),
      { seed: 1035 },
    );
  });
});
