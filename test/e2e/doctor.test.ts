// `sotto doctor` beside real gateways on the standard ports, in a network namespace, with unbound as the upstream in another:
// healthy, and broken in one way each. UPDATE_GOLDEN=1 rewrites what it says.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeCertificateChain } from '../fixtures/certificate-chain.ts';
import { assertGolden } from '../fixtures/golden.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, PROJECT_ROOT, startGatewayProcess } from './gateway-process.ts';
import { makeHostWithUplink, OUTSIDE_RESOLVER, OUTSIDE_SERVERS } from './host-with-uplink.ts';
import { installLeakCounter } from './leak-counter.ts';
import { addAddress, NAMESPACE_COMMANDS, type NetworkNamespace } from './network-namespace.ts';
import type { OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';

const NAME = 'home.example.net';
const IPV4 = '203.0.113.53';
const IPV6 = '2001:db8:5::53';
const [UPSTREAM_ADDRESS] = OUTSIDE_SERVERS;
/** What everybody else is told. */
const WORLD = [`${NAME} A ${IPV4}`, `${NAME} AAAA ${IPV6}`, '*.metric.gstatic.com A 198.51.100.7'];
const LISTEN = `[listen]
dns = ["${IPV4}:53", "127.0.0.1:53"]
dot = ["${IPV4}:853", "[${IPV6}]:853"]
doh = ["${IPV4}:443", "[${IPV6}]:443"]`;
const PLAIN = 'plain = ["loopback", "private", "203.0.113.0/24"]';

test('sotto doctor on a machine of its own', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS, 'unbound', 'openssl', 'dnsmasq', 'nft')) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const { host, world: elsewhere } = await makeHostWithUplink(endings);
  for (const address of [`${IPV4}/24`, `${IPV6}/64`]) await addAddress(host, 'lo', address);
  const leaks = await installLeakCounter(host);
  const world = startRemote<OutsideWorld>('outside-world', elsewhere.enter);
  endings.defer(() => world.stop());
  const neighbor = startRemote<OutsideWorld>('outside-world', host.enter);
  endings.defer(() => neighbor.stop());
  const { remove, ...certificate } = makeCertificate({ names: [PEER_HOST_NAME] });
  endings.defer(remove);
  await world.call('startUpstream', UPSTREAM_ADDRESS, certificate, [], WORLD);
  const stage = new Stage(host, certificate.caPem);

  await t.test('where all is well, everything is ok but what nobody can see from inside', async (t) => {
    const { exitCode, text } = await stage.examine(t, {});
    assert.equal(exitCode, 0, text);
    assert.doesNotMatch(text, /^(?:fail|warn)/m);
    assertGolden('doctor-healthy.txt', text);
  });

  await t.test('a gateway for this machine alone, as it is without a configuration, is no failure', async (t) => {
    const listen = '[listen]\ndns = ["127.0.0.1:5353"]\ndot = ["127.0.0.1:8853"]\ndoh = ["127.0.0.1:8443"]';
    const { exitCode, text } = await stage.examine(t, { listen, encrypted: '["loopback"]', certificate: '' });
    assert.equal(exitCode, 0, text);
    assert.match(text, /^warn +clients +every port is open on loopback addresses alone/m);
    assert.match(text, /^skip +clients +DNS over TLS is on port 8853/m);
    assert.match(text, /Nothing fails; the warnings say for whom/);
  });

  await t.test('another resolver on the port is named, with how to make it let go', async (t) => {
    await neighbor.call('startLanResolver', IPV4, 'lan.example', ['203.0.113.77 box.lan.example']);
    t.after(() => neighbor.call('stopLanResolver'));
    const { exitCode, text } = await stage.examine(t, { isDown: true });
    assert.equal(exitCode, 1);
    assert.match(
      text,
      /^fail +holders +dnsmasq \(process \d+\) holds 203\.0\.113\.53:53 \(TCP\), 203\.0\.113\.53:53 \(UDP\)/m,
    );
    assertGolden('doctor-taken-port.txt', text);
  });

  await t.test('without its intermediate, a certificate fails for phones and the file to name is said', async (t) => {
    const { exitCode, text } = await stage.examine(t, { hasIntermediate: false });
    assert.equal(exitCode, 1);
    assert.match(text, /^fail +tls +home\.example\.net: the intermediate certificate is missing/m);
    assert.match(text, /fullchain\.pem/);
    assertGolden('doctor-missing-intermediate.txt', text);
  });

  await t.test('who is published for everybody and lets nobody in is told so', async (t) => {
    const { exitCode, text } = await stage.examine(t, { encrypted: '["loopback", "private"]' });
    assert.equal(exitCode, 1);
    assert.match(text, /^fail +access +access\.encrypted leaves out everybody .* home\.example\.net is published/m);
    assertGolden('doctor-access.txt', text);
  });

  await t.test('an IPv6 address that is published and not listened on is what phones try first', async (t) => {
    const listen = LISTEN.replaceAll(`, "[${IPV6}]:853"`, '').replaceAll(`, "[${IPV6}]:443"`, '');
    const { exitCode, text } = await stage.examine(t, { listen });
    assert.equal(exitCode, 1);
    assert.match(
      text,
      /^fail +ipv6 +the AAAA record of home\.example\.net is 2001:db8:5::53, but DNS over TLS .* does not answer: nothing listens/m,
    );
  });

  await t.test('without an upstream, the failures of Android are put down to it', async (t) => {
    await world.call('stopUpstream');
    t.after(() => world.call('startUpstream', UPSTREAM_ADDRESS, certificate, [], WORLD));
    const { exitCode, text } = await stage.examine(t, {});
    assert.equal(exitCode, 1);
    assert.match(text, /^fail +upstream +the upstream does not answer: .*connection refused/m);
    assert.match(text, /^fail +android +\S+ is answered with SERVFAIL .*\n +-> see the findings under "upstream"/m);
    assert.match(text, /^ok +ports +DNS over TLS answers/m);
  });

  await t.test('in all of this, nothing left the machine in plain text', async () => {
    assert.equal(await leaks.read(), 0);
    const send = `require('node:dgram').createSocket('udp4').send('x', 53, '${OUTSIDE_RESOLVER}', () => process.exit())`;
    await host.succeed(process.execPath, '-e', send);
    assert.equal(await leaks.read(), 1, 'what does leave is counted');
  });
});

