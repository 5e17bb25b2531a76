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
  ...['second', 'blocked'].map((label) => `${label}.example.net A ${IPV4}`),
  `lan.example.net A ${LAN}`,
  '*.metric.gstatic.com A 198.51.100.7',
];
const listen = (dot: string) => `[listen]\ndns = [":53"]\ndot = ${dot}\ndoh = [":443"]`;
const LISTEN = listen('[":853"]');
const filesFor = (name: string) =>
  `[[certificate]]\nnames = ["${name}"]\nsource = "files"\ncert = "chain.pem"\nkey = "key.pem"\n`;
const fromLocalCa = (...names: string[]) => `[[certificate]]\nnames = ${JSON.stringify(names)}\nsource = "local-ca"\n`;
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
  const examine = async (t: TestContext, setUp: SetUp, wantedCode: number): Promise<string> => {
    const { exitCode, text } = await stage.examine(t, setUp);
    assert.equal(exitCode, wantedCode, text);
    return text;
  };

  await t.test('one on every address, with names of several kinds', async (t) => {
    const certificate = fromLocalCa('gw.example.net', 'gw.home.arpa', '*.gw.home.arpa') + filesFor(NAME);
    const text = await examine(t, { listen: LISTEN, certificate, extra: record('gw.example.net', LAN) }, 0);
    await t.test('fails nowhere', () => {
      assert.match(
        text,
        /^ok +reach +home\.example\.net.*: DNS over TLS answers where it leads, at 203\.0\.113\.53:853$/m,
      );
    });
    await t.test('gives Android the one that it trusts', () => {
      assert.match(text, /^ok +clients +Android: Private DNS provider hostname home\.example\.net$/m);
      assert.match(text, /^ok +clients +Apple, .* https:\/\/home\.example\.net\/dns-query$/m);
    });
    await t.test('asks nobody outside about those of this network', () => {
      assert.match(text, /^skip +name +gw\.example\.net from elsewhere: it is of this network alone/m);
      assert.match(text, /^\w+ +name +\*\.gw\.home\.arpa at home: /m);
    });
  });

  await t.test('one with DNS over TLS on loopback alone that leaves the home network out', async (t) => {
    const setUp = {
      listen: listen('["127.0.0.1:853"]'),
      encrypted: '["loopback"]',
      access: 'local_names = ["loopback"]\n',
      certificate: filesFor(NAME) + filesFor('lan.example.net'),
      extra: '[resolve]\nhosts_file = "hosts"\n',
      files: { hosts: `${IPV4} lan.example.net\n` },
    };
    const text = await examine(t, setUp, 1);
    await t.test('fails where the name leads', () => {
      assert.match(
        text,
        /^fail +reach +home\.example\.net leads to 203\.0\.113\.53 .* DNS over TLS .* nothing listens/m,
      );
    });
    await t.test('gives Android no name', () => {
      assert.match(text, /^warn +clients +DNS over TLS is open on loopback addresses alone/m);
      assert.doesNotMatch(text, /Android: Private DNS provider hostname/);
    });
    await t.test('is told whom it leaves out', () => {
      assert.match(text, /^fail +access +access\.encrypted leaves out .*192\.168\.7\.2.* of this machine: devices/m);
    });
    await t.test("is looked at with what the network's devices are told", () => {
      assert.match(
        text,
        /^ok +name +lan\.example\.net at home: the gateway's own answer is 192\.168\.7\.2, this machine/m,
      );
    });
  });

  await t.test(
    'one elsewhere than its names lead, with certificates of its own CA and a rule against a name',
    async (t) => {
      const rule = '[policy]\nblock_response = "null-address"\nrules = ["||blocked.example.net^"]\n';
      const setUp = {
        listen: listen(`["${OTHER_IPV4}:853"]`),
        certificate: fromLocalCa(NAME, 'second.example.net', 'blocked.example.net', IPV4),
        extra: record('second.example.net', OTHER_LAN) + rule,
      };
      const text = await examine(t, setUp, 1);
      await t.test('fails, as published and as a record says', () => {
        assert.match(
          text,
          /^fail +reach +home\.example\.net leads to 203\.0\.113\.53 at home and from elsewhere, but DNS over TLS/m,
        );
        assert.match(
          text,
          /^fail +reach +second\.example\.net leads to 192\.168\.7\.3 at home, but DNS over TLS at 192\.168\.7\.3:853/m,
        );
        assert.match(text, /^ok +reach +.*second\.example\.net.*: DNS over HTTPS answers/m);
      });
      await t.test('gives Android none, where it trusts none', () => {
        assert.match(text, /^warn +clients +Android: Private DNS refuses every name here, .* \(home\.example\.net, /m);
        assert.match(text, /^ok +clients +Apple, .* https:\/\/home\.example\.net\/dns-query$/m);
      });
      await t.test('is told of the rule, with its line', () => {
        assert.match(
          text,
          /^fail +name +blocked\.example\.net at home: devices do not find it: .*blocked.*\n +-> .*config\.toml:\d+: /m,
        );
        assert.doesNotMatch(text, /NAT loopback/);
      });
    },
  );

  await t.test('another port at a published address is no failure: a firewall may lead devices to it', async (t) => {
    const text = await examine(t, { listen: listen(`["${IPV4}:8853"]`), certificate: filesFor(NAME) }, 0);
    assert.match(text, /^warn +clients +DNS over TLS is on port 8853: Android's Private DNS connects to port 853/m);
    assert.match(
      text,
      /^unknown +reach +home\.example\.net leads to 203\.0\.113\.53 .* to port 8853, where the gateway/m,
    );
  });
});
