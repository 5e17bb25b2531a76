// What the program does when its surroundings are wrong: ports taken, configuration broken, upstream gone.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { freePorts } from '../peers/free-ports.ts';
import { startUnbound } from '../peers/unbound.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, PROGRAM, spawnGateway, startGatewayProcess } from './gateway-process.ts';
import { runCommand } from './run-command.ts';

/** Twice what is promised, for a busy machine. */
const RECOVERY_MILLISECONDS = 10_000;
const UNREACHABLE = { hostName: 'dns.example.org', dohPort: 9, address: '127.0.0.1', caPem: '' };
const NO_CA = (config: string) => config.replaceAll(/^ca = .*$/gm, '');

test('another program on the port: exit 1, with the address and what to do', async (t) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  t.after(() => socket.close());
  await once(socket, 'listening');
  const { port } = socket.address();
  const directory = makeGatewayDirectory();
  const listen = `[listen]\ndns = ["127.0.0.1:${port}"]\ndot = []\ndoh = []\nhttp = []`;
  const gateway = spawnGateway({
    directory,
    config: NO_CA(gatewayConfig({ directory, upstreams: [UNREACHABLE], listen })),
  });
  assert.equal(await gateway.ended(), 1);
  assert.match(gateway.standardError(), new RegExp(`port ${port} on 127\\.0\\.0\\.1\\b`));
});

test('a TCP port that another program holds is found as well, even if that one shares it', async (t) => {
  const server = createServer().listen({ port: 0, host: '127.0.0.1', reusePort: true });
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const directory = makeGatewayDirectory();
  const listen = `[listen]\ndns = []\ndot = ["127.0.0.1:${port}"]\ndoh = []\nhttp = []`;
  const gateway = spawnGateway({
    directory,
    config: NO_CA(gatewayConfig({ directory, upstreams: [UNREACHABLE], listen })),
  });
  assert.equal(await gateway.ended(), 1);
  assert.match(gateway.standardError(), new RegExp(`port ${port} on 127\\.0\\.0\\.1\\b`));
});

test('a broken configuration: exit 2 and every fault with its line', async () => {
  const directory = makeGatewayDirectory();
  const config = '[server]\nthreads = 0\nthread = 2\n[cache]\nmax_bytes = "lots"\n[policy]\nmode = "maybe"\n';
  const gateway = spawnGateway({ directory, config });
  assert.equal(await gateway.ended(), 2);
  for (const place of [
    /config\.toml:2: server\.threads/,
    /config\.toml:3: server\.thread\b/,
    /config\.toml:5: cache\.max_bytes/,
    /config\.toml:7: policy\.mode/,
  ]) {
    assert.match(gateway.standardError(), place);
  }
});

test('a certificate file that is missing: exit 2, naming the file', async () => {
  const directory = makeGatewayDirectory();
  const extra =
    '[[certificate]]\nnames = ["dns.example.org"]\nsource = "files"\ncert = "missing.pem"\nkey = "missing.key"';
  const config = NO_CA(gatewayConfig({ directory, upstreams: [UNREACHABLE], extra }));
  const gateway = spawnGateway({ directory, config });
  assert.equal(await gateway.ended(), 2);
  assert.match(gateway.standardError(), /missing\.pem does not exist/);
});

test('two gateways on one state directory: the second exits with 1', async (t) => {
  const directory = makeGatewayDirectory();
  const config = NO_CA(gatewayConfig({ directory, upstreams: [UNREACHABLE] }));
  const first = await startGatewayProcess({ directory, config });
  t.after(() => first.stop());
  const second = spawnGateway({ directory, config });
  assert.equal(await second.ended(), 1);
  assert.ok(second.standardError().includes(join(directory, 'state')), second.standardError());
});

test('V07 SIGHUP is ignored with a log line; SIGTERM ends with exit code 0', async (t) => {
  const directory = makeGatewayDirectory();
  const gateway = await startGatewayProcess({
    directory,
    config: NO_CA(gatewayConfig({ directory, upstreams: [UNREACHABLE] })),
  });
  t.after(() => gateway.stop());
  gateway.child.kill('SIGHUP');
  await gateway.logged(/SIGHUP/);
  assert.equal(await gateway.stop(), 0);
});

test('without an upstream: one line says so, blocked names are answered, others fail closed; it recovers by itself', async (t) => {
  if (!hasCommands(t, 'unbound', 'kdig')) return;
  const certificate = makeCertificate({ names: [PEER_HOST_NAME, '127.0.0.1'] });
  t.after(() => certificate.remove());
  const [dohPort] = await freePorts(1);
  const directory = makeGatewayDirectory();
  writeFileSync(join(directory, 'own.hosts'), '0.0.0.0 ads.example\n');
  const place = { hostName: PEER_HOST_NAME, dohPort: dohPort!, address: '127.0.0.1', caPem: certificate.caPem };
  const extra = '[[list]]\nname = "own"\nfile = "own.hosts"';
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({ directory, upstreams: [place], extra }),
  });
  t.after(() => gateway.stop());
  const port = String(gateway.ports.dns);
  const ask = async (name: string) =>
    (await runCommand('kdig', '@127.0.0.1', '-p', port, '+edns', '+timeout=6', '+retry=0', name)).output;

  await gateway.logged(/cannot be reached/);
  assert.match(await ask('ads.example'), /status: NXDOMAIN/);
  const failed = await ask('www.lab.example');
  assert.match(failed, /status: SERVFAIL/);
  assert.match(failed, /EDE: 22/);
  assert.equal(gateway.lines().filter(({ msg }) => /cannot be reached/.test(msg)).length, 1);

  const peer = await startUnbound({ certificate, dohPort: dohPort! });
  t.after(() => peer.stop());
  await gateway.logged(/answers$/);
  // The main thread has found it; each query thread looks for itself, once a second.
  const giveUpAt = performance.now() + RECOVERY_MILLISECONDS;
  let answer = await ask('www.lab.example');
  while (!answer.includes('NOERROR') && performance.now() < giveUpAt) {
    await wait(100);
    answer = await ask('www.lab.example');
  }
  assert.match(answer, /192\.0\.2\.1/);
});

test('sotto query asks over every transport', async (t) => {
  if (!hasCommands(t, 'unbound')) return;
  const peer = await startUnbound();
  t.after(() => peer.stop());
  const directory = makeGatewayDirectory();
  const gateway = await startGatewayProcess({ directory, config: gatewayConfig({ directory, upstreams: [peer] }) });
  t.after(() => gateway.stop());
  const { dns, dot, doh } = gateway.ports;
  for (const server of [
    `udp://127.0.0.1:${dns}`,
    `tcp://127.0.0.1:${dns}`,
    `tls://127.0.0.1:${dot}`,
    `https://localhost:${doh}/dns-query`,
  ]) {
    const { output, errors, exitCode } = await runCommand(
      process.execPath,
      PROGRAM,
      'query',
      'www.lab.example',
      '--server',
      server,
      ...(/^(tls|https):/.test(server) ? ['--ca', gateway.caPath] : []),
    );
    assert.equal(exitCode, 0, errors);
    assert.match(output, /192\.0\.2\.1/, server);
  }
});
