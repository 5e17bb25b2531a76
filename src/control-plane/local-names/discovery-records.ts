// What the gateway says of itself: its encrypted listeners as designated resolvers (RFC 9461, 9462) and how it resolves
// (RFC 9606), for the certificates and addresses in force. Beside these records the names keep whatever else they have; in a zone
// of ours, where nobody else answers for them, they have the addresses as well.

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { LocalRecord } from '../../memory/local-names/local-names-builder.ts';
import { CLIENT_SERVICES } from '../../memory/local-names/local-names-layout.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { AccessList, type AddressRange, parseAccessEntry } from '../../policy/access-list.ts';
import type { ListenerKind } from '../../sockets/listening-socket.ts';
import { isMappedIpv4, parseAddress } from '../../wire/ip-address.ts';
import { foldName } from '../../wire/name.ts';
import { knownName } from '../../wire/name-text.ts';
import { EXTENDED_ERROR, TYPE } from '../../wire/numbers.ts';
import { alpnOctets, type ServiceParameter, serviceParameterOctets } from '../../wire/service-parameters.ts';
import { certificateCovers } from '../certificates/certificate-names.ts';
import type { Settings } from '../settings/settings.ts';

export interface ListeningAddress {
  readonly kind: ListenerKind;
  /** `0.0.0.0` and `::` are every address of their family. */
  readonly address: string;
  readonly port: number;
}

export interface DiscoveryParts {
  readonly resolve: Pick<Settings['resolve'], 'discovery' | 'infoUrl'>;
  readonly lists: readonly Pick<Settings['lists'][number], 'extendedErrorCode'>[];
  readonly certificates: readonly Pick<CertificateSnapshot, 'names' | 'chainPem'>[];
  readonly listening: readonly ListeningAddress[];
  /** Of this machine, for wildcards. */
  readonly localAddresses: readonly string[];
}

const TTL_SECONDS = 300;
const NAMES_MAX = 4;
const NAMES_WITH_CLIENTS_MAX = 16;
const HINTS_MAX = 8;
const DOH_PATH = '/dns-query{?dns}';
const KEY = { ALPN: 1, PORT: 3, IPV4_HINT: 4, IPV6_HINT: 6, DOHPATH: 7 } as const;
const RESINFO = 261;
const PRIVATE = new AccessList(['loopback', 'private'].flatMap((entry) => parseAccessEntry(entry) as AddressRange[]));

/** Of an upstream: they are read, and relayed at most; or of a list whose operator says so. */
const ERRORS_OF_OTHERS: ReadonlySet<string> = new Set(['DNSSEC_BOGUS', 'NSEC_MISSING', 'CENSORED']);
/** Extended DNS Errors that the gateway gives by itself, whatever its lists. */
export const EMITTED_EXTENDED_ERRORS: readonly number[] = Object.entries(EXTENDED_ERROR)
  .filter(([word]) => !ERRORS_OF_OTHERS.has(word))
  .map(([, code]) => code);

interface Service {
  readonly kind: 'dot' | 'doh';
  readonly port: number;
  readonly ipv4: readonly Uint8Array[];
  readonly ipv6: readonly Uint8Array[];
}

type ServiceRecord = LocalRecord & { readonly forOthers: Pick<LocalRecord, 'rdata' | 'additional'> };

export function discoveryRecords(parts: DiscoveryParts): LocalRecord[] {
  const { resolve } = parts;
  const records = [resolverInformation('resolver.arpa', parts)];
  if (resolve.discovery !== 'answer') return records;
  const { first, others } = authenticationNames(parts.certificates);
  const services = servicesOf(parts);
  if (services.length === 0) return records;
  for (const name of [...first, ...others]) {
    records.push(resolverInformation(name, parts));
    records.push(...ownAddresses(name, services), ...serviceRecords(`_dns.${name}`, name, services));
    // A client that goes by a name of its own asks for `_dns.ID.NAME`, and keeps that name.
    if (hasNamesBelow(name, parts.certificates))
      records.push(...clientServiceRecords(name, services), ...ownAddresses(`*.${name}`, services));
  }
  for (const name of first) records.push(...serviceRecords('_dns.resolver.arpa', name, services));
  return records;
}

