// Where devices find each encrypted service: its ports, as far as they are for anybody but this machine.

import { scopeOf } from './address-scope.ts';
import type { Circumstances } from './circumstances.ts';
import { servesThisMachineAlone } from './endpoints.ts';

/** Android connects to no other. */
export const DOT_PORT = 853;
export const DOH_PORT = 443;

/** Each once; those on loopback count only where nothing is for anybody else. Before a gateway has chosen them, as configured. */
export function clientPorts(
  circumstances: Pick<Circumstances, 'endpoints' | 'settings'>,
  kind: 'dot' | 'doh',
): readonly number[] {
  const { endpoints, settings } = circumstances;
  const ofKind = endpoints.filter((it) => it.kind === kind);
  if (ofKind.length === 0) return [...new Set(settings.listen[kind].map(({ port }) => port))];
  const isForAll = servesThisMachineAlone(circumstances);
  const reachable = ofKind.filter(({ address }) => isForAll || scopeOf(address) !== 'loopback');
  return [...new Set(reachable.map(({ port }) => port))];
}

/** The one in the URL; undefined where devices are given none. */
export function urlPort(circumstances: Pick<Circumstances, 'endpoints' | 'settings'>): number | undefined {
  const ports = clientPorts(circumstances, 'doh');
  return ports.includes(DOH_PORT) ? DOH_PORT : ports[0];
}
