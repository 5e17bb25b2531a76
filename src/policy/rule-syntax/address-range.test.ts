import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressRange } from './address-range.ts';

describe('a range of addresses', () => {
  const rows: [string, string | undefined, string?][] = [
    ['192.0.2.1', 'c0000201'],
    ['192.0.2.0/24', 'c0000200', 'c00002ff'],
    ['192.0.2.77/24', 'c0000200', 'c00002ff'],
    ['192.0.2.1/32', 'c0000201'],
    ['128.0.0.0/1', '80000000', 'ffffffff'],
    ['192.0.2.1-192.0.2.9', 'c0000201', 'c0000209'],
    ['192.0.2.1 - 192.0.2.9', 'c0000201', 'c0000209'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8::/33', '20010db8000000000000000000000000', '20010db87fffffffffffffffffffffff'],
    ['2001:DB8::1-2001:db8::f', '20010db8000000000000000000000001', '20010db800000000000000000000000f'],
    ['::ffff:192.0.2.1', 'c0000201'],
    ['::ffff:192.0.2.0/120', 'c0000200', 'c00002ff'],
    ['0.0.0.0/0', undefined],
    ['::/0', undefined],
    ['::ffff:0.0.0.0/96', undefined],
    ['192.0.2.0/33', undefined],
    ['2001:db8::/129', undefined],
    ['192.0.2.9-192.0.2.1', undefined],
    ['192.0.2.1-2001:db8::1', undefined],
    ['192.0.2', undefined],
    ['192.0.2.256', undefined],
    ['fe80::1%eth0', undefined],
    ['a.example', undefined],
    ['', undefined],
  ];
  for (const [text, firstHex, lastHex = firstHex] of rows) {
    test(`"${text}" is ${firstHex === undefined ? 'none' : `${firstHex} to ${lastHex}`}`, () => {
      assert.deepEqual(addressRange(text), firstHex === undefined ? undefined : { firstHex, lastHex });
    });
  }
});
