// Where the gateway listens, as single addresses that can be asked.

import type { ListeningAddress } from '../../control-plane/local-names/discovery-records.ts';
import { isWildcard, listenAddressToText } from '../../control-plane/settings/listen-address.ts';
import type { ListenAddress, Settings } from '../../control-plane/settings/settings.ts';
import { sameAddress, scopeOf } from './address-scope.ts';
import type { GatewayState } from './gateway-status.ts';
import type { InterfaceAddress } from './surroundings.ts';

export type EndpointKind = 'udp' | 'tcp' | 'dot' | 'doh';

export interface Endpoint {
  readonly kind: EndpointKind;
  readonly address: string;
  readonly port: number;
  /** One of the addresses that a wildcard stands for. */
  readonly isOfWildcard: boolean;
  /** An address of this machine: nothing is asked of any other, least of all in plain text. */
  readonly isHere: boolean;
}

export const KIND_TEXT: Readonly<Record<EndpointKind, string>> = {
  udp: 'plain DNS over UDP',
  tcp: 'plain DNS over TCP',
  dot: 'DNS over TLS',
  doh: 'DNS over HTTPS',
};

export const SETTING_OF: Readonly<Record<EndpointKind, string>> = {
  udp: 'listen.dns',
  tcp: 'listen.dns',
  dot: 'listen.dot',
  doh: 'listen.doh',
};

const SHOWN_MAX = 6;

export function endpointsOf(
  settings: Pick<Settings, 'listen'>,
  gateway: GatewayState,
  interfaces: readonly InterfaceAddress[],
): readonly Endpoint[] {
  const listening = gateway.kind === 'running' ? gateway.status.listening : wouldListen(settings);
  const found = new Map<string, Endpoint>();
  for (const { kind, address, port } of listening) {
    if (!isEndpointKind(kind) || port === 0) continue;
    const isOfWildcard = isWildcard(address);
    for (const one of isOfWildcard ? addressesOf(address, interfaces) : [address])
      found.set(`${kind} ${one} ${port}`, { kind, address: one, port, isOfWildcard, isHere: isHere(one, interfaces) });
  }
  return [...found.values()];
}

/** Then nothing that other devices need can be missing. */
export function servesThisMachineAlone({ endpoints }: { readonly endpoints: readonly Endpoint[] }): boolean {
  return endpoints.every(({ address }) => scopeOf(address) === 'loopback');
}

function isHere(address: string, interfaces: readonly InterfaceAddress[]): boolean {
  return scopeOf(address) === 'loopback' || interfaces.some((it) => sameAddress(it.address, address));
}

export function endpointToText({ address, port }: Pick<Endpoint, 'address' | 'port'>): string {
  return listenAddressToText({ address, port, optional: false });
}

/** Each once; of many the first and how many more. */
export function endpointsToText(endpoints: readonly Pick<Endpoint, 'address' | 'port'>[]): string {
  const texts = [...new Set(endpoints.map(endpointToText))];
  const rest = texts.length - SHOWN_MAX;
  return texts.slice(0, SHOWN_MAX).join(', ') + (rest <= 0 ? '' : ` and ${rest} more`);
}

function wouldListen({ listen }: Pick<Settings, 'listen'>): readonly ListeningAddress[] {
  const of = (kind: EndpointKind, addresses: readonly ListenAddress[]) => addresses.map((it) => ({ ...it, kind }));
  return [...of('udp', listen.dns), ...of('tcp', listen.dns), ...of('dot', listen.dot), ...of('doh', listen.doh)];
}

/** Link-local ones are left out: they cannot be used without naming an interface. */
function addressesOf(wildcard: string, interfaces: readonly InterfaceAddress[]): readonly string[] {
  const isIpv6 = wildcard.includes(':');
  return interfaces
    .filter(({ address, isLinkLocal }) => address.includes(':') === isIpv6 && !isLinkLocal)
    .map(({ address }) => address);
}

function isEndpointKind(kind: string): kind is EndpointKind {
  return Object.hasOwn(KIND_TEXT, kind);
}
