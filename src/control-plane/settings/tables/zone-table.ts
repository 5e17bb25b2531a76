// [[zone]]: names of the local network, asked at a resolver there. The one way in which a question leaves in plain text.

import { isIP } from 'node:net';
import * as z from 'zod';
import type { DatagramPeer } from '../../../sockets/datagram-exchange.ts';
import type { LanZone } from '../../../upstream/lan-resolver/lan-zone.ts';
import { nameFromInternational } from '../../../wire/international-name.ts';
import { parseAddress } from '../../../wire/ip-address.ts';
import { foldName } from '../../../wire/name.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { canonicalAddress } from '../canonical-address.ts';
import { anything, list } from '../fields.ts';
import { RESOLVER_ADDRESS_FORM, readResolverAddress } from '../resolver-address.ts';
import { reverseZones } from '../reverse-zones.ts';
import { describeValue, quote, type Reading, type SettingsPath } from '../settings-fault.ts';
import { readTables, readTexts, type TableContext } from '../table-reader.ts';

const NAME_FORM = 'a name such as "lan.example", a network such as "192.168.1.0/24", or a list of them';
const NETWORK_FORM = '"192.168.1.0/24" or "fd00:1::/64"';
const NAMES_MAX = 100;
const RESOLVERS_MAX = 8;

export const ZONE_SHAPE = z.strictObject({
  name: anything(),
  forward: list(`a list of addresses such as ${RESOLVER_ADDRESS_FORM}`),
});

/** Who is asked, and in which table that stands: for checks across tables, also where its names are wrong. */
export interface PlacedResolvers {
  readonly resolvers: readonly DatagramPeer[];
  readonly path: SettingsPath;
}

export interface ReadZones {
  /** One for each name; a network has several where its prefix ends within a label. */
  readonly zones: LanZone[];
  /** One for each table. */
  readonly forwards: PlacedResolvers[];
}

export function readZones(raw: unknown, context: TableContext): ReadZones {
  const zones: LanZone[] = [];
  const forwards: PlacedResolvers[] = [];
  for (const { table, path } of readTables(ZONE_SHAPE, raw, 'zone', context) ?? []) {
    const resolvers = readResolvers(table.forward, path, context);
    forwards.push({ resolvers, path });
    const resolversElsewhere = addressesElsewhere(resolvers, context);
    for (const { text, place } of readNames(table.name, path, context)) {
      for (const one of context.faults.accept(place, zoneNames(text)) ?? []) {
        const name = wireName(one);
        if (name === undefined) context.faults.fault(place, `${quote(text)} is not a name; allowed: ${NAME_FORM}`);
        else if (zones.some((zone) => zone.text === nameToText(name)))
          context.faults.fault(place, `${quote(text)} stands in two [[zone]] tables or twice in one`);
        else zones.push({ name, text: nameToText(name), written: text, resolvers, resolversElsewhere });
      }
    }
  }
  return { zones, forwards };
}

function readNames(raw: unknown, path: SettingsPath, context: TableContext): { text: string; place: SettingsPath }[] {
  const key = [...path, 'name'];
  if (raw === undefined) context.faults.fault(path, `has no name; write name = "lan.example", or a network`);
  else if (typeof raw === 'string') return [{ text: raw, place: key }];
  else if (!Array.isArray(raw) || raw.length === 0)
    context.faults.fault(
      key,
      `${Array.isArray(raw) ? 'an empty list' : describeValue(raw)} does not fit; allowed: ${NAME_FORM}`,
    );
  else return readTexts(raw, key, NAME_FORM, NAMES_MAX, context).map(({ text, path: place }) => ({ text, place }));
  return [];
}

/** Somebody who writes one of them means address space. */
const WORDS_OF_ACCESS = ['loopback', 'private', 'any'];

/** Never to be asked anywhere: their names mean this machine, or nothing (RFC 6761, 7686, 9462, 9476). */
const NEVER_FORWARDED = ['localhost', 'invalid', 'onion', 'alt', 'resolver.arpa'];

function zoneNames(text: string): Reading<readonly string[]> {
  if (text.includes('/')) return networkZones(text);
  if (isIP(text) !== 0) return { wrong: `${quote(text)} is an address; write a network, such as ${NETWORK_FORM}` };
  if (WORDS_OF_ACCESS.includes(text))
    return { wrong: `${quote(text)} is a word of [access]; write networks here, or "${text}." for the name ${text}` };
  const wire = wireName(text);
  if (wire === undefined) return { wrong: `${quote(text)} is not a name; allowed: ${NAME_FORM}` };
  if (wire.length === 1) return { wrong: 'the root is every name; they would all leave in plain text' };
  const name = nameToText(wire);
  if (NEVER_FORWARDED.some((special) => name === special || name.endsWith(`.${special}`)))
    return { wrong: `${quote(text)} is never asked anywhere; leave it out` };
  return { value: [text] };
}

function networkZones(text: string): Reading<readonly string[]> {
  const [address = '', bits = ''] = text.split('/');
  const bitsMax = isIP(address) === 4 ? 32 : 128;
  if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > bitsMax || text.split('/').length > 2)
    return { wrong: `${quote(text)} is not a network; allowed: ${NETWORK_FORM}` };
  return reverseZones(text);
}

function wireName(text: string): Uint8Array | undefined {
  const name = nameFromInternational(text);
  if (name === undefined || /[*/\s]/.test(text)) return undefined;
  foldName(name, name.length);
  return name;
}

function readResolvers(elements: unknown[] | undefined, path: SettingsPath, context: TableContext): DatagramPeer[] {
  const key = [...path, 'forward'];
  if (elements === undefined) {
    if (!context.faults.isFaulty(key))
      context.faults.fault(path, 'has no forward; write who knows these names, e.g. forward = ["192.168.1.1"]');
    return [];
  }
  if (elements.length === 0) context.faults.fault(key, `is empty; write at least one: ${RESOLVER_ADDRESS_FORM}`);
  const resolvers: DatagramPeer[] = [];
  for (const { text, path: place } of readTexts(elements, key, RESOLVER_ADDRESS_FORM, RESOLVERS_MAX, context)) {
    const resolver = context.faults.accept(place, readResolverAddress(text));
    if (resolver === undefined) continue;
    if (resolvers.some(({ address, port }) => address === resolver.address && port === resolver.port))
      context.faults.fault(place, `${quote(text)} stands here twice`);
    else resolvers.push(resolver);
  }
  return resolvers;
}

/** Addresses that clients on this machine come from are no sign of a resolver. */
function addressesElsewhere(resolvers: readonly DatagramPeer[], { localAddresses }: TableContext): Uint8Array[] {
  const own = new Set(localAddresses.map((address) => canonicalAddress(address) ?? address));
  const elsewhere = resolvers.filter(
    ({ address }) => !own.has(address) && address !== '::1' && !/^127\./.test(address),
  );
  return elsewhere.map(({ address }) => {
    const octets = new Uint8Array(16);
    parseAddress(address.replace(/%.*$/, ''), octets);
    return octets;
  });
}
