import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hex, toHex } from '../../test/fuzz/wire/messages.ts';
import { addressToText, parseAddress } from './ip-address.ts';

const SEED = 5952;

function parse(text: string): string | undefined {
  // Octets left by an earlier address must not show through.
  const out = new Uint8Array(16).fill(0xee);
  return parseAddress(text, out) ? toHex(out) : undefined;
}

describe('addresses as text', () => {
  const both: readonly [string, string][] = [
    ['192.0.2.1', '00000000000000000000ffffc0000201'],
    ['0.0.0.0', '00000000000000000000ffff00000000'],
    ['255.255.255.255', '00000000000000000000ffffffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['2001:db8::1', '20010db8000000000000000000000001'],
    ['2001:db8::1:0:0:1', '20010db8000000000001000000000001'],
    ['2001:db8:0:1:1:1:1:1', '20010db8000000010001000100010001'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['fe80::a:b:c:d', 'fe80000000000000000a000b000c000d'],
    ['::102:304', '00000000000000000000000001020304'],
    ['1:0:0:2::3', '00010000000000020000000000000003'],
  ];
  for (const [text, octets] of both) {
    test(`${text} is the same address in both forms`, () => {
      assert.equal(parse(text), octets);
      assert.equal(addressToText(hex(octets)), text);
    });
  }

  const oneWay: readonly [string, string][] = [
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['::1.2.3.4', '::102:304'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::1%2', 'fe80::1'],
  ];
  for (const [text, canonical] of oneWay) {
    test(`${text} is ${canonical}`, () => assert.equal(addressToText(hex(parse(text)!)), canonical));
  }

  const none: readonly string[] = [
    ...[
      '',
      ' ',
      '1',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.',
      '.1.2.3.4',
      '1..2.3',
      '1.2.3.256',
      '1.2.3.1000',
      '01.2.3.4',
      '1.2.3.00',
    ],
    ...['1.2.3.4 ', ' 1.2.3.4', '1.2.3.4%eth0', '1.2.3.a', '-1.2.3.4', '0x1.2.3.4', '١.2.3.4', '1,2,3,4'],
    ...[
      ':',
      ':::',
      ':1',
      '1:',
      '1::2::3',
      '::1::',
      '1:::2',
      '12345::',
      '::12345',
      '00001::',
      'g::',
      '::g',
      ' ::1',
      '::1 ',
    ],
    ...[
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '1:2:3:4:5:6:7:8::',
      '::1:2:3:4:5:6:7:8',
      '1:2:3:4::5:6:7:8',
      ':1:2:3:4:5:6:7',
    ],
    ...[
      '::1.2.3',
      '::1.2.3.256',
      '::1.2.3.4.5',
      '::1.2.3.4:5',
      '1.2.3.4::',
      '1:2:3:4:5:6:7:1.2.3.4',
      '::01.2.3.4',
      '::1.2.3.4:',
    ],
    ...['::1%', '%eth0', '%', '[::1]', '::1/64', 'fe80:%eth0:1', '::ffff:1.2.3.4x', '1:2:3:4:5:1.2.3.4'],
  ];
  for (const text of none) {
    test(`"${text}" is no address`, () => assert.equal(parse(text), undefined));
  }

  test('octets behind the sixteenth are left alone', () => {
    for (const text of ['1.2.3.4', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:1.2.3.4', '::1:2:3:4:5:6:7:1.2.3.4']) {
      const out = new Uint8Array(32).fill(0xee);
      parseAddress(text, out);
      assert.ok(
        out.subarray(16).every((octet) => octet === 0xee),
        text,
      );
    }
  });

  test('what is an address is what Node takes for one', () => {
    const fragments = fc.constantFrom('0', '1', '12', 'abcd', 'FF', '255', '256', ':', ':', '::', '.', '1.2.3.4', 'g');
    const text = fc.array(fragments, { maxLength: 17 }).map((parts) => parts.join(''));
    const groups = fc
      .array(fc.constantFrom('0', 'a', '1f', 'ffff'), { minLength: 5, maxLength: 9 })
      .map((parts) => parts.join(':'));
    const property = fc.property(fc.oneof(text, groups), (candidate) => {
      assert.equal(parse(candidate) !== undefined, isIP(candidate) !== 0, candidate);
    });
    fc.assert(property, { seed: SEED, numRuns: 5000 });
  });

  test('every address survives the way to text and back, in the form that URLs use', () => {
    const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
    const property = fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
      const octets = Uint8Array.from(groups.flatMap((value) => [value >>> 8, value & 0xff]));
      const text = addressToText(octets);
      assert.equal(parse(text), toHex(octets));
      if (text.includes(':')) assert.equal(`[${text}]`, new URL(`http://[${text}]`).hostname);
    });
    fc.assert(property, { seed: SEED, numRuns: 2000 });
  });
});
