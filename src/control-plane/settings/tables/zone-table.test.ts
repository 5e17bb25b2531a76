import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { addressToText } from '../../../wire/ip-address.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { readSettings, type SettingsEnvironment } from '../load-settings.ts';
import { plaintextExceptions } from '../plaintext-exceptions.ts';

const ENVIRONMENT: SettingsEnvironment = {
  workingDirectory: '/nowhere',
  cores: 1,
  hostName: 'gateway',
  localAddresses: ['192.168.1.2', '127.0.0.1', 'fd00::2'],
};

function zonesOf(toml: string) {
  const result = readSettings(toml, '/nowhere/config.toml', ENVIRONMENT);
  assert.ok(result.ok, JSON.stringify(result));
  return result.settings.zones;
}

function faultsOf(toml: string): string[] {
  const result = readSettings(toml, '/nowhere/config.toml', ENVIRONMENT);
  return result.ok ? [] : result.faults.map(({ line, key, message }) => `${line} ${key}: ${message}`);
}

/** A zone with this value of `forward`, on line 3. */
const forwarding = (forward: string): string => `[[zone]]\nname = "lan.example"\nforward = ${forward}\n`;
/** A zone with this value of `name`, on line 2. */
const named = (name: string): string => `[[zone]]\nname = ${name}\nforward = ["192.168.1.1"]\n`;

