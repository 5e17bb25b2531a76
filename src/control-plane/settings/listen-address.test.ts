import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { listenAddressesOverlap, listenAddressToText, readListenAddress } from './listen-address.ts';

describe('addresses to listen on', () => {
  for (const [written, ...addresses] of [
    ['127.0.0.1:53', '127.0.0.1:53'],
    ['[::1]:853', '[::1]:853'],
    ['[0:0:0:0:0:0:0:1]:853', '[::1]:853'],
    ['[fe80::1%eth0]:53', '[fe80::1%eth0]:53'],
    [':53', '0.0.0.0:53', '[::]:53'],
    ['0.0.0.0:0', '0.0.0.0:0'],
  ] as const)
    test(`${written} opens ${addresses.join(' and ')}`, () => {
      assert.deepEqual((readListenAddress(written).value ?? []).map(listenAddressToText), addresses);
    });

  test('only the IPv6 half of ":53" may be missing on a machine', () => {
    assert.deepEqual(
      readListenAddress(':53').value?.map(({ optional }) => optional),
      [false, true],
    );
    assert.equal(readListenAddress('[::]:53').value?.[0]?.optional, false);
  });

  for (const [written, advice] of [
    ['53', 'write ":53" for every address, or "127.0.0.1:53"'],
    ['127.0.0.1', 'write "127.0.0.1:53"'],
    ['::1', 'write "[::1]:53"'],
    ['fe80::1:853', 'write "[fe80::1]:853" or "[fe80::1:853]:53"'],
    ['2001:db8::f00d', 'write "[2001:db8::f00d]:53"'],
    ['1:2:3:4:5:6:7:8:853', 'write "[1:2:3:4:5:6:7:8]:853"'],
    ['localhost:53', 'names are not looked up'],
    ['*:53', 'write ":53"'],
    ['[127.0.0.1]:53', 'write "127.0.0.1:53"'],
    ['127.0.0.1:65536', 'ports go up to 65535'],
    ['127.0.0.01:53', 'is not an IP address'],
    ['[::1]', 'write "127.0.0.1:53", "[::1]:53"'],
    ['', 'write "127.0.0.1:53", "[::1]:53"'],
    ['udp://127.0.0.1:53', 'write "127.0.0.1:53", "[::1]:53"'],
  ] as const)
    test(`${written || 'nothing'} is refused: ${advice}`, () => {
      const { wrong = 'was accepted' } = readListenAddress(written);
      assert.ok(wrong.includes(advice), wrong);
    });
});

describe('addresses in each other’s way', () => {
  const overlap = (a: string, b: string) =>
    listenAddressesOverlap(readListenAddress(a).value![0]!, readListenAddress(b).value![0]!);
  for (const [a, b, expected] of [
    ['127.0.0.1:53', '127.0.0.1:53', true],
    ['127.0.0.1:53', '127.0.0.1:54', false],
    ['127.0.0.1:53', '0.0.0.0:53', true],
    ['0.0.0.0:53', '127.0.0.1:53', true],
    ['[::]:53', '[2001:db8::1]:53', true],
    ['[::]:53', '0.0.0.0:53', false],
    ['127.0.0.1:0', '127.0.0.1:0', false],
  ] as const)
    test(`${a} and ${b}: ${expected ? 'yes' : 'no'}`, () => {
      assert.equal(overlap(a, b), expected);
    });
});
