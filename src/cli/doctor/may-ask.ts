// Where this machine may ask: a question to an address of its own comes from that address, and [access] may leave it out.

import { AccessList } from '../../policy/access-list.ts';
import { type AddressScope, octetsOf, scopeOf } from './address-scope.ts';
import type { Circumstances } from './circumstances.ts';
import type { Endpoint, EndpointKind } from './endpoints.ts';

type Asking = Pick<Circumstances, 'settings' | 'gateway' | 'endpoints'>;

/** Where devices of the network ask: what they are told may be another thing than what this machine alone is told. */
const AS_DEVICES_ASK: readonly AddressScope[] = ['private', 'public', 'loopback'];

export function accessKeyOf(kind: EndpointKind): 'plain' | 'encrypted' {
  return kind === 'dot' || kind === 'doh' ? 'encrypted' : 'plain';
}

export function mayAsk({ settings }: Pick<Circumstances, 'settings'>, { kind, address }: Endpoint): boolean {
  return new AccessList(settings.access[accessKeyOf(kind)]).permits(octetsOf(address));
}

/** The first port of the first of these kinds where it may; undefined if there is none, or no gateway runs. */
export function firstToAsk(circumstances: Asking, kinds: readonly EndpointKind[]): Endpoint | undefined {
  if (circumstances.gateway.kind === 'none') return undefined;
  const candidates = kinds.flatMap((kind) => circumstances.endpoints.filter((endpoint) => endpoint.kind === kind));
  return candidates.find((endpoint) => endpoint.isHere && mayAsk(circumstances, endpoint));
}

/** For plain DNS as a device of the network asks it: at an address of the network, at loopback only where it may at no other. */
export function homeToAsk(circumstances: Asking): Endpoint | undefined {
  const plain = circumstances.endpoints.filter(({ kind }) => kind === 'udp');
  const endpoints = AS_DEVICES_ASK.flatMap((scope) => plain.filter(({ address }) => scopeOf(address) === scope));
  return firstToAsk({ ...circumstances, endpoints }, ['udp']);
}
