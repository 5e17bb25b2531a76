// `sotto doctor` beside gateways that run without fault and that phones cannot use all the same: they listen elsewhere than their
// names lead, leave the home network out, or have names that nobody is told.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { canMakeNamespaces, hasCommands } from '../setup/require-components.ts';
import { DoctorStage, IPV4, type SetUp, UPSTREAM_ADDRESS } from './doctor-stage.ts';
import { makeHostWithUplink } from './host-with-uplink.ts';
import { addAddress, NAMESPACE_COMMANDS } from './network-namespace.ts';
import type { OutsideWorld } from './outside-world.ts';
import { startRemote } from './remote-functions.ts';

const NAME = 'home.example.net';
const OTHER_IPV4 = '203.0.113.54';
const LAN = '192.168.7.2';
const OTHER_LAN = '192.168.7.3';
/** What everybody else is told. */
const WORLD = [
  `${NAME} A ${IPV4}`,
  `second.example.net A ${IPV4}`,
  `lan.example.net A ${LAN}`,
  '*.metric.gstatic.com A 198.51.100.7',
];
const listen = (dot: string) => `[listen]\ndns = [":53"]\ndot = ${dot}\ndoh = [":443"]`;
const LISTEN = listen('[":853"]');
const filesFor = (name: string) =>
  `[[certificate]]\nnames = ["${name}"]\nsource = "files"\ncert = "chain.pem"\nkey = "key.pem"\n`;
const record = (name: string, value: string) => `[[record]]\nname = "${name}"\ntype = "A"\nvalue = "${value}"\n`;

