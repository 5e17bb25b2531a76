// Ordering a certificate sends nothing in plain DNS: a CA that is known by name alone is found through the encrypted upstream. The host
// is a network namespace with a counter at its cable; the machine's own resolver would be told to ask in the clear.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
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
const OTHER_CA_HOST = 'other-ca.lab.example';
const PEBBLE_PORT = 14_000;
/** Whose proof the upstream sees as soon as the hook has written it. */
const NAME = 'dns.proof.example';

/** A host at a cable with a counter, and the world with its resolver still to be started. */
async function hostAndWorld(t: TestContext) {
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const { host, world } = await makeHostWithUplink(endings);
  const outside = startRemote<OutsideWorld>('outside-world', world.enter);
  endings.defer(() => outside.stop());
  const certificate = (...names: string[]) => {
    const { remove, ...files } = makeCertificate({ names });
    endings.defer(remove);
    return files;
  };
  return { endings, host, outside, certificate };
}

/** Reads how many packets went to ports of plain DNS since now; shown to count what the system's own way sends. */
async function leakCounter(host: Awaited<ReturnType<typeof hostAndWorld>>['host']): Promise<() => Promise<number>> {
  const counter = await installLeakCounter(host);
  await host.succeed('getent', 'ahostsv4', CA_HOST);
  const counted = await counter.read();
  assert.ok(counted > 0, "the system's way is counted");
  return async () => (await counter.read()) - counted;
}

test('V01 V03 a CA is found by its name without one packet of plain DNS', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS, 'nft', 'unbound', 'openssl', 'getent')) return;
  const { endings, host, outside, certificate } = await hostAndWorld(t);
  const upstream = certificate(PEER_HOST_NAME);
  await outside.call('startUpstream', OUTSIDE_RESOLVER, upstream, [`ca A ${OUTSIDE_SERVERS[0]}`]);
  const ca = certificate(CA_HOST);
  // An HTTPS server of that name; that it is no directory is found out by asking it.
  await outside.call('publishList', OUTSIDE_SERVERS, ca, 'not a directory\n');
  const leaked = await leakCounter(host);

  const directory = makeGatewayDirectory();
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({
      directory,
      upstreams: [{ hostName: PEER_HOST_NAME, dohPort: 443, address: OUTSIDE_RESOLVER, caPem: upstream.caPem }],
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
  assert.equal(await leaked(), 0, 'packets to ports of plain DNS');
});

test('V01 V03 whole orders, with nonces that are refused, a proof that is looked for and renewal information, send none either', async (t) => {
  const needed = [
    ...NAMESPACE_COMMANDS,
    'nft',
    'unbound',
    'openssl',
    'getent',
    'curl',
    'pebble',
    'pebble-challtestsrv',
  ];
  if (!canMakeNamespaces(t) || !hasCommands(t, ...needed)) return;
  const { endings, host, outside, certificate } = await hostAndWorld(t);
  const upstream = certificate(PEER_HOST_NAME);
  const [server] = OUTSIDE_SERVERS;
  const ca = certificate(CA_HOST, server);
  const { challengeUrl, dnsPort } = await outside.call('startPebble', server, PEBBLE_PORT, ca);
  const other = await outside.call('startDirectory', server, OTHER_CA_HOST);
  const records = [`ca A ${server}`, `other-ca A ${server}`];
  const proofs = { name: 'proof.example', port: dnsPort };
  await outside.call('startUpstream', OUTSIDE_RESOLVER, upstream, records, [], proofs);
  const leaked = await leakCounter(host);

  const directory = makeGatewayDirectory();
  const script = join(directory, 'hook');
  writeFileSync(
    script,
    `#!/bin/sh
case "$1" in
  present) curl -sf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" ${challengeUrl}/set-txt ;;
  cleanup) curl -sf -d "{\\"host\\":\\"$2.\\"}" ${challengeUrl}/clear-txt ;;
esac
`,
    { mode: 0o700 },
  );
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({
      directory,
      upstreams: [{ hostName: PEER_HOST_NAME, dohPort: 443, address: OUTSIDE_RESOLVER, caPem: upstream.caPem }],
      // Longer than this test waits: the proof is seen through the upstream, or nothing comes of it.
      extra: `[[certificate]]
names = ["${NAME}"]
source = "acme"
directory = "https://${CA_HOST}:${PEBBLE_PORT}/dir"
directory_ca = "${ca.caPath}"
challenge = "dns-01"
dns = { provider = "hook", hook = "${script}", propagation = "10m" }

[[certificate]]
names = ["other.proof.example"]
source = "acme"
directory = "${other.url}"
directory_ca = "${other.caPath}"`,
    }),
    enter: host.enter,
  });
  endings.defer(async () => void (await gateway.stop()));
  await gateway.logged(/^a new certificate for dns\.proof\.example is in use/);
  await gateway.logged(/^a new certificate for other\.proof\.example is in use/);
  const giveUpAt = performance.now() + 20_000;
  while ((await outside.call('informationAsked')).length === 0) {
    assert.ok(performance.now() < giveUpAt, 'renewal information is asked for');
    await wait(50);
  }
  assert.equal(await gateway.stop(), 0);
  assert.equal(await leaked(), 0, 'packets to ports of plain DNS');
});
