// Certificates that are renewed while clients ask, with the whole program. SOTTO_RENEWAL_QUERIES_PER_SECOND and SOTTO_RENEWAL_SECONDS
// make the load larger.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { sotto } from '../fixtures/command-line.ts';
import { connectTls } from '../fixtures/listener-clients.ts';
import { makeCertificate, type TestCertificate } from '../fixtures/make-certificate.ts';
import { freePorts } from '../peers/free-ports.ts';
import { startPebble } from '../peers/pebble.ts';
import { hasCommands } from '../setup/require-components.ts';
import { EncryptedLoad } from './encrypted-load.ts';
import { gatewayConfig } from './gateway-config.ts';
import { type GatewayProcess, makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';

const QUERIES_PER_SECOND = Number(process.env.SOTTO_RENEWAL_QUERIES_PER_SECOND ?? 200);
const SECONDS = Number(process.env.SOTTO_RENEWAL_SECONDS ?? 4);
const RENEWALS = 2 * Math.max(1, Math.floor(SECONDS / 12));
const NAME = 'dns.home.test';
/** In the order in which they follow each other: also from one kind of key to another. */
const certificates = [
  makeCertificate({ names: [NAME] }),
  makeCertificate({ names: [NAME], keyType: 'rsa' }),
  makeCertificate({ names: [NAME], days: 90 }),
] as const;
after(() => {
  for (const certificate of certificates) certificate.remove();
});

test(`P16 files are renewed under ${QUERIES_PER_SECOND} queries a second over DoT and DoH without one failing, and every new client gets the new certificate`, async (t) => {
  const directory = makeGatewayDirectory();
  const write = ({ directory: from, keyPath }: TestCertificate) => {
    copyFileSync(keyPath, join(directory, 'key.pem'));
    copyFileSync(join(from, 'chain.pem'), join(directory, 'cert.pem'));
  };
  write(certificates[0]);
  const gateway = await startGateway(t, directory, 'source = "files"\ncert = "cert.pem"\nkey = "key.pem"');
  const trusted = certificates.map(({ caPem }) => caPem);
  const load = loadOn(t, gateway, trusted);
  await load.start();
  await renewOverAndOver(RENEWALS, async (renewal) => {
    const certificate = certificates[renewal % certificates.length]!;
    const inUse = () => gateway.lines().filter(({ msg }) => /new certificate is in use/.test(msg)).length;
    const before = inUse();
    write(certificate);
    await until(() => inUse() > before);
    await expectEverywhere(gateway, certificate.caPem);
  });
  await finish(t, load, RENEWALS);
});

test(`P16 certificates of a CA are ordered and renewed over TLS-ALPN-01 on the DoH port, under the same load`, async (t) => {
  if (!hasCommands(t, 'pebble', 'pebble-challtestsrv', 'openssl')) return;
  const [dohPort, caPort] = await freePorts(2);
  const place = { port: caPort!, certificate: makeCertificate({ names: ['localhost', '127.0.0.1'] }) };
  t.after(() => place.certificate.remove());
  const directory = makeGatewayDirectory();
  const source = `source = "acme"\ndirectory = "https://localhost:${caPort}/dir"\ndirectory_ca = "${place.certificate.caPath}"`;
  const gateway = await startGateway(t, directory, source, dohPort);
  const trusted = [readFileSync(gateway.caPath, 'utf8')];
  const load = loadOn(t, gateway, trusted);
  await load.start();
  const pebble = await startPebble({ tlsPort: dohPort!, place });
  t.after(() => pebble.stop());
  const root = await pebble.issuingRoot();
  trusted.push(root);
  const order = async (...words: string[]) => {
    const result = await sotto(t, 'cert', ...words, '--config', gateway.configPath);
    assert.equal(result.exitCode, 0, result.stdout + result.stderr);
    t.diagnostic(result.stdout.trim().split('\n').at(-1)!);
    await expectEverywhere(gateway, root);
  };
  await order('issue');
  await renewOverAndOver(RENEWALS, () => order('renew'));
  await finish(t, load, RENEWALS + 1);
});

test('P16 faulty files leave the old certificate in use, and one line says why', async (t) => {
  const directory = makeGatewayDirectory();
  const [one, other] = certificates;
  copyFileSync(one.keyPath, join(directory, 'key.pem'));
  copyFileSync(one.certPath, join(directory, 'cert.pem'));
  const gateway = await startGateway(t, directory, 'source = "files"\ncert = "cert.pem"\nkey = "key.pem"');
  writeFileSync(join(directory, 'cert.pem'), other.certPem);
  const line = await gateway.logged(/the key does not belong to the certificate/);
  assert.match(line.msg, /the certificate before stays in use$/);
  await expectEverywhere(gateway, one.caPem);
  assert.equal(gateway.lines().filter(({ msg }) => /does not belong/.test(msg)).length, 1);
});

async function startGateway(t: TestContext, directory: string, source: string, dohPort = 0): Promise<GatewayProcess> {
  const upstream = { hostName: 'upstream.test', dohPort: 1, address: '127.0.0.1', caPem: certificates[0].caPem };
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({
      directory,
      upstreams: [upstream],
      threads: 3,
      listen: `[listen]\ndns = []\ndot = ["127.0.0.1:0"]\ndoh = ["127.0.0.1:${dohPort}"]\nhttp = []`,
      extra: `[policy]\nrules = ["||ads.example^"]\n\n[[certificate]]\nnames = ["${NAME}"]\n${source}`,
    }),
  });
  t.after(() => gateway.stop());
  return gateway;
}

function loadOn(t: TestContext, { ports }: GatewayProcess, ca: readonly string[]): EncryptedLoad {
  const load = new EncryptedLoad({
    dotPort: ports.dot,
    dohPort: ports.doh,
    ca,
    serverName: NAME,
    blockedName: 'www.ads.example',
    queriesPerSecond: QUERIES_PER_SECOND,
  });
  t.after(() => load.abandon());
  return load;
}

/** With as much time before, between and after them as makes SECONDS in all. */
async function renewOverAndOver(times: number, renew: (number: number) => Promise<void>): Promise<void> {
  const pause = () => new Promise((resolve) => setTimeout(resolve, (SECONDS * 1000) / (times + 1)));
  for (let number = 1; number <= times; number++) {
    await pause();
    await renew(number);
  }
  await pause();
}

/** So many connections that the kernel gives some to each thread; each verifies the chain with this CA alone. */
async function expectEverywhere({ ports }: GatewayProcess, ca: string): Promise<void> {
  for (let client = 0; client < 30; client++) {
    const [port, protocol] = client % 2 === 0 ? [ports.dot, 'dot'] : [ports.doh, 'h2'];
    const server = { address: '127.0.0.1', port };
    (await connectTls(server, { ca, servername: NAME, ALPNProtocols: [protocol] })).destroy();
  }
}

async function finish(t: TestContext, load: EncryptedLoad, renewals: number): Promise<void> {
  await load.stop();
  t.diagnostic(
    `${load.answered} answered, ${load.failures.length} failed, over ${load.connections} connections, ${load.resumed} of them resumed, and ${renewals} renewals`,
  );
  assert.deepEqual(load.failures, []);
  assert.ok(load.answered >= QUERIES_PER_SECOND * SECONDS * 0.5, `${load.answered} answered`);
  assert.ok(load.resumed > 0);
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!holds()) {
    assert.ok(performance.now() < deadline);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