test('sotto doctor beside gateways that phones cannot use', async (t) => {
  if (!canMakeNamespaces(t) || !hasCommands(t, ...NAMESPACE_COMMANDS, 'unbound', 'openssl')) return;
  const endings = new AsyncDisposableStack();
  t.after(() => endings.disposeAsync());
  const { host, world: elsewhere } = await makeHostWithUplink(endings);
  for (const address of [IPV4, OTHER_IPV4, LAN, OTHER_LAN]) await addAddress(host, 'lo', `${address}/24`);
  const world = startRemote<OutsideWorld>('outside-world', elsewhere.enter);
  endings.defer(() => world.stop());
  const { remove, ...certificate } = makeCertificate({ names: [PEER_HOST_NAME] });
  endings.defer(remove);
  await world.call('startUpstream', UPSTREAM_ADDRESS, certificate, [], WORLD);
  const stage = new DoctorStage(host, certificate.caPem, [NAME, 'second.example.net', 'lan.example.net']);
  const fails = async (t: TestContext, setUp: SetUp): Promise<string> => {
    const { exitCode, text } = await stage.examine(t, setUp);
    assert.equal(exitCode, 1, text);
    return text;
  };
  const certificateOfName = filesFor(NAME);

  await t.test('one on every address fails nowhere', async (t) => {
    const { exitCode, text } = await stage.examine(t, { listen: LISTEN, certificate: certificateOfName });
    assert.equal(exitCode, 0, text);
    assert.match(text, /^ok +reach +home\.example\.net: DNS over TLS answers where it leads, at 203\.0\.113\.53:853$/m);
  });

  await t.test('DNS over TLS on loopback alone fails where the name leads', async (t) => {
    const text = await fails(t, { listen: listen('["127.0.0.1:853"]'), certificate: certificateOfName });
    assert.match(text, /^fail +reach +home\.example\.net leads to 203\.0\.113\.53 .* DNS over TLS .* nothing listens/m);
    assert.match(text, /^warn +clients +DNS over TLS is open on loopback addresses alone/m);
    assert.doesNotMatch(text, /Android: Private DNS provider hostname/);
  });

  await t.test(
    'DNS over TLS on another address than a name leads to fails, as published and as a record says',
    async (t) => {
      const extra = record('second.example.net', OTHER_LAN);
      const text = await fails(t, {
        listen: listen(`["${OTHER_IPV4}:853"]`),
        certificate: certificateOfName + filesFor('second.example.net'),
        extra,
      });
      assert.match(
        text,
        /^fail +reach +home\.example\.net leads to 203\.0\.113\.53 at home and from elsewhere, but DNS over TLS/m,
      );
      assert.match(
        text,
        /^fail +reach +second\.example\.net leads to 192\.168\.7\.3 at home, but DNS over TLS at 192\.168\.7\.3:853/m,
      );
      assert.match(text, /^ok +reach +.*second\.example\.net: DNS over HTTPS answers/m);
    },
  );

  await t.test('port 853 on loopback does not make up for another port outside', async (t) => {
    const text = await fails(t, {
      listen: listen(`["127.0.0.1:853", "${IPV4}:8853"]`),
      certificate: certificateOfName,
    });
    assert.match(text, /^warn +clients +DNS over TLS is on port 8853: Android's Private DNS connects to port 853/m);
    assert.match(
      text,
      /^fail +reach +home\.example\.net leads to 203\.0\.113\.53 .* DNS over TLS at 203\.0\.113\.53:853/m,
    );
  });

  await t.test(
    'who leaves the home network out is told so, and what its devices are told is what is looked at',
    async (t) => {
      const text = await fails(t, {
        listen: LISTEN,
        encrypted: '["10.99.0.0/16", "loopback"]',
        access: 'local_names = ["loopback"]\n',
        certificate: filesFor('lan.example.net'),
        extra: '[resolve]\nhosts_file = "hosts"\n',
        files: { hosts: `${IPV4} lan.example.net\n` },
      });
      assert.match(text, /^fail +access +access\.encrypted leaves out .*192\.168\.7\.2.* of this machine: devices/m);
      assert.match(
        text,
        /^ok +name +lan\.example\.net at home: the gateway's own answer is 192\.168\.7\.2, this machine/m,
      );
    },
  );

  await t.test(
    'of several names Android is given the one that it trusts; those of this network are asked of nobody',
    async (t) => {
      const local =
        '[[certificate]]\nnames = ["gw.example.net", "gw.home.arpa", "*.gw.home.arpa"]\nsource = "local-ca"\n';
      const { exitCode, text } = await stage.examine(t, {
        listen: LISTEN,
        certificate: local + certificateOfName,
        extra: record('gw.example.net', LAN),
      });
      assert.equal(exitCode, 0, text);
      assert.match(text, /^ok +clients +Android: Private DNS provider hostname home\.example\.net$/m);
      assert.match(text, /^ok +clients +Apple, .* https:\/\/home\.example\.net\/dns-query$/m);
      assert.match(text, /^skip +name +gw\.example\.net from elsewhere: it is of this network alone/m);
      assert.match(text, /^\w+ +name +\*\.gw\.home\.arpa at home: /m);
    },
  );

  await t.test('without any name that Android trusts, it is given none', async (t) => {
    const local = `[[certificate]]\nnames = ["${NAME}", "${IPV4}"]\nsource = "local-ca"\n`;
    const { exitCode, text } = await stage.examine(t, { listen: LISTEN, certificate: local });
    assert.equal(exitCode, 0, text);
    assert.match(text, /^warn +clients +Android: Private DNS refuses every name here, .* \(home\.example\.net\)/m);
    assert.match(text, /^ok +clients +Apple, .* https:\/\/home\.example\.net\/dns-query$/m);
  });

  await t.test("a rule against the gateway's own name is named, with its line", async (t) => {
    const extra = `[policy]\nblock_response = "null-address"\nrules = ["||${NAME}^"]\n`;
    const text = await fails(t, { listen: LISTEN, certificate: certificateOfName, extra });
    assert.match(
      text,
      /^fail +name +home\.example\.net at home: devices do not find it: .*blocked.*\n +-> .*config\.toml:\d+: /m,
    );
    assert.doesNotMatch(text, /NAT loopback/);
  });
});
