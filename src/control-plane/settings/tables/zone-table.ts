// [[zone]]: names of the local network, asked at a resolver there. The one way in which a question leaves in plain text.

import * as z from 'zod';
import type { DatagramPeer } from '../../../sockets/datagram-exchange.ts';
import type { LanZone } from '../../../upstream/lan-resolver/lan-zone.ts';
import { nameFromInternational } from '../../../wire/international-name.ts';
import { foldName } from '../../../wire/name.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { anything, list } from '../fields.ts';
import { readResolverAddress, RESOLVER_ADDRESS_FORM } from '../resolver-address.ts';
import { reverseZones } from '../reverse-zones.ts';
import { describeValue, quote, type Reading, type SettingsPath } from '../settings-fault.ts';
import { readTables, readTexts, type TableContext } from '../table-reader.ts';

const NAME_FORM = 'a name such as "lan.example", a network such as "192.168.1.0/24", or a list of them';
const NAMES_MAX = 100;
const RESOLVERS_MAX = 8;

export const ZONE_SHAPE = z.strictObject({
  name: anything(),
  forward: list(`a list of addresses such as ${RESOLVER_ADDRESS_FORM}`),
});

/** A zone and where it stands, for checks across tables. */
export interface PlacedZone {
  readonly zone: LanZone;
  readonly path: SettingsPath;
}

/** One for each name; a network has several where its prefix ends within a label. */
export function readZones(raw: unknown, context: TableContext): PlacedZone[] {
  const zones: PlacedZone[] = [];
  for (const { table, path } of readTables(ZONE_SHAPE, raw, 'zone', context) ?? []) {
    const resolvers = readResolvers(table.forward, path, context);
    for (const { text, place } of readNames(table.name, path, context)) {
      for (const one of context.faults.accept(place, zoneNames(text)) ?? []) {
        const name = wireName(one);
        if (name === undefined) context.faults.fault(place, `${quote(text)} is not a name; allowed: ${NAME_FORM}`);
        else if (zones.some(({ zone }) => zone.text === nameToText(name)))
          context.faults.fault(place, `${quote(text)} stands in two [[zone]] tables or twice in one`);
        else zones.push({ zone: { name, text: nameToText(name), resolvers }, path });
      }
    }
  }
  return zones;
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

/** Never to be asked anywhere: their names mean this machine, or nothing (RFC 6761, 7686, 9462, 9476). */
const NEVER_FORWARDED = ['localhost', 'invalid', 'onion', 'alt', 'resolver.arpa'];

function zoneNames(text: string): Reading<readonly string[]> {
  if (text.includes('/')) return reverseZones(text);
  const wire = wireName(text);
  if (wire === undefined) return { wrong: `${quote(text)} is not a name; allowed: ${NAME_FORM}` };
  if (wire.length === 1) return { wrong: 'the root is every name; they would all leave in plain text' };
  const name = nameToText(wire);
  if (NEVER_FORWARDED.some((special) => name === special || name.endsWith(`.${special}`)))
    return { wrong: `${quote(text)} is never asked anywhere; leave it out` };
  return { value: [text] };
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
