// What only shows when tables are seen together.

import { isIP } from 'node:net';
import { isLetsEncrypt } from '../certificates/acme/directory.ts';
import { nameToText } from '../../wire/name-text.ts';
import { isLoopback } from '../lists/loopback.ts';
import { canonicalAddress } from './canonical-address.ts';
import { isWildcardName } from './certificate-name.ts';
import { isHomeEnding, isLocalEnding } from './local-endings.ts';
import { isWildcard, listenAddressToText } from './listen-address.ts';
import type { ListenAddress, RecordSettings, Settings } from './settings.ts';
import type { FaultCollector, SettingsPath } from './settings-fault.ts';
import type { TableContext } from './table-reader.ts';
import type { PlacedList } from './tables/list-table.ts';
import type { PlacedUpstream } from './tables/upstream-table.ts';
import type { PlacedResolvers } from './tables/zone-table.ts';

const HTTPS_PORT = 443;

/** The gateway as its own upstream: each question would come back as a new one. */
export function reportOwnUpstreams(
  upstreams: readonly PlacedUpstream[],
  doh: readonly ListenAddress[],
  context: TableContext,
): void {
  const ownAddresses = new Set(context.localAddresses.map((address) => canonicalAddress(address) ?? address));
  for (const { upstream, path } of upstreams) {
    const port = Number(new URL(upstream.url).port || HTTPS_PORT);
    for (const address of upstream.addresses) {
      const listener = doh.find((listening) => reaches(address, port, listening, ownAddresses));
      if (listener === undefined) continue;
      context.faults.fault(
        path,
        `${address} port ${port} is this gateway itself (listen.doh ${listenAddressToText(listener)}); name another server`,
      );
    }
  }
}

/** Likewise in plain DNS: each question for the zone would come back. */
export function reportOwnResolvers(
  tables: readonly PlacedResolvers[],
  dns: readonly ListenAddress[],
  context: TableContext,
): void {
  const ownAddresses = new Set(context.localAddresses.map((address) => canonicalAddress(address) ?? address));
  for (const { resolvers, path } of tables) {
    for (const { address, port } of resolvers) {
      const listener = dns.find((listening) => reaches(address, port, listening, ownAddresses));
      if (listener === undefined) continue;
      const own = `listen.dns ${listenAddressToText(listener)}`;
      context.faults.fault(
        [...path, 'forward'],
        `${address} port ${port} is this gateway itself (${own}); name the resolver that knows the zone`,
      );
    }
  }
}

function reaches(address: string, port: number, listening: ListenAddress, ownAddresses: ReadonlySet<string>): boolean {
  if (port !== listening.port || isIP(address) !== isIP(listening.address)) return false;
  if (!isWildcard(listening.address)) return address === listening.address;
  return address === '::1' || /^127\./.test(address) || ownAddresses.has(address);
}

/** `certificate = []` serves those who switch the encrypted listeners off. */
export function reportMissingCertificate(raw: unknown, listen: Settings['listen'], faults: FaultCollector): void {
  if (!Array.isArray(raw) || raw.length > 0 || listen.dot.length + listen.doh.length === 0) return;
  const advice = 'leave the key out for one of the local CA';
  faults.fault(['certificate'], `no certificate, but listen.dot and listen.doh need one; ${advice}`);
}

export interface ServersAndNames extends Pick<Settings, 'certificates' | 'zones'> {
  readonly lists: readonly PlacedList[];
  readonly records: readonly Pick<RecordSettings, 'owner'>[];
}

/** A server with a name of this network is asked for nowhere else: somebody here must know it. */
export function reportUnknownServers(settings: ServersAndNames, faults: FaultCollector): void {
  const known = [
    ...settings.zones.map(({ text }) => text),
    ...settings.records.map(({ owner }) => nameToText(owner).replace(/^\*\./, '')),
  ];
  for (const [path, url] of serverUrls(settings)) {
    const host = URL.parse(url)?.hostname ?? '';
    if (host === '' || isLoopback(host) || isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) continue;
    if (host.includes('.') && !isLocalEnding(host) && !isHomeEnding(host)) continue;
    if (known.some((name) => host === name || host.endsWith(`.${name}`))) continue;
    faults.fault(
      path,
      `${host} is a name of this network, and nobody here knows it; write a [[record]] with its address, or a [[zone]] whose resolver knows it`,
    );
  }
}

/** All that the gateway looks up by name for itself, where it was written. */
function serverUrls({ certificates, lists }: ServersAndNames): [SettingsPath, string][] {
  const urls: [SettingsPath, string][] = [];
  for (const { list, path } of lists) if (list.source.kind === 'url') urls.push([[...path, 'url'], list.source.url]);
  for (const [index, { source }] of certificates.entries()) {
    if (source.kind !== 'acme') continue;
    urls.push([['certificate', index, 'directory'], source.directory]);
    const provider = source.dns?.provider;
    if (provider !== undefined && 'url' in provider && provider.url !== undefined)
      urls.push([['certificate', index, 'dns'], provider.url]);
  }
  return urls;
}

/** A CA that is told to look must find us where the challenge says it looks (RFC 8555 section 8.3, RFC 8737 section 3). */
export function reportChallengeListeners(
  certificates: Settings['certificates'],
  listen: Settings['listen'],
  faults: FaultCollector,
): void {
  for (const { names, source } of certificates) {
    if (source.kind !== 'acme' || source.challenge === 'dns-01') continue;
    // That is a fault of its own.
    if (names.some(isWildcardName)) continue;
    const isHttp = source.challenge === 'http-01';
    const [key, port] = isHttp ? (['acme_http', 80] as const) : (['doh', 443] as const);
    const listening = isHttp ? listen.acmeHttp : listen.doh;
    const needs = `${source.challenge} of the certificate for ${names[0]} needs it`;
    if (listening.length === 0) faults.fault(['listen', key], `is off, but ${needs}; write ${key} = [":${port}"]`);
    else if (isLetsEncrypt(source.directory) && listening.every((one) => one.port !== port))
      faults.notice(['listen', key], `${needs} at port ${port} of the public address: forward that port to this one`);
  }
}
