// `server.user`: the gateway opens ports 53 and 853 as root, gives root up for good in every thread, and a thread that dies comes
// back with its ports. In a network namespace, whose ports are nobody else's. The program is shown there at a place that every
// user can reach: the checkout may lie in somebody's home.

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import type { DnsClients, Server } from './dns-clients.ts';
import { gatewayConfig } from './gateway-config.ts';
import {
  type GatewayProcess,
  type GatewayProcessOptions,
  makeGatewayDirectory,
  PROJECT_ROOT,
  spawnGateway,
  startGatewayProcess,
} from './gateway-process.ts';
import { BLOCKING_RULE, LISTED_NAMES } from './known-question.ts';
import { addAddress, makeNetworkNamespace, NAMESPACE_COMMANDS } from './network-namespace.ts';
import type { OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';
import { runCommand } from './run-command.ts';

const USER = 'nobody';
const UPSTREAM_ADDRESS = '127.0.0.53';
const SERVERS: readonly Server[] = [
  { transport: 'udp', address: '127.0.0.1', port: 53 },
  { transport: 'udp', address: '::1', port: 53 },
  { transport: 'tcp', address: '127.0.0.1', port: 53 },
  { transport: 'dot', address: '127.0.0.1', port: 853 },
  { transport: 'doh-post', address: '127.0.0.1', port: 443 },
];
const LISTEN = `[listen]
dns = ["127.0.0.1:53", "[::]:53"]
dot = ["127.0.0.1:853"]
doh = ["127.0.0.1:443"]`;
const THREADS = 2;

test('server.user', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS, 'unbound', 'openssl', 'id')) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const programDirectory = mkdtempSync(join(tmpdir(), 'sotto-test-program-'));
  chmodSync(programDirectory, 0o755);
  // Never with its content: that would be the checkout, were the mount seen here.
  endings.defer(() => rmdirSync(programDirectory));
  const host = await makeNetworkNamespace({ mounts: { [programDirectory]: PROJECT_ROOT } });
  endings.defer(() => host.remove());
  const clients = startRemote<DnsClients>('dns-clients', host.enter);
  endings.defer(() => clients.stop());
  const upstream = startRemote<OutsideWorld>('outside-world', host.enter);
  endings.defer(() => upstream.stop());
  const { remove, ...certificate } = makeCertificate({ names: [PEER_HOST_NAME] });
  endings.defer(remove);
  await upstream.call('startUpstream', UPSTREAM_ADDRESS, certificate, []);

  const directory = makeGatewayDirectory();
  const peer = { hostName: PEER_HOST_NAME, dohPort: 443, address: UPSTREAM_ADDRESS, caPem: certificate.caPem };
  writeFileSync(join(directory, 'own.hosts'), LISTED_NAMES.map((name) => `0.0.0.0 ${name}\n`).join(''));
  const options = (module: string): GatewayProcessOptions => ({
    directory,
    config: gatewayConfig({
      directory,
      upstreams: [peer],
      listen: LISTEN,
      threads: THREADS,
      server: `user = "${USER}"`,
      extra: `[[list]]\nname = "own"\nfile = "own.hosts"\n\n[policy]\nrules = ["${BLOCKING_RULE}"]`,
    }),
    program: join(programDirectory, module),
    enter: host.enter,
  });
  const answersEverywhere = async (): Promise<void> => {
    const { answers, faults } = await clients.call('askMix', SERVERS, 42);
    assert.deepEqual(faults, []);
    assert.equal(
      Object.values(answers).reduce((sum, count) => sum + count, 0),
      SERVERS.length * 42,
    );
  };
  const user = await identityOf(USER);

  await t.test('a folder the user cannot enter: exit 1, naming it and what to change', async () => {
    const gateway = spawnGateway(options('bin/sotto.js'));
    assert.equal(await gateway.ended(), 1);
    assert.match(
      gateway.standardError(),
      new RegExp(`${USER}.*\n.*cannot enter ${directory}.*chmod o\\+x ${directory}`),
    );
    chmodSync(directory, 0o755);
  });

  await t.test('with ports 53 and 853 open, every thread is that user for good, and so are the files', async (t) => {
    const gateway = await startGatewayProcess(options('bin/sotto.js'));
    t.after(() => gateway.stop());
    await clients.call('trust', readFileSync(gateway.caPath, 'utf8'));
    await answersEverywhere();
    assert.deepEqual(identities(gateway), [user.text]);
    for (const file of ['state/hash.key', 'certs/local-ca.key.pem']) {
      const { uid, mode } = statSync(join(directory, file));
      assert.equal(`${uid} ${(mode & 0o777).toString(8)}`, `${user.uid} 600`, file);
    }
    // Its port could not be opened any more.
    await addAddress(host, 'lo', 'fd00:5::7/128');
    const { msg } = await gateway.logged(/fd00:5::7/);
    assert.match(msg, /not served on UDP port 53: root privileges are given up/);
    assert.equal(await gateway.stop(), 0);
  });

  await t.test('a thread that is started again serves the same ports, as the same user', async (t) => {
    const gateway = await startGatewayProcess(options('test/fixtures/gateway-with-kill-switch.ts'));
    t.after(() => gateway.stop());
    for (let slot = 1; slot <= THREADS; slot++) {
      gateway.child.kill('SIGUSR2');
      await gateway.logged(new RegExp(`query thread ${slot} ended`));
      await answersEverywhere();
    }
    assert.deepEqual(identities(gateway), [user.text]);
  });
});

const FIELDS = /^(?:Uid|Gid|Groups|CapPrm|CapEff|CapAmb):.*$/gm;

/** Every different one among the threads: real, effective, saved and file system ids, further groups, capabilities. */
function identities({ child }: GatewayProcess): string[] {
  const tasks = `/proc/${child.pid}/task`;
  const statuses = readdirSync(tasks).map((task) => readFileSync(join(tasks, task, 'status'), 'utf8'));
  const fields = statuses.map((status) => status.match(FIELDS)!.map((field) => field.trim().replaceAll(/\s+/g, ' ')));
  return [...new Set(fields.map((lines) => lines.join('\n')))];
}

/** That user and nothing more, as `identities` has it. */
async function identityOf(user: string): Promise<{ readonly uid: number; readonly text: string }> {
  const [uid, gid, groups] = await Promise.all(
    ['-u', '-g', '-G'].map(async (option) => (await runCommand('id', option, user)).output.trim()),
  );
  const four = (id: string): string => Array(4).fill(id).join(' ');
  const none = '0'.repeat(16);
  const lines = [`Uid: ${four(uid!)}`, `Gid: ${four(gid!)}`, `Groups: ${groups}`];
  return {
    uid: Number(uid),
    text: [...lines, ...['CapPrm', 'CapEff', 'CapAmb'].map((set) => `${set}: ${none}`)].join('\n'),
  };
}
