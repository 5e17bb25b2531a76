// The gateway's own names, addresses and ports, as the page shows them.

import { clientUrl } from '../../clients/client-id.ts';
import type { ClientFacts, ServicePlace } from '../../clients/client-facts.ts';

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
  /** Where devices find it: by the address that the browser came to, then IPv4 first. */
  readonly addresses: readonly string[];
  /** The page itself, by an address that a phone can open; undefined where it is for this machine alone. */
  readonly pageUrl: string | undefined;
}

const DNS_PORT = 53;
const DOT_PORT = 853;
const DOH_PORT = 443;

export interface PagePlace {
  readonly address: string;
  readonly port: number;
}

/** `page`: where the page listens, best first. `first`: an address that has proved to be of use. */
export function pageValues(facts: ClientFacts, page: readonly PagePlace[], first: string | undefined): PageValues {
  const [best, ...others] = facts.names;
  const dohPort = portOf(facts.doh, DOH_PORT);
  const seen = page.find(({ address }) => !isLoopback(address));
  const addresses = [facts.dns, facts.doh, facts.dot].find((place) => place.addresses.length > 0)?.addresses ?? [];
  return {
    host: best?.name,
    otherNames: others.map(({ name }) => name).filter((name) => !isLoopback(name) && name !== 'localhost'),
    hasLocalCa: best?.isByLocalCa === true,
    caFingerprint: best?.isByLocalCa === true ? facts.localCa?.fingerprint256 : undefined,
    caPath: facts.localCaPath,
    dohUrl: best === undefined || dohPort === undefined ? undefined : clientUrl(best.name, dohPort, undefined),
    dotPort: portOf(facts.dot, DOT_PORT),
    dohPort,
    dnsPort: portOf(facts.dns, DNS_PORT),
    addresses: [...new Set([...(first === undefined ? [] : [first]), ...addresses.toSorted(byFamily)])],
    pageUrl: seen === undefined ? undefined : `http://${authority(seen.address, seen.port)}/`,
  };
}

/** In brackets where it is IPv6; the port is left out where it is the usual one. */
export function authority(address: string, port: number, usual = 80): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return port === usual ? host : `${host}:${port}`;
}

function portOf({ ports }: ServicePlace, usual: number): number | undefined {
  return ports.includes(usual) ? usual : ports[0];
}

function byFamily(a: string, b: string): number {
  return Number(a.includes(':')) - Number(b.includes(':'));
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
