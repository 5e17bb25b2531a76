// The one exception from "no plaintext leaves the host", counted: with a zone configured, its resolver gets packets in plain DNS
// for the names of that zone, and nobody else gets any, also when that resolver or the upstream is away.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import type { DnsClients, Server } from './dns-clients.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import { makeHostWithUplink, OUTSIDE_RESOLVER } from './host-with-uplink.ts';
import { answered, failed, type KnownQuestion } from './known-question.ts';
import { installLeakCounter } from './leak-counter.ts';
import { NAMESPACE_COMMANDS, type NetworkNamespace } from './network-namespace.ts';
import type { OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';

const COMMANDS = [...NAMESPACE_COMMANDS, 'nft', 'unbound', 'dnsmasq', 'openssl'];
/** Both at the other end of the cable: the router of host-with-uplink.ts, and nobody. */
const LAN_RESOLVER = '10.0.5.1';
const LAN_NOBODY = '10.0.5.9';

const SERVERS: readonly Server[] = [
  { transport: 'udp', address: '127.0.0.1', port: 5300 },
  { transport: 'tcp', address: '127.0.0.1', port: 5300 },
  { transport: 'dot', address: '127.0.0.1', port: 8853 },
  { transport: 'doh-post', address: '127.0.0.1', port: 8443 },
];

const ZONE = `[[zone]]
name = ["lan.example", "10.0.0.0/8"]
forward = ["${LAN_NOBODY}", "${LAN_RESOLVER}"]

[resolve]
rewrites = { "intranet.example" = "nas.lan.example" }`;

test('with a zone configured, only its resolver is sent plain DNS', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...COMMANDS)) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const { host, world } = await makeHostWithUplink(endings);
  const clients = startRemote<DnsClients>('dns-clients', host.enter);
  endings.defer(() => clients.stop());
  const outside = startRemote<OutsideWorld>('outside-world', world.enter);
  endings.defer(() => outside.stop());
  const { remove, ...certificate } = makeCertificate({ names: [PEER_HOST_NAME] });
  endings.defer(remove);
  await outside.call('startUpstream', OUTSIDE_RESOLVER, certificate, []);
  await outside.call('startLanResolver', LAN_RESOLVER, 'lan.example', ['10.0.5.77 nas.lan.example']);
  const all = await installLeakCounter(host);
  const toResolvers = await countLanPackets(host);
  const directory = makeGatewayDirectory();
  const peer = { hostName: PEER_HOST_NAME, dohPort: 443, address: OUTSIDE_RESOLVER, caPem: certificate.caPem };
  const listen = '[listen]\ndns = ["127.0.0.1:5300"]\ndot = ["127.0.0.1:8853"]\ndoh = ["127.0.0.1:8443"]';
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({ directory, upstreams: [peer], listen, extra: ZONE }),
    enter: host.enter,
  });
  endings.defer(async () => void (await gateway.stop()));
  await clients.call('trust', readFileSync(gateway.caPath, 'utf8'));

  const ask = async (question: KnownQuestion): Promise<void> => {
    for (const server of SERVERS)
      assert.equal(await clients.call('ask', server, question), undefined, `${question.name} over ${server.transport}`);
  };
  /** And how many of them there were since the last time. */
  let counted = 0;
  const onlyResolversWereAsked = async (): Promise<number> => {
    const packets = await toResolvers();
    assert.equal(await all.read(), packets, 'packets in plain DNS, all and those to the resolvers of the zone');
    const more = packets - counted;
    counted = packets;
    return more;
  };

  await t.test('it says so when it starts', async () => {
    const { level } = await gateway.logged(
      /^names of the zone lan\.example, 10\.in-addr\.arpa are asked in plaintext at /,
    );
    assert.equal(level, 30);
    assert.equal(await onlyResolversWereAsked(), 0);
  });

  await t.test('names beside the zone are asked over the encrypted upstream alone', async () => {
    await ask(answered('www.lab.example', '192.0.2.1'));
    await ask(answered('x.many.lab.example', '192.0.2.9'));
    assert.equal(await onlyResolversWereAsked(), 0);
  });

  await t.test('names of the zone, its reverse names, and aliases into it are asked at its resolver', async () => {
    await ask(answered('nas.lan.example', '10.0.5.77'));
    await ask({ ...answered('77.5.0.10.in-addr.arpa', 'nas.lan.example'), type: 'PTR' });
    await ask(answered('intranet.example', '10.0.5.77', 'nas.lan.example'));
    assert.ok((await onlyResolversWereAsked()) > 0);
  });

  await t.test('while its resolver is away its names fail, and nobody else is asked for them', async () => {
    await outside.call('stopLanResolver');
    for (const server of SERVERS.slice(1, 3)) {
      const question = failed(`${server.transport}.lan.example`);
      assert.equal(await clients.call('ask', server, question), undefined, server.transport);
    }
    await ask(answered('www.lab.example', '192.0.2.1'));
    await onlyResolversWereAsked();
  });

  await t.test('while the upstream is away the resolver of the zone gets none of its questions', async () => {
    await outside.call('startLanResolver', LAN_RESOLVER, 'lan.example', ['10.0.5.77 nas.lan.example']);
    await outside.call('stopUpstream');
    await onlyResolversWereAsked();
    assert.equal(await clients.call('ask', SERVERS[0]!, failed('new.many.lab.example')), undefined);
    assert.equal(await onlyResolversWereAsked(), 0);
    await ask(answered('nas.lan.example', '10.0.5.77'));
  });
});

/** Packets of plain DNS to the two resolvers of the zone. */
async function countLanPackets(host: NetworkNamespace): Promise<() => Promise<number>> {
  await host.succeed(
    'nft',
    `table inet lan {
  counter resolvers { }
  chain out {
    type filter hook output priority 0; policy accept;
    ip daddr { ${LAN_RESOLVER}, ${LAN_NOBODY} } meta l4proto { tcp, udp } th dport 53 counter name resolvers
  }
}`,
  );
  return async () => {
    const text = await host.succeed('nft', '--json', 'list', 'counter', 'inet', 'lan', 'resolvers');
    const { nftables } = JSON.parse(text) as { nftables: { counter?: { packets: number } }[] };
    return nftables.find(({ counter }) => counter !== undefined)!.counter!.packets;
  };
}