/**
 * Names by which a client can check the certificate: no addresses, no wildcards, nothing that every machine is called. The first of
 * each certificate is for clients that know an address alone; of the others, those below which clients have names.
 */
function authenticationNames(certificates: DiscoveryParts['certificates']): Record<'first' | 'others', string[]> {
  const usable = certificates.map(({ names, chainPem }) => {
    const certificate = new X509Certificate(chainPem);
    return names
      .filter((name) => isAuthenticationName(name) && certificateCovers(certificate, name))
      .map((name) => name.toLowerCase());
  });
  const first = [...new Set(usable.flatMap((names) => names.slice(0, 1)))].slice(0, NAMES_MAX);
  const others = new Set(usable.flat().filter((name) => !first.includes(name) && hasNamesBelow(name, certificates)));
  return { first, others: [...others].slice(0, NAMES_WITH_CLIENTS_MAX) };
}

/** Whether a certificate is for the names of single clients as well (client-id.ts). */
function hasNamesBelow(name: string, certificates: DiscoveryParts['certificates']): boolean {
  return certificates.some(
    ({ names, chainPem }) =>
      names.some((written) => written.toLowerCase() === `*.${name}`) &&
      certificateCovers(new X509Certificate(chainPem), `x.${name}`),
  );
}

/** What only the machine itself is called, or no name at all, names no resolver. */
export function isAuthenticationName(name: string): boolean {
  return (
    isIP(name) === 0 && !name.includes('*') && name.includes('.') && !/(?:^|\.)localhost(?:\.localdomain)?$/i.test(name)
  );
}

/** DoT before DoH, each once per port, with the addresses that clients from outside can use. */
function servicesOf({ listening, localAddresses }: DiscoveryParts): Service[] {
  const isLocalOnly = isForThisMachine(listening);
  return (['dot', 'doh'] as const).flatMap((kind) => {
    const ports = Map.groupBy(
      listening.filter((it) => it.kind === kind),
      ({ port }) => port,
    );
    return [...ports].flatMap(([port, bindings]) => {
      const addresses = reachable(bindings, localAddresses, isLocalOnly);
      if (addresses.length === 0) return [];
      const ipv4 = addresses.filter(isMappedIpv4).map((octets) => octets.subarray(12));
      const ipv6 = addresses.filter((octets) => !isMappedIpv4(octets));
      return [{ kind, port, ipv4: ipv4.slice(0, HINTS_MAX), ipv6: ipv6.slice(0, HINTS_MAX) }];
    });
  });
}

/** Whether plain DNS is for the machine itself: then what listens on loopback alone is meant to be used. */
export function isForThisMachine(listening: readonly ListeningAddress[]): boolean {
  return listening
    .filter(({ kind }) => kind === 'udp' || kind === 'tcp')
    .every(({ address }) => isLoopback(octetsOf(address)));
}

/** Each once, 16 octets; loopback only where nothing else is there and `isLocalOnly`. */
export function reachable(
  bindings: readonly ListeningAddress[],
  localAddresses: readonly string[],
  isLocalOnly: boolean,
): Uint8Array[] {
  const texts = bindings.flatMap(({ address }) => {
    if (address === '0.0.0.0') return localAddresses.filter((local) => !local.includes(':'));
    return address === '::' ? localAddresses.filter((local) => local.includes(':')) : [address];
  });
  // Link-local addresses mean nothing without the client's interface.
  const addresses = [...new Set(texts)].filter((text) => !text.includes('%')).map(octetsOf);
  const outside = addresses.filter((octets) => !isLoopback(octets));
  return outside.length > 0 || !isLocalOnly ? outside : addresses;
}

function serviceRecords(owner: string, name: string, services: readonly Service[]): ServiceRecord[] {
  const target = wireName(name);
  const ofPublic = services.map(withoutPrivate);
  return services.map((_service, index) => ({
    owner: wireName(owner),
    type: TYPE.SVCB,
    ttlSeconds: TTL_SECONDS,
    ...contentOf(target, services, index),
    // Nobody outside can use the addresses of this network.
    forOthers: contentOf(target, ofPublic, index),
    standsAlone: true,
  }));
}

/** A target that does not exist would be no use to anybody, and neither would addresses of this network outside of it. */
function ownAddresses(name: string, services: readonly Service[]): LocalRecord[] {
  return addressRecords(wireName(name), services).map((record) => ({
    ...record,
    inOwnZoneOnly: true,
    ...(isPublic(record.rdata) ? {} : { forOthers: 'nothing' }),
  }));
}

