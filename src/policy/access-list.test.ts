import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addressToText, parseAddress } from '../wire/ip-address.ts';
import { AccessList, type AddressRange, isRangeWithin, parseAccessEntry } from './access-list.ts';

function listOf(...entries: readonly string[]): AccessList {
  return new AccessList(entries.flatMap(rangesOf));
}

function rangesOf(entry: string): readonly AddressRange[] {
  const ranges = parseAccessEntry(entry);
  if (typeof ranges === 'string') assert.fail(ranges);
  return ranges;
}

function octetsOf(address: string): Uint8Array {
  const octets = new Uint8Array(16);
  assert.ok(parseAddress(address, octets), address);
  return octets;
}

interface Case {
  readonly entry: string;
  readonly inside: readonly string[];
  readonly outside: readonly string[];
}

const CASES: readonly Case[] = [
  {
    entry: 'loopback',
    inside: ['127.0.0.1', '127.255.255.255', '::1'],
    outside: ['126.255.255.255', '128.0.0.0', '::', '::2', '::7f00:1', '10.0.0.1'],
  },
  {
    entry: 'private',
    inside: [
      ...['10.0.0.0', '10.255.255.255', '172.16.0.0', '172.31.255.255', '192.168.0.1', '100.64.0.0', '100.127.255.255'],
      ...['169.254.1.1', 'fe80::1', 'febf::1', 'fc00::1', 'fdff::1'],
    ],
    outside: [
      ...['9.255.255.255', '11.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0'],
      ...['100.63.255.255', '100.128.0.0', '169.253.255.255', '127.0.0.1', '192.0.2.1'],
      ...['fec0::1', 'fe7f::1', 'fbff::1', 'fe00::1', '2001:db8::1', '::1', '::'],
    ],
  },
  { entry: 'any', inside: ['0.0.0.0', '255.255.255.255', '192.0.2.1', '::', '2001:db8::1', '::1'], outside: [] },
  { entry: '192.0.2.7', inside: ['192.0.2.7'], outside: ['192.0.2.6', '192.0.2.8', '::c000:207'] },
  { entry: '192.0.2.0/25', inside: ['192.0.2.0', '192.0.2.127'], outside: ['192.0.2.128', '192.0.1.255'] },
  { entry: '192.0.2.6/31', inside: ['192.0.2.6', '192.0.2.7'], outside: ['192.0.2.8', '192.0.2.5'] },
  { entry: '0.0.0.0/0', inside: ['0.0.0.0', '255.255.255.255'], outside: ['::', '::1', '2001:db8::1'] },
  { entry: '128.0.0.0/1', inside: ['128.0.0.0', '255.255.255.255'], outside: ['127.255.255.255'] },
  { entry: '2001:db8::/32', inside: ['2001:db8::', '2001:db8:ffff::1'], outside: ['2001:db9::', '192.0.2.1'] },
  { entry: '2001:db8::8/125', inside: ['2001:db8::8', '2001:db8::f'], outside: ['2001:db8::7', '2001:db8::10'] },
  { entry: '2000::/3', inside: ['2001:db8::1', '3fff::'], outside: ['4000::', '1fff::', '192.0.2.1'] },
  { entry: '::ffff:192.0.2.0/120', inside: ['192.0.2.255'], outside: ['192.0.3.0'] },
  { entry: ' 192.0.2.7 ', inside: ['192.0.2.7'], outside: ['192.0.2.6'] },
];

for (const { entry, inside, outside } of CASES) {
  test(`"${entry}" takes in what it says and nothing beside it`, () => {
    const list = listOf(entry);
    for (const address of inside) assert.equal(list.permits(octetsOf(address)), true, address);
    for (const address of outside) assert.equal(list.permits(octetsOf(address)), false, address);
  });
}

