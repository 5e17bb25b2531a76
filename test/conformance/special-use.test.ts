// Section L: names that stay here, and the operator's own among them.

import assert from 'node:assert/strict';
import { AUTHENTIC_DATA } from 'dns-packet';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY, type Exchange } from './over-transports.ts';

const A = 1;
const NS = 2;
const SOA = 6;
const PTR = 12;
const MX = 15;
const AAAA = 28;

const stage = gatewayUnderTest({
  files: {
    hosts: '192.168.7.1 router.home.arpa router\n',
    leases: '0 02:00:00:00:00:01 192.168.7.20 laptop *\n',
  },
  extra: `[resolve]
hosts_file = "hosts"
lease_files = ["leases"]
[policy]
rebinding_protection = true
rules = ["@@||allowed.example.org^"]
[[record]]
name = "db.internal"
type = "A"
value = "10.1.2.3"
`,
});
const conforms = conformsWith(stage);

/** `NXDOMAIN` or `NODATA` with the zone of its SOA, or the records; fails if the upstream heard of it. */
async function localAnswer({ exchange, upstream }: Exchange, name: string, type: number): Promise<string> {
  const reply = await exchange(query({ name, type, opt: {} }));
  assert.deepEqual(upstream.queriesFor(name), [], `${name} went upstream`);
  const { packet } = decoded(reply);
  assert.equal((packet.flags ?? 0) & AUTHENTIC_DATA, 0, name);
  const answers = answersOf(reply);
  if (answers.length > 0) return answers.join(', ');
  const [soa] = packet.authorities ?? [];
  assert.equal(soa?.type, 'SOA', `${name} has no SOA`);
  return `${rcodeOf(reply) === RCODE.NXDOMAIN ? 'NXDOMAIN' : 'NODATA'} ${soa.name}`;
}

conforms('L01', EVERY, 'localhost and what is below it are the loopback addresses', async (exchange) => {
  for (const name of ['localhost', 'a.b.localhost']) {
    assert.equal(await localAnswer(exchange, name, A), `${name} A "127.0.0.1"`);
    assert.equal(await localAnswer(exchange, name, AAAA), `${name} AAAA "::1"`);
    assert.equal(await localAnswer(exchange, name, MX), 'NODATA localhost');
  }
});

conforms('L02', EVERY, 'invalid, test, local, onion and alt do not exist', async (exchange) => {
  for (const zone of ['invalid', 'test', 'local', 'onion', 'alt'])
    for (const name of [zone, `www.${zone}`, `a.b.${zone}`])
      for (const type of [A, AAAA, SOA]) assert.equal(await localAnswer(exchange, name, type), `NXDOMAIN ${zone}`);
});

conforms('L03', EVERY, 'reverse zones of private and special addresses are answered here', async (exchange) => {
  const zones = [
    ...['0', '10', '127', '16.172', '31.172', '254.169', '168.192', '2.0.192', '100.51.198', '113.0.203'],
    '255.255.255.255',
  ].map((labels) => `${labels}.in-addr.arpa`);
  const ipv6 = [
    '0.'.repeat(32),
    `1.${'0.'.repeat(31)}`,
    'd.f.',
    '8.e.f.',
    '9.e.f.',
    'a.e.f.',
    'b.e.f.',
    '8.b.d.0.1.0.0.2.',
  ];
  for (const zone of [...zones, ...ipv6.map((nibbles) => `${nibbles}ip6.arpa`)]) {
    assert.equal(await localAnswer(exchange, `5.${zone}`, PTR), `NXDOMAIN ${zone}`);
    assert.equal(await localAnswer(exchange, zone, NS), `${zone} NS ${JSON.stringify(zone)}`);
    assert.match(
      await localAnswer(exchange, zone, SOA),
      /"mname":.*"rname":"nobody\.invalid","serial":1,"refresh":3600,"retry":1200,"expire":604800/,
    );
  }
});

conforms('L03', EVERY, 'a private address inside 64:ff9b::/96 is not asked for either', async (exchange) => {
  const wellKnown = `${'0.'.repeat(16)}b.9.f.f.4.6.0.0.ip6.arpa`;
  const zone = `8.a.0.c.${wellKnown}`;
  assert.equal(await localAnswer(exchange, `5.0.1.0.${zone}`, PTR), `NXDOMAIN ${zone}`);
  assert.equal(await localAnswer(exchange, zone, NS), `${zone} NS ${JSON.stringify(zone)}`);
  assert.equal(await localAnswer(exchange, `4.0.3.0.2.0.a.0.${wellKnown}`, PTR), `NXDOMAIN a.0.${wellKnown}`);
  const publicName = `${EVERY.indexOf(exchange.transport)}.0.9.0.9.0.9.0.${wellKnown}`;
  await exchange.exchange(query({ name: publicName, type: PTR }));
  assert.equal(exchange.upstream.queriesFor(publicName).length, 1);
});