/** The addresses are those of ID.NAME, which is for the public DNS or a record to say, except in a zone of ours. */
function clientServiceRecords(name: string, services: readonly Service[]): LocalRecord[] {
  return serviceRecords(`*.${name}`, '.', services).map(({ forOthers, additional: _ofRoot, ...record }) => ({
    ...record,
    type: CLIENT_SERVICES,
    forOthers: { rdata: forOthers.rdata },
  }));
}

function contentOf(
  target: Uint8Array,
  services: readonly Service[],
  index: number,
): Required<Pick<LocalRecord, 'rdata' | 'additional'>> {
  const service = services[index]!;
  const parameters: ServiceParameter[] = [
    { key: KEY.ALPN, value: alpnOctets([service.kind === 'dot' ? 'dot' : 'h2']) },
    { key: KEY.PORT, value: Uint8Array.of(service.port >>> 8, service.port) },
  ];
  if (service.ipv4.length > 0) parameters.push({ key: KEY.IPV4_HINT, value: Buffer.concat(service.ipv4) });
  if (service.ipv6.length > 0) parameters.push({ key: KEY.IPV6_HINT, value: Buffer.concat(service.ipv6) });
  if (service.kind === 'doh') parameters.push({ key: KEY.DOHPATH, value: Buffer.from(DOH_PATH) });
  const rdata = Buffer.concat([Uint8Array.of(0, index + 1), target, serviceParameterOctets(parameters)]);
  // Once is enough: the addresses of the name are the same for every service.
  return { rdata, additional: index === 0 ? addressRecords(target, services) : [] };
}

function withoutPrivate(service: Service): Service {
  return { ...service, ipv4: service.ipv4.filter(isPublic), ipv6: service.ipv6.filter(isPublic) };
}

/** 4 or 16 octets. */
function isPublic(octets: Uint8Array): boolean {
  return !PRIVATE.permits(
    octets.length === 16 ? octets : Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...octets),
  );
}

function addressRecords(owner: Uint8Array, services: readonly Service[]): LocalRecord[] {
  const records = new Map<string, LocalRecord>();
  for (const { ipv4, ipv6 } of services)
    for (const rdata of [...ipv4, ...ipv6]) {
      const type = rdata.length === 4 ? TYPE.A : TYPE.AAAA;
      records.set(Buffer.from(rdata).toString('hex'), { owner, type, ttlSeconds: TTL_SECONDS, rdata });
    }
  return [...records.values()];
}

/** RESINFO: strings like those of TXT (RFC 9606 section 4). No `qnamemin`: what an upstream does is not ours to promise. */
function resolverInformation(owner: string, { resolve, lists }: DiscoveryParts): LocalRecord {
  const errors = [...EMITTED_EXTENDED_ERRORS, ...lists.flatMap(({ extendedErrorCode }) => extendedErrorCode ?? [])];
  const strings = [
    `exterr=${ranges(errors)}`,
    ...(resolve.infoUrl === undefined ? [] : [`infourl=${resolve.infoUrl}`]),
  ];
  const rdata = Buffer.concat(strings.map((text) => Buffer.from(String.fromCharCode(text.length) + text, 'latin1')));
  return { owner: wireName(owner), type: RESINFO, ttlSeconds: TTL_SECONDS, rdata, standsAlone: true };
}

/** `0,3-4,13-15`. */
function ranges(numbers: readonly number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let last = i;
    while (sorted[last + 1] === sorted[last]! + 1) last++;
    parts.push(last === i ? `${sorted[i]}` : `${sorted[i]}-${sorted[last]}`);
    i = last + 1;
  }
  return parts.join(',');
}

function octetsOf(address: string): Uint8Array {
  const octets = new Uint8Array(16);
  parseAddress(address, octets);
  return octets;
}

function isLoopback(octets: Uint8Array): boolean {
  if (isMappedIpv4(octets)) return octets[12] === 127;
  return octets[15] === 1 && octets.subarray(0, 15).every((octet) => octet === 0);
}

function wireName(text: string): Uint8Array {
  const name = knownName(text);
  foldName(name, name.length);
  return name;
}
