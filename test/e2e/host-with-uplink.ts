// A host of a test's own and the world it reaches over one cable: two network namespaces. The host's resolv.conf names a
// resolver out there.

import { type CableEnd, layCable, makeNetworkNamespace, type NetworkNamespace } from './network-namespace.ts';

/** Where the world has its resolver. */
export const OUTSIDE_RESOLVER = '192.0.2.53';
/** Where it can publish something. */
export const OUTSIDE_SERVERS = ['198.51.100.80', '2001:db8:80::80'] as const;
/** Out there, and nobody listens at it. */
export const OUTSIDE_NOBODY = '2001:db8:53::53';

const HOST_ADDRESSES = ['10.0.5.2/24', 'fd00:5::2/64'];
const ROUTER_ADDRESSES = ['10.0.5.1/24', 'fd00:5::1/64'];

export interface HostWithUplink {
  readonly host: NetworkNamespace;
  readonly world: NetworkNamespace;
  readonly hostEnd: CableEnd;
  readonly worldEnd: CableEnd;
}

/** What has to be undone goes to `endings` as soon as it is there. */
export async function makeHostWithUplink(endings: AsyncDisposableStack): Promise<HostWithUplink> {
  const host = await makeNetworkNamespace({ nameserver: OUTSIDE_RESOLVER });
  endings.defer(() => host.remove());
  const world = await makeNetworkNamespace();
  endings.defer(() => world.remove());
  const hostEnd: CableEnd = { namespace: host, device: 'uplink', addresses: HOST_ADDRESSES };
  const worldEnd: CableEnd = { namespace: world, device: 'downlink', addresses: ROUTER_ADDRESSES };
  await layCable(hostEnd, worldEnd);
  for (const router of ROUTER_ADDRESSES) {
    await host.succeed('ip', 'route', 'add', 'default', 'via', router.slice(0, router.indexOf('/')));
  }
  for (const address of [OUTSIDE_RESOLVER, ...OUTSIDE_SERVERS, OUTSIDE_NOBODY]) {
    await world.succeed('ip', 'address', 'add', address, 'dev', 'lo');
  }
  return { host, world, hostEnd, worldEnd };
}
