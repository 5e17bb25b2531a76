// Ordering a certificate sends nothing in plain DNS: a CA that is known by name alone is found through the encrypted upstream. The host
// is a network namespace with a counter at its cable; the machine's own resolver would be told to ask in the clear.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import { makeHostWithUplink, OUTSIDE_RESOLVER, OUTSIDE_SERVERS } from './host-with-uplink.ts';
import { installLeakCounter } from './leak-counter.ts';
import { NAMESPACE_COMMANDS } from './network-namespace.ts';
import type { OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';

/** Known to the upstream alone. */
const CA_HOST = 'ca.lab.example';

test('V01 V03 a CA is found by its name without one packet of plain DNS', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS, 'nft', 'unbound', 'openssl', 'getent')) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const { host, world } = await makeHostWithUplink(endings);
  const outside = startRemote<OutsideWorld>('outside-world', world.enter);
  endings.defer(() => outside.stop());
  const certificate = (name: string) => {
    const { remove, ...files } = makeCertificate({ names: [name] });
    endings.defer(remove);
    return files;
  };
  const upstream = certificate(PEER_HOST_NAME);
  await outside.call('startUpstream', OUTSIDE_RESOLVER, upstream, [`ca A ${OUTSIDE_SERVERS[0]}`]);
  const ca = certificate(CA_HOST);
  // An HTTPS server of that name; that it is no directory is found out by asking it.
  await outside.call('publishList', OUTSIDE_SERVERS, ca, 'not a directory\n');
  const counter = await installLeakCounter(host);
  await host.succeed('getent', 'ahostsv4', CA_HOST);
  const counted = await counter.read();
  assert.ok(counted > 0, "the system's way is counted");

  const directory = makeGatewayDirectory();
  const peer = { hostName: PEER_HOST_NAME, dohPort: 443, address: OUTSIDE_RESOLVER, caPem: upstream.caPem };
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({
      directory,
      upstreams: [peer],
      extra: `[[certificate]]
names = ["dns.home.test"]
source = "acme"
directory = "https://${CA_HOST}/directory"
directory_ca = "${ca.caPath}"`,
    }),
    enter: host.enter,
  });
  endings.defer(async () => void (await gateway.stop()));
  await gateway.logged(/^no new certificate for dns\.home\.test: ca\.lab\.example: this is not an ACME directory/);
  assert.deepEqual(await outside.call('listRequests'), [{ serverName: CA_HOST, path: '/directory' }]);
  assert.equal(await gateway.stop(), 0);
  assert.equal(await counter.read(), counted, 'packets to ports of plain DNS');
});
