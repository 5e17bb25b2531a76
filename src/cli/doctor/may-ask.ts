// Where this machine may ask: a question to an address of its own comes from that address, and [access] may leave it out.

import { AccessList } from '../../policy/access-list.ts';
import { octetsOf } from './address-scope.ts';
import type { Circumstances } from './circumstances.ts';
import type { Endpoint, EndpointKind } from './endpoints.ts';

export function accessKeyOf(kind: EndpointKind): 'plain' | 'encrypted' {
  return kind === 'dot' || kind === 'doh' ? 'encrypted' : 'plain';
}

export function mayAsk({ settings }: Pick<Circumstances, 'settings'>, { kind, address }: Endpoint): boolean {
  return new AccessList(settings.access[accessKeyOf(kind)]).permits(octetsOf(address));
}

/** The first port of the first of these kinds where it may; undefined if there is none, or no gateway runs. */
export function firstToAsk(circumstances: Circumstances, kinds: readonly EndpointKind[]): Endpoint | undefined {
  if (circumstances.gateway.kind === 'none') return undefined;
  const candidates = kinds.flatMap((kind) => circumstances.endpoints.filter((endpoint) => endpoint.kind === kind));
  return candidates.find((endpoint) => endpoint.isHere && mayAsk(circumstances, endpoint));
}
