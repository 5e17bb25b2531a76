// The promise of the gateway, counted: from start to end, with and without a network, over list download, load and outages, not
// one packet to a port of plain or local DNS leaves the host. The host is a network namespace; beyond its cable lies a world in
// which plain DNS would work, and which the machine's own resolver is told to use.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';
import {
  type HostWithUplink,
  makeHostWithUplink,
  OUTSIDE_NOBODY,
  OUTSIDE_RESOLVER,
  OUTSIDE_SERVERS,
} from './host-with-uplink.ts';
import type { DnsClients, Server } from './dns-clients.ts';
import {
  answered,
  BLOCKING_RULE,
  blocked,
  failed,
  type KnownQuestion,
  LISTED_NAMES,
  missing,
} from './known-question.ts';
import { installLeakCounter, WATCHED_PORTS } from './leak-counter.ts';
import { NAMESPACE_COMMANDS, plugIn, unplug } from './network-namespace.ts';
import type { CertificateFiles, OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';

const COMMANDS = [...NAMESPACE_COMMANDS, 'nft', 'unbound', 'openssl', 'dig', 'getent'];

/** Known to the upstream alone. */
const LIST_HOST = 'lists.lab.example';
const LIST_RECORDS = [`lists A ${OUTSIDE_SERVERS[0]}`, `lists AAAA ${OUTSIDE_SERVERS[1]}`];

const SERVERS: readonly Server[] = [
  { transport: 'udp', address: '127.0.0.1', port: 5300 },
  { transport: 'udp', address: '::1', port: 5300 },
  { transport: 'udp', address: '127.0.0.1', port: 53 },
  { transport: 'udp', address: '::1', port: 53 },
  { transport: 'tcp', address: '127.0.0.1', port: 5300 },
  { transport: 'tcp', address: '::1', port: 53 },
  { transport: 'dot', address: '127.0.0.1', port: 853 },
  { transport: 'dot', address: '::1', port: 8853 },
  { transport: 'doh-post', address: '127.0.0.1', port: 8443 },
  { transport: 'doh-get', address: '::1', port: 8443 },
  { transport: 'doh-get', address: '127.0.0.1', port: 443 },
  { transport: 'doh-http1', address: '127.0.0.1', port: 8443 },
];
const LISTEN = `[listen]
dns = ["127.0.0.1:5300", "[::1]:5300", "127.0.0.1:53", "[::1]:53"]
dot = ["127.0.0.1:8853", "[::1]:8853", "127.0.0.1:853"]
doh = ["127.0.0.1:8443", "[::1]:8443", "127.0.0.1:443"]`;
const QUERIES_PER_SERVER = 900;

const WWW = answered('www.lab.example', '192.0.2.1');

/** The gateway finds back by itself within this. */
const RECOVERY_MILLISECONDS = 5_000;
/** It answers or has failed after 4 s; the rest is for a busy machine. */
const FAILURE_MILLISECONDS = 5_000;
/** It ends within 5 s of SIGTERM; likewise. */
const STOP_MILLISECONDS = 7_000;

test('V01 V02 V03 no plaintext leaves the host', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...COMMANDS)) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const stage = await makeHostWithUplink(endings);
  const { host, world, worldEnd } = stage;
  const clients = startRemote<DnsClients>('dns-clients', host.enter);
  endings.defer(() => clients.stop());
  const outside = startRemote<OutsideWorld>('outside-world', world.enter);
  endings.defer(() => outside.stop());
  const upstreamCertificate = certificate(endings, PEER_HOST_NAME);
  const startUpstream = () => outside.call('startUpstream', OUTSIDE_RESOLVER, upstreamCertificate, LIST_RECORDS);
  const listCertificate = certificate(endings, LIST_HOST);
  await startUpstream();
  await outside.call('publishList', OUTSIDE_SERVERS, listCertificate, hostsList(LISTED_NAMES));
  const counter = await installLeakCounter(host);
  /** What the deliberate packets bring the counter to. */
  let counted = 0;
  const nothingLeaked = async (): Promise<void> => {
    assert.equal(await counter.read(), counted, 'packets to ports of plain DNS');
  };
  const ask = async (question: KnownQuestion, server = SERVERS[0]!): Promise<void> => {
    assert.equal(await clients.call('ask', server, question), undefined, question.name);
  };
  const recovers = async (...questions: KnownQuestion[]): Promise<void> => {
    const answers = questions.map((question) =>
      clients.call('askUntilRight', SERVERS[0]!, question, RECOVERY_MILLISECONDS),
    );
    t.diagnostic(`recovered after ${(await Promise.all(answers)).map((it) => it.toFixed(0)).join(', ')} ms`);
  };
  let gateway: GatewayProcess | undefined;

  await t.test('the counter counts every watched port, both protocols, both families, and getaddrinfo', async () => {
    const isCounted = async (what: string, send: () => Promise<unknown>): Promise<void> => {
      await send();
      const now = await counter.read();
      assert.ok(now > counted, `${what} was not counted`);
      counted = now;
    };
    for (const address of [OUTSIDE_RESOLVER, OUTSIDE_NOBODY]) {
      for (const port of WATCHED_PORTS) {
        for (const protocol of ['udp', 'tcp'] as const) {
          const send = () => clients.call('sendInTheClear', protocol, address, port);
          await isCounted(`${protocol} to port ${port} of ${address}`, send);
        }
      }
    }
    await isCounted('dig', async () => {
      assert.equal(await host.succeed('dig', `@${OUTSIDE_RESOLVER}`, '+short', 'www.lab.example'), '192.0.2.1\n');
    });
    await isCounted('getaddrinfo', async () => {
      assert.match(await host.succeed('getent', 'ahostsv4', LIST_HOST), new RegExp(OUTSIDE_SERVERS[0]));
    });
    await isCounted('getaddrinfo of Node', async () => {
      const script = `require('node:dns').lookup('${LIST_HOST}', (error) => process.exit(error ? 1 : 0))`;
      await host.succeed(process.execPath, '--eval', script);
    });
  });

  await t.test('the built-in defaults, in a world without their upstream and their lists', async (t) => {
    const defaults = await startGatewayProcess({ config: undefined, enter: stage.host.enter });
    t.after(() => defaults.stop());
    await defaults.logged(/^the upstream /);
    await ask(answered('localhost', '127.0.0.1'));
    await ask(failed('www.example.org'));
    assertOneWarning(defaults, /^the upstream dns\.quad9\.net .*; not downloaded yet: stevenblack, hagezi-pro\./);
    const endedAt = performance.now();
    assert.equal(await defaults.stop(), 0);
    assert.ok(performance.now() - endedAt < STOP_MILLISECONDS);
    await nothingLeaked();
  });

  await t.test('without a network it starts, says so in one line, answers what it can and fails closed', async () => {
    await unplug(worldEnd);
    gateway = await startGateway(stage, endings, upstreamCertificate, listCertificate);
    await clients.call('trust', readFileSync(gateway.caPath, 'utf8'));
    await gateway.logged(/^the upstream /);
    await ask(blocked('x.tracker.example'));
    await ask(missing('x.onion'));
    const begunAt = performance.now();
    await ask(failed('www.lab.example'));
    assert.ok(performance.now() - begunAt < FAILURE_MILLISECONDS);
    assertOneWarning(gateway, /^the upstream dns\.example\.org .*; not downloaded yet: remote\./);
    await nothingLeaked();
  });

  await t.test('once the network is there, it answers within 5 s and has downloaded its list by name', async () => {
    await plugIn(worldEnd);
    await recovers(WWW, blocked(LISTED_NAMES[0]!));
    assert.deepEqual(await outside.call('listRequests'), [{ serverName: LIST_HOST, path: '/hosts' }]);
    await nothingLeaked();
  });

  await t.test('ten thousand mixed queries over every transport are answered right', async () => {
    const { answers, faults } = await clients.call('askMix', SERVERS, QUERIES_PER_SERVER);
    assert.deepEqual(faults, []);
    const all = Object.values(answers).reduce((sum, count) => sum + count, 0);
    assert.equal(all, SERVERS.length * QUERIES_PER_SERVER);
    t.diagnostic(`${all} queries: ${JSON.stringify(answers)}`);
    await nothingLeaked();
  });

  const outages = [
    { what: 'its upstream', lose: () => outside.call('stopUpstream'), bringBack: startUpstream },
    { what: 'its network', lose: () => unplug(worldEnd), bringBack: () => plugIn(worldEnd) },
  ];
  for (const [index, { what, lose, bringBack }] of outages.entries()) {
    await t.test(`when it loses ${what} it fails closed, and within 5 s of its return it answers again`, async () => {
      await lose();
      const unknown = `outage${index}.many.lab.example`;
      for (const server of SERVERS) {
        const begunAt = performance.now();
        await ask(failed(`${server.transport}.${unknown}`), server);
        assert.ok(performance.now() - begunAt < FAILURE_MILLISECONDS, server.transport);
        await ask(WWW, server);
        await ask(blocked(LISTED_NAMES[1]!), server);
      }
      await bringBack();
      await recovers(answered(`udp.${unknown}`, '192.0.2.9'), answered(`new.${unknown}`, '192.0.2.9'));
      await nothingLeaked();
    });
  }

  await t.test('from start to end, not one packet to a watched port has left', async () => {
    assert.equal(await gateway!.stop(), 0);
    await nothingLeaked();
  });
});

