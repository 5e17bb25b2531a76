// The gateway's own names, addresses and ports, as the page shows them.

import { clientUrl } from '../../clients/client-id.ts';
import type { ClientFacts, ServicePlace } from '../../clients/client-facts.ts';
import { holdsAtHomeAlone } from '../../clients/profile/make-profile.ts';
import type { ListenerKind } from '../../../sockets/listening-socket.ts';

export interface PageValues {
  /** What clients enter; undefined where no certificate has a usable name. */
  readonly host: string | undefined;
  /** By which it may be entered as well. */
  readonly otherNames: readonly string[];
  readonly hasLocalCa: boolean;
  /** SHA-256 of the local CA, as browsers and systems show it. */
  readonly caFingerprint: string | undefined;
  /** On the gateway's machine. */
  readonly caPath: string;
  readonly dohUrl: string | undefined;
  readonly dotPort: number | undefined;
  readonly dohPort: number | undefined;
  readonly dnsPort: number | undefined;
  /** Where devices find each service: the address that the browser came to, if it is there, then IPv4 first. */
  readonly dotAddresses: readonly string[];
  readonly dohAddresses: readonly string[];
  readonly dnsAddresses: readonly string[];
  /** A profile from here has addresses of this network alone in it. */
  readonly isForThisNetwork: boolean;
  /** The page itself, by an address that a phone can open; undefined where it is for this machine alone. */
  readonly pageUrl: string | undefined;
}

export interface PagePlace {
  readonly address: string;
  readonly port: number;
}

/** Where a browser came to, which is of use to it therefore, and what else is found there. */
export interface Arrival {
  readonly address: string;
  isServed(kind: ListenerKind, port: number): boolean;
}

/** `page`: where the page listens, best first. */
export function pageValues(facts: ClientFacts, page: readonly PagePlace[], arrival: Arrival | undefined): PageValues {
  const [best, ...others] = facts.names;
  const seen = page.find(({ address }) => !isLoopback(address));
  const addressesOf = (kind: ListenerKind, { port, addresses }: ServicePlace) => {
    if (addresses.length === 0 || port === undefined) return [];
    const first = arrival?.isServed(kind, port) === true ? [arrival.address] : [];
    return [...new Set([...first, ...addresses.toSorted(byFamily)])];
  };
  const dohPort = portOf(facts.doh);
  return {
    host: best?.name,
    otherNames: others.map(({ name }) => name).filter((name) => !isLoopback(name) && name !== 'localhost'),
    hasLocalCa: best?.isByLocalCa === true,
    caFingerprint: best?.isByLocalCa === true ? facts.localCa?.fingerprint256 : undefined,
    caPath: facts.localCaPath,
    dohUrl: best === undefined || dohPort === undefined ? undefined : clientUrl(best.name, dohPort, undefined),
    dotPort: portOf(facts.dot),
    dohPort,
    dnsPort: portOf(facts.dns),
    dotAddresses: addressesOf('dot', facts.dot),
    dohAddresses: addressesOf('doh', facts.doh),
    dnsAddresses: addressesOf('udp', facts.dns),
    isForThisNetwork: best?.isLocal === true && holdsAtHomeAlone([...facts.doh.addresses, ...facts.dot.addresses]),
    pageUrl: seen === undefined ? undefined : `http://${authority(seen.address, seen.port)}/`,
  };
}

/** In brackets where it is IPv6; the port is left out where it is the usual one. */
export function authority(address: string, port: number, usual = 80): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === usual ? host : `${host}:${port}`;
}

/** Undefined as well where no device gets to it. */
function portOf({ port, addresses }: ServicePlace): number | undefined {
  return addresses.length === 0 ? undefined : port;
}

function byFamily(a: string, b: string): number {
  return Number(a.includes(':')) - Number(b.includes(':'));
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
