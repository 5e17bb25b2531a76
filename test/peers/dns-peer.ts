// What the starters of real DNS servers take and give. All serve the same zone (zone.ts) and never ask anybody outside.

import type { UpstreamSettings } from '../../src/upstream/upstream-settings.ts';
import type { TestCertificate } from '../fixtures/make-certificate.ts';

export interface DnsPeerOptions {
  /** Names: `hostName` of the peer and whatever else the test verifies. Default: one made for PEER_HOST_NAME and the address. */
  readonly certificate?: TestCertificate;
  /** Address to listen on. Default 127.0.0.1. */
  readonly address?: string;
  /** Lines added to the zone, e.g. `lists A 127.0.0.1`. */
  readonly records?: readonly string[];
  /** unbound only: what it has of names outside its zone, as lines `name type value`; `*.name` for everything below. */
  readonly elsewhere?: readonly string[];
  /** unbound only: a name below which it asks the server at this port of 127.0.0.1. */
  readonly forward?: { readonly name: string; readonly port: number };
  /** It makes IPv6 addresses of IPv4 addresses under this prefix, such as `64:ff9b::/96`. */
  readonly dns64?: string;
  /** False: it answers for its zone alone (named). Default: true. */
  readonly recursion?: boolean;
  /** Fixed ports; by default free ones are found. */
  readonly dnsPort?: number;
  readonly dotPort?: number;
  readonly dohPort?: number;
}

export interface DnsPeer {
  /** For test names: unbound, named, kresd. */
  readonly name: string;
  /** Name in the certificate. */
  readonly hostName: string;
  readonly address: string;
  /** Plain DNS, UDP and TCP. */
  readonly dnsPort: number;
  readonly dotPort: number;
  /** DNS over HTTPS at /dns-query, HTTP/2 only. */
  readonly dohPort: number;
  /** The CA that issued its certificate. */
  readonly caPem: string;
  readonly pid: number;
  /** What it wrote to standard output and error so far. */
  log(): string;
  stop(): Promise<void>;
}

export const PEER_HOST_NAME = 'dns.example.org';

/** The peer as an upstream of the gateway. */
export function asUpstream(peer: DnsPeer): UpstreamSettings {
  return {
    name: `${peer.hostName} (${peer.name})`,
    url: `https://${peer.hostName}:${peer.dohPort}/dns-query`,
    addresses: [peer.address],
    caPem: peer.caPem,
    maxQueriesPerSecond: undefined,
  };
}
