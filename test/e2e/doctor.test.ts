// `sotto doctor` beside real gateways on the standard ports, in a network namespace, with unbound as the upstream in another:
// healthy, and broken in one way each. UPDATE_GOLDEN=1 rewrites what it says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertGolden } from '../fixtures/golden.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { DoctorStage, IPV4, IPV6, LISTEN, UPSTREAM_ADDRESS } from './doctor-stage.ts';
import { makeHostWithUplink, OUTSIDE_RESOLVER } from './host-with-uplink.ts';
import { installLeakCounter } from './leak-counter.ts';
import { addAddress, NAMESPACE_COMMANDS } from './network-namespace.ts';
import type { OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';

const NAME = 'home.example.net';
/** What everybody else is told. */
const WORLD = [`${NAME} A ${IPV4}`, `${NAME} AAAA ${IPV6}`, '*.metric.gstatic.com A 198.51.100.7'];

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
  const stage = new DoctorStage(host, certificate.caPem, [NAME]);

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
      /^fail +reach +home\.example\.net leads to 2001:db8:5::53 at home and from elsewhere, but DNS over TLS .* does not answer: nothing listens/m,
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
