// The real gateway gets a certificate from a real CA, by TLS-ALPN-01 on its own DoH port and by HTTP-01 on a port of its own.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { connect, type PeerCertificate } from 'node:tls';
import { sotto } from '../fixtures/command-line.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { freePorts } from '../peers/free-ports.ts';
import { startPebble } from '../peers/pebble.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';

const NAME = 'dns.home.test';

/** What a client gets that knows the name; rejects where it does not trust it. */
async function served(port: number, ca: string): Promise<PeerCertificate> {
  const socket = connect({ port, host: '127.0.0.1', servername: NAME, ca, ALPNProtocols: ['h2'] });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

async function gatewayWithCa(t: TestContext, challenge: 'tls-alpn-01' | 'http-01') {
  const [dohPort, acmePort, port] = await freePorts(3);
  const certificate = makeCertificate({ names: ['127.0.0.1'] });
  t.after(() => certificate.remove());
  const place = { port: port!, certificate };
  const pebble = await startPebble({ tlsPort: dohPort!, httpPort: acmePort!, place });
  t.after(() => pebble.stop());
  const nobody = makeCertificate({ names: ['upstream.test'] });
  t.after(() => nobody.remove());
  const directory = makeGatewayDirectory();
  const config = gatewayConfig({
    directory,
    upstreams: [{ hostName: 'upstream.test', dohPort: 1, address: '127.0.0.1', caPem: nobody.caPem }],
    listen: `[listen]
dns = ["127.0.0.1:0"]
dot = ["127.0.0.1:0"]
doh = ["127.0.0.1:${dohPort}"]
acme_http = ["127.0.0.1:${acmePort}"]`,
    extra: `[[certificate]]
names = ["${NAME}", "127.0.0.1"]
source = "acme"
directory = "${pebble.directoryUrl}"
directory_ca = "${pebble.caPath}"
challenge = "${challenge}"`,
  });
  return { pebble, dohPort: dohPort!, start: () => startGatewayProcess({ directory, config }) };
}

test('a first certificate arrives, is renewed on demand, and is there after a restart', async (t) => {
  if (!hasCommands(t, 'pebble', 'pebble-challtestsrv', 'openssl')) return;
  const { pebble, dohPort, start } = await gatewayWithCa(t, 'tls-alpn-01');
  const gateway = await start();
  t.after(() => gateway.stop());
  await gateway.logged(/^a new certificate for dns\.home\.test, 127\.0\.0\.1 is in use/);
  const root = await pebble.issuingRoot();
  const first = await served(dohPort, root);
  assert.match(first.subjectaltname!, /DNS:dns\.home\.test, IP Address:127\.0\.0\.1/);

  const table = await sotto(t, 'cert', '--config', gateway.configPath);
  assert.equal(table.exitCode, 0);
  assert.match(
    table.stdout,
    /^NAMES +SOURCE +ISSUER +ENDS +NEXT RENEWAL\ndns\.home\.test, 127\.0\.0\.1 +127\.0\.0\.1:\d+ +Pebble Intermediate CA \w+ +20\d\d-\d\d-\d\d \(\d+ days\) +20\d\d-.* UTC\n$/,
  );

  const renewal = await sotto(t, 'cert', 'renew', NAME, '--config', gateway.configPath);
  assert.equal(renewal.exitCode, 0, renewal.stdout + renewal.stderr);
  assert.match(renewal.stdout, /^dns\.home\.test: ordering a certificate for dns\.home\.test, 127\.0\.0\.1\n/);
  assert.match(renewal.stdout, /\ndns\.home\.test: the certificate is in use; it ends on 20\d\d-\d\d-\d\d\n$/);
  const second = await served(dohPort, root);
  assert.notEqual(second.serialNumber, first.serialNumber);

  const idle = await sotto(t, 'cert', 'issue', '--config', gateway.configPath);
  assert.deepEqual([idle.exitCode, idle.stdout], [2, '']);
  assert.match(idle.stderr, /these certificates are there already; "sotto cert renew" orders them anew/);
  const rehearsal = await sotto(t, 'cert', 'issue', '--staging', '--config', gateway.configPath);
  assert.match(rehearsal.stderr, /only Let's Encrypt has a test environment/);

  assert.equal(await gateway.stop(), 0);
  const again = await start();
  t.after(() => again.stop());
  assert.equal((await served(dohPort, root)).serialNumber, second.serialNumber);
});

test('the listener for HTTP-01 shows the proof; an order that fails says so and exits with 1', async (t) => {
  if (!hasCommands(t, 'pebble', 'pebble-challtestsrv', 'openssl')) return;
  const { pebble, dohPort, start } = await gatewayWithCa(t, 'http-01');
  const gateway = await start();
  t.after(() => gateway.stop());
  await gateway.logged(/^a new certificate for dns\.home\.test, 127\.0\.0\.1 is in use/);
  const first = await served(dohPort, await pebble.issuingRoot());
  await pebble.stop();
  const failed = await sotto(t, 'cert', 'renew', '--config', gateway.configPath);
  assert.equal(failed.exitCode, 1, failed.stdout);
  assert.match(failed.stdout, /^dns\.home\.test: 127\.0\.0\.1:\d+: .*ECONNREFUSED.*\n$/);
  const table = await sotto(t, 'cert', '--config', gateway.configPath);
  assert.match(table.stdout, /\n {2}last error, 20.* UTC: 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
  const socket = connect({ port: dohPort, host: '127.0.0.1', servername: NAME, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  assert.equal(socket.getPeerCertificate().serialNumber, first.serialNumber);
  socket.destroy();
});
