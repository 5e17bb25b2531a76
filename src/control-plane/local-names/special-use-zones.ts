// Names that never leave the host, as data: asking the upstream for them would leak, or, for resolver.arpa, would hand the
// upstream's own discovery records to clients and lead them around the filter.

import { ZONE_KIND } from '../../memory/local-names/local-names.ts';
import { CHECK_ZONE } from '../../memory/sightings/sightings.ts';
import type { LocalRecord, LocalZone } from '../../memory/local-names/local-names-builder.ts';
import { knownName } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { reverseZones } from '../settings/reverse-zones.ts';

/** RFC 6303 section 3. */
const TTL_SECONDS = 10_800;
const IPV4_ONLY_TTL_SECONDS = 86_400;
/** Where leases, hosts or records may bring names at any time, a "no" must not outlive them for long. */
const LIVE_TTL_SECONDS = 60;

/** Not even the name itself exists, as in the public DNS (RFC 6761, 6762, 7686, 9476; .internal is ICANN's, wpad a trap). */
const NON_EXISTENT = ['invalid', 'test', 'local', 'onion', 'alt', 'internal', 'wpad'];

/** Whether a wire name is one of those. */
export function isNobodys(name: Uint8Array): boolean {
  return NON_EXISTENT.some((text) => Buffer.compare(knownName(text), name) === 0);
}

/** Address space that has no names in public (RFC 6303 section 4, RFC 7793); the zone itself has SOA and NS. */
const REVERSE = [
  ...['0', '10', '127', '254.169', '168.192', '2.0.192', '100.51.198', '113.0.203', '255.255.255.255'].map(inIpv4),
  ...range(16, 31).map((octet) => inIpv4(`${octet}.172`)),
  ...range(64, 127).map((octet) => inIpv4(`${octet}.100`)),
  `${'0.'.repeat(32)}ip6.arpa`,
  `1.${'0.'.repeat(31)}ip6.arpa`,
  ...['d.f', '8.e.f', '9.e.f', 'a.e.f', 'b.e.f', '8.b.d.0.1.0.0.2'].map((nibbles) => `${nibbles}.ip6.arpa`),
];

/** Delegated insecurely in public, which validators must be able to see (RFC 8375 section 4, RFC 6303 section 3). */
const DELEGATED = ['home.arpa', ...REVERSE];

/**
 * The IPv4 networks of REVERSE inside 64:ff9b::/96 (RFC 6052): a name of such an address would tell the upstream the private address,
 * also where nothing is translated here.
 */
const EMBEDDED_NETWORKS = [
  ...['0.0.0.0/104', '10.0.0.0/104', '100.64.0.0/106', '127.0.0.0/104', '169.254.0.0/112', '172.16.0.0/108'],
  ...['192.0.2.0/120', '192.168.0.0/112', '198.51.100.0/120', '203.0.113.0/120', '255.255.255.255/128'],
].map((network) => `64:ff9b::${network}`);

/** `mayGrow`: names can appear below while the gateway runs. */
export function specialUseZones(mayGrow: boolean): LocalZone[] {
  const negativeTtlSeconds = mayGrow ? LIVE_TTL_SECONDS : TTL_SECONDS;
  return [
    ...NON_EXISTENT.map((text) => zone(text, { negativeTtlSeconds })),
    zone('localhost', {}),
    ...DELEGATED.map((text) => reverseZone(text, negativeTtlSeconds)),
    // RFC 9462 section 6.4.
    zone('resolver.arpa', { kind: ZONE_KIND.NO_DATA, negativeTtlSeconds: LIVE_TTL_SECONDS }),
  ];
}

/** Like those of the IPv4 networks themselves. */
export function embeddedReverseZones(mayGrow: boolean): LocalZone[] {
  return EMBEDDED_NETWORKS.flatMap((network) => {
    const zones = reverseZones(network);
    if ('wrong' in zones) throw new TypeError(zones.wrong);
    return zones.value.map((text) => reverseZone(text, mayGrow ? LIVE_TTL_SECONDS : TTL_SECONDS));
  });
}

function zone(text: string, more: Partial<LocalZone>): LocalZone {
  return {
    name: knownName(text),
    kind: ZONE_KIND.ABSENT,
    forwarder: -1,
    negativeTtlSeconds: TTL_SECONDS,
    hasApexRecords: false,
    parentAnswersDs: false,
    ...more,
  };
}

function reverseZone(text: string, negativeTtlSeconds: number): LocalZone {
  return zone(text, { negativeTtlSeconds, hasApexRecords: true, parentAnswersDs: true });
}

/** `localhost` and everything below it (RFC 6761 section 6.3). */
export function localhostRecords(): LocalRecord[] {
  const addresses = [
    { type: TYPE.A, rdata: Uint8Array.of(127, 0, 0, 1) },
    { type: TYPE.AAAA, rdata: Uint8Array.of(...new Array<number>(15).fill(0), 1) },
  ];
  return ['localhost', '*.localhost'].flatMap((text) =>
    addresses.map((address) => ({ owner: knownName(text), ttlSeconds: TTL_SECONDS, ...address })),
  );
}

/**
 * The name by whose addresses clients find the prefix of a translator (RFC 7050, RFC 8880 section 7.1): where there is one, its IPv4
 * addresses are known here, and its IPv6 addresses made of them as of all others.
 */
export function ipv4OnlyRecords(): LocalRecord[] {
  const owner = knownName('ipv4only.arpa');
  return [170, 171].map((last) => ({
    owner,
    type: TYPE.A,
    ttlSeconds: IPV4_ONLY_TTL_SECONDS,
    rdata: Uint8Array.of(192, 0, 0, last),
  }));
}

/** A zone whose "no" tells browsers or systems to leave DNS to this network. */
export function canaryZone(text: string): LocalZone {
  return {
    name: knownName(text),
    kind: ZONE_KIND.ABSENT,
    forwarder: -1,
    negativeTtlSeconds: LIVE_TTL_SECONDS,
    hasApexRecords: false,
    parentAnswersDs: false,
    isCanary: true,
  };
}

/** Names that a browser asks to see whether its questions come here: none exists, and none is kept by anybody. */
export function checkZone(): LocalZone {
  return zone(CHECK_ZONE, { negativeTtlSeconds: 0, isCheck: true });
}

/** `_dns.resolver.arpa` does not exist: clients stay with what they were told (RFC 9462). */
export function refusedDiscoveryZone(): LocalZone {
  return {
    name: knownName('_dns.resolver.arpa'),
    kind: ZONE_KIND.ABSENT,
    forwarder: -1,
    negativeTtlSeconds: LIVE_TTL_SECONDS,
    hasApexRecords: false,
    parentAnswersDs: false,
  };
}

/** The zone of names that come from leases: what has no lease is asked nowhere else. */
export function leaseZone(name: Uint8Array): LocalZone {
  return {
    name,
    kind: ZONE_KIND.ABSENT,
    forwarder: -1,
    negativeTtlSeconds: LIVE_TTL_SECONDS,
    hasApexRecords: true,
    parentAnswersDs: DELEGATED.some((text) => Buffer.compare(knownName(text), name) === 0),
  };
}

function inIpv4(labels: string): string {
  return `${labels}.in-addr.arpa`;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