const FAULTS: readonly (readonly [entry: string, hint: RegExp])[] = [
  ['', /write loopback, private, any/],
  ['localhost', /^"localhost": not an address; write/],
  ['toString', /not an address/],
  ['192.0.2.300', /not an address/],
  ['192.0.2.0/33', /0 to 32 is right/],
  ['192.0.2.0/', /not a prefix length/],
  ['192.0.2.0/024', /not a prefix length/],
  ['192.0.2.0/-1', /not a prefix length/],
  ['192.0.2.0/255.255.255.0', /not a prefix length/],
  ['2001:db8::/129', /0 to 128 is right/],
  ['192.168.1.5/24', /the network is 192\.168\.1\.0\/24/],
  ['2001:db8::1/64', /the network is 2001:db8::\/64/],
  ['::ffff:192.0.2.1/120', /the network is ::ffff:192\.0\.2\.0\/120/],
  ['fe80::1%eth0', /zone/],
  ['::/0', /every IPv4 address; write any/],
  ['::/64', /every IPv4 address/],
  ['private/8', /"private" is not an address/],
];

for (const [entry, hint] of FAULTS) {
  test(`"${entry}" is refused with a hint`, () => {
    const fault = parseAccessEntry(entry);
    if (typeof fault !== 'string') assert.fail('taken');
    assert.ok(fault.startsWith(`"${entry}": `), fault);
    assert.match(fault, hint);
  });
}

test('without entries nobody is permitted', () => {
  assert.equal(new AccessList([]).permits(octetsOf('127.0.0.1')), false);
});

/** Few different octets, so that networks and addresses meet; every other one is IPv4. */
const addresses = fc
  .tuple(fc.boolean(), fc.array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength: 16, maxLength: 16 }))
  .map(([isIpv4, octets]) => (isIpv4 ? [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...octets.slice(12)] : octets))
  .map((octets) => Uint8Array.from(octets));

test('an address is permitted exactly if the leading bits of some range are its own', () => {
  const ranges = fc.array(fc.record({ address: addresses, prefixBits: fc.integer({ min: 0, max: 128 }) }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(ranges, fc.array(addresses, { minLength: 1, maxLength: 20 }), (given, asked) => {
      const list = new AccessList(given);
      for (const address of asked) {
        const permitted = given.some((range) => {
          const hostBits = BigInt(128 - range.prefixBits);
          return numberOf(range.address) >> hostBits === numberOf(address) >> hostBits;
        });
        assert.equal(list.permits(address), permitted);
      }
    }),
    { seed: 65, numRuns: 1000 },
  );
});

function numberOf(octets: Uint8Array): bigint {
  return octets.reduce((sum, octet) => (sum << 8n) | BigInt(octet), 0n);
}

test('a network is taken as written exactly if it has no host bits', () => {
  fc.assert(
    fc.property(addresses, fc.integer({ min: 0, max: 128 }), (address, prefixBits) => {
      const text = addressToText(address);
      const isIpv4 = text.includes('.');
      const prefix = isIpv4 ? prefixBits % 33 : prefixBits;
      const hostBits = BigInt(isIpv4 ? 32 - prefix : 128 - prefix);
      const ranges = parseAccessEntry(`${text}/${prefix}`);
      if (numberOf(address) % (1n << hostBits) !== 0n) return assert.match(String(ranges), /the network is/);
      if (typeof ranges === 'string') return assert.match(ranges, /every IPv4 address/);
      assert.deepEqual(ranges, [{ address, prefixBits: 128 - Number(hostBits) }]);
    }),
    { seed: 66, numRuns: 1000 },
  );
});

test('a range is within others if one of them covers it whole', () => {
  const house = [...rangesOf('loopback'), ...rangesOf('private'), ...rangesOf('2001:db8:1::/64')];
  const isInside = (entry: string) => rangesOf(entry).every((range) => isRangeWithin(range, house));
  const inside = [
    'loopback',
    'private',
    '192.168.7.0/24',
    '10.1.2.3',
    'fd00:1::/32',
    '2001:db8:1::7',
    '::ffff:10.0.0.0/112',
  ];
  const outside = ['any', '192.0.2.1', '192.168.0.0/15', '0.0.0.0/0', '2000::/3', '2001:db8:0::/47', '2001:db8:2::/64'];
  assert.deepEqual(inside.filter(isInside), inside);
  assert.deepEqual(outside.filter(isInside), []);
  assert.ok(
    ['any', 'private', '2000::/3'].every((entry) =>
      rangesOf(entry).every((range) => isRangeWithin(range, rangesOf('any'))),
    ),
  );
});
