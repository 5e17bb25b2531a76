import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NO_GROUP_MEMBERS } from '../../test/fixtures/policy.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { type AddressRange, parseAccessEntry } from './access-list.ts';
import { areSameMembers, ClientGroups, type GroupMembers, REFUSED_CLIENT } from './client-groups.ts';

const NOBODY = octetsOf('203.0.113.1');

function octetsOf(address: string): Uint8Array {
  const octets = new Uint8Array(16);
  assert.ok(parseAddress(address, octets), address);
  return octets;
}

function networksOf(...networks: readonly (readonly [text: string, groupIndex: number])[]): GroupMembers {
  return {
    ...NO_GROUP_MEMBERS,
    networks: networks.flatMap(([text, groupIndex]) => {
      const ranges = parseAccessEntry(text);
      if (typeof ranges === 'string') assert.fail(ranges);
      return ranges.map((range) => ({ ...range, groupIndex }));
    }),
  };
}

describe('clients by address', () => {
  const groups = new ClientGroups(
    networksOf(
      ['192.168.0.0/16', 1],
      ['192.168.1.0/24', 2],
      ['192.168.1.128/25', 1],
      ['192.168.1.200', 3],
      ['2001:db8::/32', 4],
      ['2001:db8::/64', 5],
      ['255.255.255.255', 6],
      ['0.0.0.0', 7],
      ['ffff::/16', 8],
    ),
  );
  for (const [address, group, why] of [
    ['192.168.0.0', 1, 'the first address of a network'],
    ['192.168.255.255', 1, 'its last address'],
    ['192.167.255.255', 0, 'the one before it'],
    ['192.169.0.0', 0, 'the one behind it'],
    ['192.168.1.0', 2, 'a network inside it'],
    ['192.168.1.127', 2, 'the last of that before the next'],
    ['192.168.1.128', 1, 'a network inside that'],
    ['192.168.1.199', 1, 'around a single address'],
    ['192.168.1.200', 3, 'a single address'],
    ['192.168.1.201', 1, 'behind it'],
    ['192.168.2.0', 1, 'behind all that lie inside'],
    ['2001:db8::1', 5, 'IPv6'],
    ['2001:db8:0:1::', 4, 'IPv6, around it'],
    ['2001:db9::', 0, 'IPv6, behind it'],
    ['255.255.255.255', 6, 'the last of IPv4'],
    ['0.0.0.0', 7, 'the first of IPv4'],
    ['ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 8, 'the last of IPv6'],
    ['::', 0, 'the first of IPv6'],
  ] as const)
    test(`${address} (${why}) is in group ${group}`, () => {
      assert.equal(groups.groupOf(octetsOf(address), ''), group);
    });

  test('are in the group of the smallest network that holds them, the first of equal ones, whatever the order', () => {
    // Few different octets, so that networks meet.
    const octet = fc.constantFrom(0, 1, 127, 128, 255);
    const address = fc.oneof(
      fc.tuple(octet, octet, octet, octet).map((last) => Uint8Array.of(...new Uint8Array(10), 0xff, 0xff, ...last)),
      fc.array(octet, { minLength: 16, maxLength: 16 }).map((octets) => Uint8Array.from(octets)),
    );
    const network = fc
      .record({ address, prefixBits: fc.oneof(fc.integer({ min: 0, max: 128 }), fc.constantFrom(0, 96, 97, 128)) })
      .map((range) => ({ ...range, address: withoutHostBits(range) }));
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), fc.array(address, { minLength: 1 }), (ranges, clients) => {
        const networks = ranges.map((range, index) => ({ ...range, groupIndex: index + 1 }));
        const groups = new ClientGroups({ ...NO_GROUP_MEMBERS, networks });
        // Where a network begins and ends is where mistakes are.
        const edges = networks.flatMap((range) => [range.address, lastOf(range), next(lastOf(range))]);
        for (const client of [...clients, ...edges])
          assert.equal(groups.groupOf(client, ''), searched(networks, client), `${client}`);
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});

describe('clients by ID', () => {
  const members = {
    ...networksOf(['192.168.0.0/16', 1]),
    ids: [
      { id: 'phone', groupIndex: 2 },
      { id: 'phone', groupIndex: 3 },
    ],
  };
  const home = octetsOf('192.168.1.1');

  test('are in the group that names the ID, wherever they are', () => {
    const groups = new ClientGroups(members);
    assert.equal(groups.groupOf(NOBODY, 'phone'), 2);
    assert.equal(groups.groupOf(home, 'phone'), 2);
  });

  test('go by their address where no group names the ID', () => {
    const groups = new ClientGroups(members);
    assert.equal(groups.groupOf(home, 'tablet'), 1);
    assert.equal(groups.groupOf(NOBODY, 'tablet'), 0);
  });

  test('are refused where no group names the ID and the operator wants it; those without an ID are not', () => {
    const groups = new ClientGroups({ ...members, refusesUnknownIds: true });
    assert.equal(groups.groupOf(home, 'tablet'), REFUSED_CLIENT);
    assert.equal(groups.groupOf(home, 'phone'), 2);
    assert.equal(groups.groupOf(home, ''), 1);
    assert.equal(groups.groupOf(NOBODY, ''), 0);
  });
});

test('without groups everybody is in the default group', () => {
  assert.equal(new ClientGroups(NO_GROUP_MEMBERS).groupOf(NOBODY, 'phone'), 0);
});

test('a look-up allocates nothing', () => {
  const groups = new ClientGroups({
    ...networksOf(['192.168.0.0/16', 1], ['10.0.0.0/8', 2], ['2001:db8::/32', 3]),
    ids: [{ id: 'phone', groupIndex: 2 }],
  });
  const addresses = ['192.168.1.1', '10.1.1.1', '2001:db8::1', '203.0.113.1'].map(octetsOf);
  const lookUp = (times: number): number => {
    let sum = 0;
    for (let i = 0; i < times; i++) sum += groups.groupOf(addresses[i & 3]!, (i & 4) === 0 ? '' : 'phone');
    return sum;
  };
  lookUp(100_000);
  const before = process.memoryUsage().heapUsed;
  lookUp(1_000_000);
  // A number or an object for each would be 16 MB or more.
  assert.ok(process.memoryUsage().heapUsed - before < 4_000_000);
});

function searched(networks: readonly (AddressRange & { groupIndex: number })[], client: Uint8Array): number {
  let found: { prefixBits: number; groupIndex: number } = { prefixBits: -1, groupIndex: 0 };
  for (const network of networks) {
    const holds = bitsOf(client).startsWith(bitsOf(network.address).slice(0, network.prefixBits));
    if (holds && network.prefixBits > found.prefixBits) found = network;
  }
  return found.groupIndex;
}

function bitsOf(address: Uint8Array): string {
  return Array.from(address, (octet) => octet.toString(2).padStart(8, '0')).join('');
}

function octetsOfBits(bits: string): Uint8Array {
  return Uint8Array.from(bits.match(/.{8}/g)!, (octet) => Number.parseInt(octet, 2));
}

function withoutHostBits({ address, prefixBits }: AddressRange): Uint8Array {
  return octetsOfBits(bitsOf(address).slice(0, prefixBits).padEnd(128, '0'));
}

function lastOf({ address, prefixBits }: AddressRange): Uint8Array {
  return octetsOfBits(bitsOf(address).slice(0, prefixBits).padEnd(128, '1'));
}

function next(address: Uint8Array): Uint8Array {
  const following = BigInt(`0b${bitsOf(address)}`) + 1n;
  return octetsOfBits(BigInt.asUintN(128, following).toString(2).padStart(128, '0'));
}

describe('members of groups are the same', () => {
  const members: GroupMembers = { ...networksOf(['192.168.0.0/16', 1]), ids: [{ id: 'phone', groupIndex: 2 }] };
  const [network] = members.networks;
  for (const [what, others, areSame] of [
    ['in a copy', structuredClone(members), true],
    ['unless unknown IDs are refused', { ...members, refusesUnknownIds: true }, false],
    ['unless an ID is another one', { ...members, ids: [{ id: 'tablet', groupIndex: 2 }] }, false],
    ['unless an ID is in another group', { ...members, ids: [{ id: 'phone', groupIndex: 1 }] }, false],
    ['unless there are more IDs', { ...members, ids: [...members.ids, ...members.ids] }, false],
    ['unless a network is another one', { ...members, ...networksOf(['192.169.0.0/16', 1]) }, false],
    ['unless a network is wider', { ...members, networks: [{ ...network!, prefixBits: 113 }] }, false],
    ['unless a network is in another group', { ...members, networks: [{ ...network!, groupIndex: 3 }] }, false],
    ['unless there are fewer networks', { ...members, networks: [] }, false],
  ] as const)
    test(what, () => {
      assert.equal(areSameMembers(members, others), areSame);
    });
});
