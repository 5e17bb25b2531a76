import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rulesOf } from '../../../../test/fixtures/lists/rules-of.ts';
import { addressToText } from '../../../wire/ip-address.ts';

describe('addresses format', () => {
  test('takes addresses, networks and ranges, with comments', () => {
    const text = [
      '# head',
      '; head',
      '! head',
      '// head',
      '',
      '192.0.2.1',
      '198.51.100.0/24 ; SBL1',
      '203.0.113.1-203.0.113.9 # why',
      '203.0.113.20 - 203.0.113.29',
      '2001:db8::/32\r',
      ' 2001:db8:1::1',
    ].join('\n');
    assert.deepEqual(rulesOf('addresses', text), {
      rules: [
        '6 192.0.2.1-192.0.2.1',
        '7 198.51.100.0-198.51.100.255',
        '8 203.0.113.1-203.0.113.9',
        '9 203.0.113.20-203.0.113.29',
        '10 2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
        '11 2001:db8:1::1-2001:db8:1::1',
      ],
      skipped: [],
    });
  });

  test('leaves out what is none, and all addresses at once', () => {
    assert.deepEqual(rulesOf('addresses', 'a.example\n192.0.2.1/33\n0.0.0.0/0\n192.0.2.9-192.0.2.1\n').skipped, [
      '1 not-an-address: a.example',
      '2 not-an-address: 192.0.2.1/33',
      '3 not-an-address: 0.0.0.0/0',
      '4 not-an-address: 192.0.2.9-192.0.2.1',
    ]);
  });

  test('in a list that allows, they are exempt', () => {
    assert.deepEqual(rulesOf('addresses', '192.0.2.1', { subdomains: false, allows: true }).rules, [
      '1 @@192.0.2.1-192.0.2.1',
    ]);
  });

  test('any address is read back as what it was', () => {
    const octets = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const property = fc.property(octets, (bytes) => {
      const text = addressToText(bytes);
      assert.deepEqual(rulesOf('addresses', text).rules, [`1 ${text}-${text}`]);
    });
    fc.assert(property, { seed: 20_261_124, numRuns: 300 });
  });
});