conforms('L04', EVERY, 'the reverse zones of 100.64.0.0/10 are answered here', async (exchange) => {
  for (const octet of [64, 100, 127])
    assert.equal(
      await localAnswer(exchange, `1.1.${octet}.100.in-addr.arpa`, PTR),
      `NXDOMAIN ${octet}.100.in-addr.arpa`,
    );
  for (const octet of [63, 128]) {
    await exchange.exchange(query({ name: `1.${exchange.transport}.${octet}.100.in-addr.arpa`, type: PTR }));
    assert.equal(exchange.upstream.queriesFor(`1.${exchange.transport}.${octet}.100.in-addr.arpa`).length, 1);
  }
});

conforms('L05', EVERY, 'records, hosts and leases come before the zones that are built in', async (exchange) => {
  assert.equal(await localAnswer(exchange, '3.2.1.10.in-addr.arpa', PTR), '3.2.1.10.in-addr.arpa PTR "db.internal"');
  assert.equal(
    await localAnswer(exchange, '1.7.168.192.in-addr.arpa', PTR),
    '1.7.168.192.in-addr.arpa PTR "router.home.arpa"',
  );
  assert.equal(
    await localAnswer(exchange, '20.7.168.192.in-addr.arpa', PTR),
    '20.7.168.192.in-addr.arpa PTR "laptop.lan"',
  );
  assert.equal(await localAnswer(exchange, 'laptop', A), 'laptop A "192.168.7.20"');
  assert.equal(await localAnswer(exchange, 'phone.lan', A), 'NXDOMAIN lan');
});

conforms('L06', EVERY, 'home.arpa is answered here, with the names that are configured', async (exchange) => {
  assert.equal(await localAnswer(exchange, 'router.home.arpa', A), 'router.home.arpa A "192.168.7.1"');
  assert.equal(await localAnswer(exchange, 'router.home.arpa', AAAA), 'NODATA home.arpa');
  assert.equal(await localAnswer(exchange, 'printer.home.arpa', A), 'NXDOMAIN home.arpa');
  assert.equal(await localAnswer(exchange, 'home.arpa', A), 'NODATA home.arpa');
});

conforms('L07', EVERY, 'resolver.arpa and all below it stay here', async (exchange) => {
  for (const name of ['resolver.arpa', '_dns.resolver.arpa', 'a.b.resolver.arpa'])
    for (const type of [A, AAAA, NS]) assert.equal(await localAnswer(exchange, name, type), 'NODATA resolver.arpa');
});

conforms(
  'L08',
  EVERY,
  'service.arpa and ipv4only.arpa are asked for like others',
  async ({ exchange, upstream, transport }) => {
    for (const name of ['service.arpa', 'ipv4only.arpa'].flatMap((it) => [it, `${transport}.${it}`])) {
      assert.deepEqual(answersOf(await exchange(query({ name }))), [`${name} A "192.0.2.1"`]);
      // What one transport has asked for, the next ones get from the cache.
      assert.equal(upstream.queriesFor(name).length, 1);
    }
  },
);

conforms('L09', EVERY, 'wpad does not exist, other single labels are asked for', async (exchange) => {
  assert.equal(await localAnswer(exchange, 'wpad', A), 'NXDOMAIN wpad');
  const name = `single-${exchange.transport}`;
  assert.deepEqual(answersOf(await exchange.exchange(query({ name }))), [`${name} A "192.0.2.1"`]);
});

conforms('L10', EVERY, 'internal does not exist except for what is configured', async (exchange) => {
  assert.equal(await localAnswer(exchange, 'db.internal', A), 'db.internal A "10.1.2.3"');
  assert.equal(await localAnswer(exchange, 'internal', A), 'NODATA internal');
  assert.equal(await localAnswer(exchange, 'www.internal', A), 'NXDOMAIN internal');
});

conforms(
  'L11',
  EVERY,
  'a public name with a private address is withheld and explained, unless it is allowed',
  async (exchange) => {
    const { upstream, name } = exchange;
    for (const address of ['10.0.0.1', '127.0.0.1', '192.168.1.1', '172.16.0.1', '0.0.0.0', '169.254.1.1']) {
      const asked = `a${address.replaceAll('.', '-')}.${name}`;
      upstream.answer(asked, 'A', { answers: [{ type: 'A', name: asked, ttl: 300, data: address }] });
      for (const round of ['fetched', 'cached']) {
        const reply = await exchange.exchange(query({ name: asked, opt: {} }));
        assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NOERROR, []], `${address} ${round}`);
        assert.equal(decoded(reply).extendedError?.code, 15);
      }
    }
    for (const [index, address] of ['fd00::1', 'fc00::1', 'fe80::1', '::1', '::', '::ffff:10.0.0.1'].entries()) {
      const asked = `six-${index}.${name}`;
      upstream.answer(asked, 'AAAA', { answers: [{ type: 'AAAA', name: asked, ttl: 300, data: address }] });
      const reply = await exchange.exchange(query({ name: asked, type: AAAA, opt: {} }));
      assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NOERROR, []], address);
      assert.equal(decoded(reply).extendedError?.code, 15);
    }
    const allowed = `${exchange.transport}.allowed.example.org`;
    upstream.answer(allowed, 'A', { answers: [{ type: 'A', name: allowed, ttl: 300, data: '10.0.0.1' }] });
    assert.deepEqual(answersOf(await exchange.exchange(query({ name: allowed }))), [`${allowed} A "10.0.0.1"`]);
  },
);
