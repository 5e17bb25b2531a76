// What clients need to know of this gateway: its names with their certificates, its ports, its addresses. As they are now.

import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import { addressToText } from '../../wire/ip-address.ts';
import { certificateCovers } from '../certificates/certificate-names.ts';
import { authorityPaths } from '../certificates/local-pair.ts';
import { certificatesInPem, readPemFile } from '../certificates/pem.ts';
import {
  isAuthenticationName,
  isForThisMachine,
  type ListeningAddress,
  reachable,
} from '../local-names/discovery-records.ts';
import type { Settings } from '../settings/settings.ts';

export interface ClientFactParts {
  readonly settings: Pick<Settings, 'certificates' | 'certificateDirectory'>;
  /** In the order of the settings. */
  certificates(): readonly CertificateSnapshot[];
  readonly listening: readonly ListeningAddress[];
  /** Those that a device can be given (client-addresses.ts). */
  localAddresses(): readonly string[];
}

/** A name or address that clients may enter, and what they find there. */
export interface ClientName {
  readonly name: string;
  readonly certificate: CertificateSnapshot;
  readonly leaf: X509Certificate;
  /** The certificate in force comes from the local CA: devices must learn to trust it. */
  readonly isByLocalCa: boolean;
  /** It was meant to: no public CA has to do with it, so the name may be one of this network alone. */
  readonly isLocal: boolean;
}

export interface ServicePlace {
  /** The usual one where it is one of several; undefined where the service is off. */
  readonly port: number | undefined;
  /** Where clients find it on this port: none where it is for this machine and others are for more. */
  readonly addresses: readonly string[];
}

const LOOPBACK = /^(?:127\.|::1$)/;
const USUAL_PORTS = { udp: 53, dot: 853, doh: 443 } as const;

export interface ClientFacts {
  /**
   * Best first: names with a dot, those before others whose certificate devices trust by themselves; then addresses; then what
   * only this machine is called. Wildcards are not among them.
   */
  readonly names: readonly ClientName[];
  readonly dns: ServicePlace;
  readonly dot: ServicePlace;
  readonly doh: ServicePlace;
  /** Undefined where there is none. */
  readonly localCa: X509Certificate | undefined;
  /** Absolute. */
  readonly localCaPath: string;
}

export function clientFacts(parts: ClientFactParts): ClientFacts {
  const { settings, listening } = parts;
  const localAddresses = parts.localAddresses();
  const isLocalOnly = isForThisMachine(listening);
  const addressesOf = (bindings: readonly ListeningAddress[]) =>
    reachable(bindings, localAddresses, isLocalOnly).map(addressToText);
  const placeOf = (kind: keyof typeof USUAL_PORTS): ServicePlace => {
    const all = listening.filter((it) => it.kind === kind);
    const forClients = all.filter((it) => addressesOf([it]).some((address) => !LOOPBACK.test(address)));
    const bindings = forClients.length > 0 ? forClients : all;
    const { port } = bindings.find((it) => it.port === USUAL_PORTS[kind]) ?? bindings[0] ?? { port: undefined };
    return { port, addresses: addressesOf(bindings.filter((it) => it.port === port)) };
  };
  const localCa = readLocalCa(settings.certificateDirectory);
  const names = parts.certificates().flatMap((certificate, index) => {
    const leaf = new X509Certificate(certificate.chainPem);
    const isByLocalCa = localCa !== undefined && leaf.checkIssued(localCa) && leaf.verify(localCa.publicKey);
    const isLocal = settings.certificates[index]?.source.kind === 'local-ca';
    return certificate.names
      .filter((name) => !name.includes('*') && certificateCovers(leaf, name))
      .map((name) => ({ name, certificate, leaf, isByLocalCa, isLocal }));
  });
  names.sort((a, b) => rankOf(a) - rankOf(b));
  const localCaPath = resolve(authorityPaths(settings.certificateDirectory).certPath);
  return { names, dns: placeOf('udp'), dot: placeOf('dot'), doh: placeOf('doh'), localCa, localCaPath };
}

function rankOf({ name, leaf, isByLocalCa }: ClientName): number {
  const isTaughtToDevices = isByLocalCa || leaf.issuer === leaf.subject;
  if (isAuthenticationName(name)) return isTaughtToDevices ? 1 : 0;
  if (isIP(name) !== 0) return name === '::1' || name.startsWith('127.') ? 4 : 2;
  return name === 'localhost' ? 5 : 3;
}

/** Read anew each time: it is made again when it ends. */
function readLocalCa(certificateDirectory: string): X509Certificate | undefined {
  const text = readPemFile(authorityPaths(certificateDirectory).certPath).value;
  return text === undefined ? undefined : certificatesInPem(text).value?.[0];
}