interface SetUp {
  readonly listen?: string;
  readonly encrypted?: string;
  readonly hasIntermediate?: boolean;
  /** In the place of one from files. */
  readonly certificate?: string;
  /** No gateway runs. */
  readonly isDown?: boolean;
}

class Stage {
  readonly #host: NetworkNamespace;
  readonly #upstreamCaPem: string;
  readonly #chain = makeCertificateChain([NAME]);

  constructor(host: NetworkNamespace, upstreamCaPem: string) {
    this.#host = host;
    this.#upstreamCaPem = upstreamCaPem;
  }

  /** Runs a gateway and the doctor beside it; what changes from run to run reads the same each time. */
  async examine(t: TestContext, setUp: SetUp): Promise<{ readonly exitCode: number; readonly text: string }> {
    const directory = makeGatewayDirectory();
    const { leafPem, intermediatePem, keyPem, rootPem } = this.#chain;
    const chainPem = setUp.hasIntermediate === false ? leafPem : leafPem + intermediatePem;
    const files = { 'chain.pem': chainPem, 'key.pem': keyPem, 'root.pem': rootPem };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text, { mode: 0o600 });
    const config = gatewayConfig({
      directory,
      upstreams: [{ hostName: PEER_HOST_NAME, dohPort: 443, address: UPSTREAM_ADDRESS, caPem: this.#upstreamCaPem }],
      listen: setUp.listen ?? LISTEN,
      threads: 1,
      extra: `[access]\n${PLAIN}\nencrypted = ${setUp.encrypted ?? '["any"]'}\n
${setUp.certificate ?? `[[certificate]]\nnames = ["${NAME}"]\nsource = "files"\ncert = "chain.pem"\nkey = "key.pem"`}`,
    });
    const configPath = join(directory, 'config.toml');
    if (setUp.isDown === true) {
      writeFileSync(configPath, config);
    } else {
      const gateway = await startGatewayProcess({ directory, config, enter: this.#host.enter });
      t.after(() => gateway.stop());
    }
    const words = [join(PROJECT_ROOT, 'test/fixtures/doctor-with-roots.ts'), join(directory, 'root.pem')];
    const { exitCode, output, errors } = await this.#host.run(process.execPath, ...words, '--config', configPath);
    assert.equal(errors, '');
    return { exitCode, text: steady(output.trimEnd(), directory) };
  }
}

function steady(text: string, directory: string): string {
  return (
    text
      .replaceAll(directory, '/etc/sotto')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '2026-01-01 00:00 UTC')
      .replaceAll(/until \d{4}-\d\d-\d\d \(\d+ days\)/g, 'until 2026-04-01 (90 days)')
      .replaceAll(/process \d+/g, 'process 4242')
      // Whether the gateway has reached it depends on how long it has been running.
      .replaceAll(/in \d+ ms(?:, and the gateway reaches it as well)?/g, 'in 7 ms')
      .replaceAll(/\b[\da-f]{8}-dnsotls-ds/g, '0a1b2c3d-dnsotls-ds')
      .replaceAll(/\b[A-Za-z]{6}-dnsotls-ds/g, 'aBcDeF-dnsotls-ds')
      .replaceAll(
        /^unknown {2}firewall .*\n(?: +->.*\n)+|^ok +firewall .*\n/gm,
        'unknown  firewall   (as this machine has it)\n',
      )
  );
}
