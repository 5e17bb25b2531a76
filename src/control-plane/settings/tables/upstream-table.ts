// [[upstream]]: the servers asked over HTTPS. A server's own name is never looked up, so its addresses must be known.

import { isIP } from 'node:net';
import * as z from 'zod';
import type { UpstreamSettings } from '../../../upstream/upstream-settings.ts';
import { readCaFile } from '../ca-file.ts';
import { canonicalAddress } from '../canonical-address.ts';
import { flag, list, text, wholeNumber } from '../fields.ts';
import { PATH_FORM } from '../operator-path.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTable, readTables, readTexts, type TableContext } from '../table-reader.ts';
import { UPSTREAM_PRESETS } from '../upstream-presets.ts';
import { NAME_FORM, UniqueNames } from '../unique-names.ts';
import { readUpstreamUrl } from '../upstream-url.ts';

const PRESET_FORM = Object.keys(UPSTREAM_PRESETS)
  .map((name) => `"${name}"`)
  .join(', ');
const ADDRESSES_FORM = 'IP addresses such as "192.0.2.53" or "2001:db8::53"';
const ADDRESSES_MAX = 32;

export const UPSTREAM_SHAPE = z.strictObject({
  name: text(NAME_FORM),
  preset: text(PRESET_FORM),
  url: text('"https://name/dns-query"'),
  addresses: list(`a list of ${ADDRESSES_FORM}`),
  ca: text(PATH_FORM),
  max_queries_per_second: wholeNumber(1, 1_000_000),
  block_signal: flag(),
});
type UpstreamTable = z.output<typeof UPSTREAM_SHAPE>;

/** An upstream and where it stands, for checks across tables. */
export interface PlacedUpstream {
  readonly upstream: UpstreamSettings;
  /** What groups call it: its name, else its preset, else its host. */
  readonly label: string;
  readonly path: SettingsPath;
}

export function readUpstreams(raw: unknown, context: TableContext): PlacedUpstream[] {
  const tables = readTables(UPSTREAM_SHAPE, raw, 'upstream', context) ?? [
    { table: readTable(UPSTREAM_SHAPE, { preset: 'quad9' }, ['upstream', 0], context), path: ['upstream', 0] },
  ];
  if (tables.length === 0)
    context.faults.fault(
      ['upstream'],
      'no upstream: nothing could be answered; write at least one [[upstream]], or leave the key out for quad9',
    );
  const upstreams: PlacedUpstream[] = [];
  const names = new UniqueNames('upstream', context);
  for (const { table, path } of tables) {
    const name = table.name === undefined ? undefined : names.read(table.name, path, 'my-upstream');
    const read =
      table.preset === undefined ? readOwn(table, path, context) : readPreset(table.preset, table, path, context);
    if (read === undefined) continue;
    const upstream = name === undefined ? read : { ...read, name };
    if (upstreams.some((earlier) => earlier.upstream.url === upstream.url))
      context.faults.fault(
        path,
        `${upstream.url} is already an upstream; write all its addresses into one [[upstream]]`,
      );
    upstreams.push({ upstream, label: name ?? table.preset ?? upstream.name, path });
  }
  return upstreams;
}

function readPreset(
  name: string,
  table: UpstreamTable,
  path: SettingsPath,
  context: TableContext,
): UpstreamSettings | undefined {
  const preset = Object.hasOwn(UPSTREAM_PRESETS, name) ? UPSTREAM_PRESETS[name] : undefined;
  if (preset === undefined) {
    context.faults.fault(
      [...path, 'preset'],
      `there is no preset ${quote(name)}; allowed: ${PRESET_FORM}, or url and addresses in its place`,
    );
    return undefined;
  }
  for (const key of ['url', 'addresses'] as const)
    if (table[key] !== undefined)
      context.faults.fault(
        [...path, key],
        `stands beside preset = ${quote(name)}, which brings its own; leave one of them out`,
      );
  return {
    name: new URL(preset.url).hostname,
    url: preset.url,
    addresses: preset.addresses,
    caPem: readCaFile(table.ca, [...path, 'ca'], context)?.pem,
    maxQueriesPerSecond: table.max_queries_per_second ?? preset.maxQueriesPerSecond,
    blockSignal: table.block_signal ?? preset.blockSignal,
  };
}

function readOwn(table: UpstreamTable, path: SettingsPath, context: TableContext): UpstreamSettings | undefined {
  const addresses = readAddresses(table.addresses, path, context);
  const caPem = readCaFile(table.ca, [...path, 'ca'], context)?.pem;
  if (table.url === undefined) {
    if (!context.faults.isFaulty([...path, 'url']) && !context.faults.isFaulty([...path, 'preset']))
      context.faults.fault(
        path,
        'has neither url nor preset; write url = "https://name/dns-query" with addresses, or preset = "quad9"',
      );
    return undefined;
  }
  const url = context.faults.accept([...path, 'url'], readUpstreamUrl(table.url));
  const host = (url ?? URL.parse(table.url))?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (isIP(host) !== 0 && addresses.length === 0) addresses.push(host);
  if (addresses.length === 0 && table.addresses === undefined && !context.faults.isFaulty([...path, 'addresses']))
    context.faults.fault(
      path,
      `has no addresses; write where the server is, e.g. addresses = ["192.0.2.53"]: looking up ${quote(host)} would be a question in plain text`,
    );
  if (url === undefined) return undefined;
  if (url.pathname === '/')
    context.faults.notice([...path, 'url'], `asks at the path "/"; most servers answer at "/dns-query"`);
  return {
    name: url.host,
    url: url.href,
    addresses,
    caPem,
    maxQueriesPerSecond: table.max_queries_per_second,
    blockSignal: table.block_signal ?? false,
  };
}

function readAddresses(elements: unknown[] | undefined, path: SettingsPath, context: TableContext): string[] {
  const key = [...path, 'addresses'];
  if (elements?.length === 0) context.faults.fault(key, `is empty; write at least one: ${ADDRESSES_FORM}`);
  const addresses: string[] = [];
  for (const { text: written, path: place } of readTexts(elements ?? [], key, ADDRESSES_FORM, ADDRESSES_MAX, context)) {
    const address = canonicalAddress(written);
    if (address === undefined) {
      const hasPort = /^(\d+(?:\.\d+){3}|\[.*\]):\d+$/.test(written);
      const advice = hasPort ? 'the port belongs into the url' : `allowed: ${ADDRESSES_FORM}`;
      context.faults.fault(place, `${quote(written)} is not an IP address; ${advice}`);
    } else if (address === '0.0.0.0' || address === '::' || /^(22[4-9]|23\d|24\d|25[0-5])\.|^ff/.test(address))
      context.faults.fault(place, `${quote(written)} is the address of no single server`);
    else if (addresses.includes(address)) context.faults.fault(place, `${quote(written)} stands here twice`);
    else addresses.push(address);
  }
  return addresses;
}