describe('[[zone]]', () => {
  test('names a zone and who is asked for it, at port 53 unless another is given', () => {
    const [zone] = zonesOf(
      forwarding('["192.168.1.1", "10.0.0.1:5353", "[FD00:0::1]:54", "fd00::3", "fe80::1%eth0", "127.0.0.1:54"]'),
    );
    assert.equal(nameToText(zone!.name), 'lan.example');
    assert.deepEqual(zone!.resolvers, [
      { address: '192.168.1.1', port: 53 },
      { address: '10.0.0.1', port: 5353 },
      { address: 'fd00::1', port: 54 },
      { address: 'fd00::3', port: 53 },
      { address: 'fe80::1%eth0', port: 53 },
      { address: '127.0.0.1', port: 54 },
    ]);
  });

  test('takes several names, in any script and letter case', () => {
    assert.deepEqual(
      zonesOf(named('["LAN.Example.", "fritz.box", "büro.example"]')).map(({ name }) => nameToText(name)),
      ['lan.example', 'fritz.box', 'xn--bro-hoa.example'],
    );
  });

  test('takes a network for the zones of its reverse names', () => {
    const texts = (network: string) => zonesOf(named(`"${network}"`)).map(({ text }) => text);
    assert.deepEqual(texts('192.168.1.0/24'), ['1.168.192.in-addr.arpa']);
    assert.deepEqual(texts('10.0.0.0/8'), ['10.in-addr.arpa']);
    assert.deepEqual(texts('192.168.1.7/32'), ['7.1.168.192.in-addr.arpa']);
    assert.deepEqual(
      texts('192.168.4.0/22'),
      ['4', '5', '6', '7'].map((last) => `${last}.168.192.in-addr.arpa`),
    );
    assert.equal(texts('172.16.0.0/12').length, 16);
    assert.deepEqual(texts('fd00::/8'), ['d.f.ip6.arpa']);
    assert.deepEqual(texts('fd12:3456::/32'), ['6.5.4.3.2.1.d.f.ip6.arpa']);
    assert.deepEqual(texts('fc00::/7').length, 2);
  });

  const faults: readonly [string, number, string, RegExp][] = [
    ['[[zone]]\nforward = ["192.168.1.1"]', 1, 'zone[0]', /has no name/],
    ['[[zone]]\nname = "lan"', 1, 'zone[0]', /has no forward; write who knows these names/],
    [named('""'), 2, 'zone[0].name', /is not a name/],
    [named('"*.lan"'), 2, 'zone[0].name', /is not a name/],
    [named('"."'), 2, 'zone[0].name', /root is every name; they would all leave in plain text/],
    [named('[]'), 2, 'zone[0].name', /an empty list/],
    [named('7'), 2, 'zone[0].name', /the number 7 does not fit/],
    [named('"x.onion"'), 2, 'zone[0].name', /never asked anywhere/],
    [named('"resolver.arpa"'), 2, 'zone[0].name', /never asked anywhere/],
    [named('"0.0.0.0/0"'), 2, 'zone[0].name', /no local network; its prefix has at least 8 bits/],
    [named('"192.168.1.1/24"'), 2, 'zone[0].name', /bits set behind its first 24/],
    [named('"192.168.1.0/33"'), 2, 'zone[0].name', /is not a network; allowed: "192\.168\.1\.0\/24" or/],
    [named('"192.168.1/24"'), 2, 'zone[0].name', /is not a network/],
    [named('"192.168.1.0/"'), 2, 'zone[0].name', /is not a network/],
    [named('"lan/24"'), 2, 'zone[0].name', /is not a network/],
    [named('"192.168.1.1"'), 2, 'zone[0].name', /is an address; write a network, such as "192\.168\.1\.0\/24"/],
    [named('"fd00::1"'), 2, 'zone[0].name', /is an address; write a network/],
    [
      named('"private"'),
      2,
      'zone[0].name',
      /is a word of \[access\]; write networks here, or "private\." for the name/,
    ],
    [named('["lan", "LAN."]'), 2, 'zone[0].name[1]', /stands in two \[\[zone\]\] tables or twice in one/],
    [`${named('"lan"')}${named('"lan"')}`, 5, 'zone[1].name', /stands in two/],
    [forwarding('[]'), 3, 'zone[0].forward', /is empty/],
    [forwarding('"192.168.1.1"'), 3, 'zone[0].forward', /does not fit; allowed: a list/],
    [forwarding('["router"]'), 3, 'zone[0].forward[0]', /is not an IP address/],
    [forwarding('["192.168.1.1:0"]'), 3, 'zone[0].forward[0]', /is not an IP address, or one with a port/],
    [forwarding('["192.168.1.1:65536"]'), 3, 'zone[0].forward[0]', /is not an IP address, or one with a port/],
    [forwarding('["[192.168.1.1]:53"]'), 3, 'zone[0].forward[0]', /is not an IP address/],
    [forwarding('["9.9.9.9"]'), 3, 'zone[0].forward[0]', /names would cross the Internet in plain text/],
    [forwarding('["2620:fe::fe"]'), 3, 'zone[0].forward[0]', /names would cross the Internet in plain text/],
    [forwarding('["[::ffff:9.9.9.9]:53"]'), 3, 'zone[0].forward[0]', /names would cross the Internet/],
    [forwarding('["0.0.0.0"]'), 3, 'zone[0].forward[0]', /names would cross the Internet/],
    [forwarding('["fe80::1"]'), 3, 'zone[0].forward[0]', /interface must be told/],
    [forwarding('["192.168.1.1", "192.168.1.1:53"]'), 3, 'zone[0].forward[1]', /stands here twice/],
    ['[zone]\nname = "lan"', 1, 'zone', /write \[\[zone\]\], with two brackets/],
    [`${named('"lan"')}forwards = 1`, 4, 'zone[0].forwards', /did you mean forward\?/],
  ];
  for (const [toml, line, key, message] of faults) {
    test(`has a fault: ${toml.replaceAll('\n', ' ').trim()}`, () => {
      const [found = 'no fault', ...others] = faultsOf(toml);
      assert.deepEqual(others, []);
      assert.ok(found.startsWith(`${line} ${key}: `), found);
      assert.match(found, message);
    });
  }

  test('V06 the gateway as the resolver of its own zone is refused, by whatever address it is reached', () => {
    for (const address of ['127.0.0.1', '127.0.0.9', '192.168.1.2', '[fd00::2]:53', '::1']) {
      const found = faultsOf(`[listen]\ndns = [":53"]\n${forwarding(`["${address}"]`)}`);
      assert.equal(found.length, 1, address);
      assert.match(found[0]!, /^5 zone\[0\]\.forward: .* is this gateway itself \(listen\.dns /);
    }
    for (const address of ['127.0.0.1:54', '192.168.1.3', 'fd00::3'])
      assert.deepEqual(faultsOf(`[listen]\ndns = [":53"]\n${forwarding(`["${address}"]`)}`), [], address);
  });

  test('whose name is wrong has the fault of its resolver as well', () => {
    const found = faultsOf('[listen]\ndns = [":53"]\n[[zone]]\nname = "a..b"\nforward = ["192.168.1.2"]\n');
    assert.equal(found.length, 2);
    assert.match(found[0]!, /^4 zone\[0\]\.name: /);
    assert.match(found[1]!, /^5 zone\[0\]\.forward: .* is this gateway itself/);
  });

  test('may have the name of a word of [access], with a dot behind it', () => {
    assert.equal(zonesOf(named('"private."'))[0]!.text, 'private');
  });

  test('has resolvers elsewhere, and on this machine, where its clients are too', () => {
    const [zone] = zonesOf(forwarding('["192.168.1.1", "192.168.1.2", "127.0.0.1:54", "fe80::1%eth0"]'));
    assert.deepEqual(zone!.resolversElsewhere.map(addressToText), ['192.168.1.1', 'fe80::1']);
  });

  test('is said out loud: one line for each table, with its names and addresses', () => {
    const toml = `${named('["lan.example", "192.168.1.0/24"]')}[[zone]]\nname = "172.16.0.0/12"\nforward = ["[fd00::1]:54"]\n`;
    assert.deepEqual(plaintextExceptions(zonesOf(toml)), [
      'names of the zone lan.example, 1.168.192.in-addr.arpa are asked in plaintext at 192.168.1.1:53',
      `names of the zone ${[16, 17, 18, 19, 20, 21, 22, 23].map((octet) => `${octet}.172.in-addr.arpa`).join(', ')} and 8 more are asked in plaintext at [fd00::1]:54`,
    ]);
    assert.deepEqual(plaintextExceptions([]), []);
  });
});