const LEVEL_INFO = 30;

function assertOneWarning(gateway: GatewayProcess, pattern: RegExp): void {
  const warnings = gateway.lines().filter(({ level }) => level > LEVEL_INFO);
  assert.equal(warnings.length, 1, warnings.map(({ msg }) => msg).join('\n'));
  assert.match(warnings[0]!.msg, pattern);
}

async function startGateway(
  stage: HostWithUplink,
  endings: AsyncDisposableStack,
  upstream: CertificateFiles,
  list: CertificateFiles,
): Promise<GatewayProcess> {
  const directory = makeGatewayDirectory();
  const peer = { hostName: PEER_HOST_NAME, dohPort: 443, address: OUTSIDE_RESOLVER, caPem: upstream.caPem };
  const extra = `[[list]]
name = "remote"
url = "https://${LIST_HOST}/hosts"

[policy]
rules = ["${BLOCKING_RULE}"]`;
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({ directory, upstreams: [peer], listen: LISTEN, extra }),
    enter: stage.host.enter,
    // The lists' authority is one that this machine trusts in addition.
    environment: { NODE_EXTRA_CA_CERTS: list.caPath },
  });
  endings.defer(async () => void (await gateway.stop()));
  return gateway;
}

function certificate(endings: AsyncDisposableStack, name: string): CertificateFiles {
  const { remove, ...files } = makeCertificate({ names: [name] });
  endings.defer(remove);
  return files;
}

function hostsList(names: readonly string[]): string {
  return names.map((name) => `0.0.0.0 ${name}\n`).join('');
}
