// Section V: the names of this network, as its own clients get them and as everybody else does.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const A = 1;
const PTR = 12;

/** The resolver of the network: it has one address for everything. */
const heard: string[] = [];
const resolver = createSocket('udp4');
resolver.bind(0, '127.0.0.1');
await once(resolver, 'listening');
after(() => resolver.close());
resolver.on('message', (message, { port, address }) => {
  const { id = 0, questions = [] } = dnsPacket.decode(message);
  const { name } = questions[0]!;
  heard.push(name);
  const answers = [{ type: 'A', name, ttl: 300, data: '192.168.7.9' } as const];
  const flags = dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE;
  resolver.send(dnsPacket.encode({ type: 'response', id, flags, questions, answers }), port, address);
});

const NAMES = `[resolve]
hosts_file = "hosts"
lease_files = ["leases"]
[[record]]
name = "db.internal"
type = "A"
value = "192.168.7.30"
[[zone]]
name = "corp.example"
forward = ["127.0.0.1:${resolver.address().port}"]
`;
const files = {
  hosts: '192.168.7.1 router.home.arpa\n',
  leases: '0 02:00:00:00:00:01 192.168.7.20 laptop *\n',
};
const LOCAL = [
  ['laptop.lan', A, 'A "192.168.7.20"'],
  ['20.7.168.192.in-addr.arpa', PTR, 'PTR "laptop.lan"'],
  ['router.home.arpa', A, 'A "192.168.7.1"'],
  ['1.7.168.192.in-addr.arpa', PTR, 'PTR "router.home.arpa"'],
  ['30.7.168.192.in-addr.arpa', PTR, 'PTR "db.internal"'],
] as const;

const conforms = conformsWith(gatewayUnderTest({ files, extra: NAMES }));
// Those who ask are on loopback, and so none of this network.
const stage = gatewayUnderTest({ files, extra: `[access]\nlocal_names = ["192.168.7.0/24"]\n${NAMES}` });
const conformsForOthers = conformsWith(stage);

conforms('V08', EVERY, 'clients of this network get its names', async ({ exchange, name }) => {
  for (const [owner, type, record] of LOCAL)
    assert.deepEqual(answersOf(await exchange(query({ name: owner, type }))), [`${owner} ${record}`]);
  const zoned = name.replace('example.org', 'corp.example');
  assert.deepEqual(answersOf(await exchange(query({ name: zoned, type: A }))), [`${zoned} A "192.168.7.9"`]);
  assert.ok(heard.includes(zoned));
});

conformsForOthers('V08', EVERY, 'everybody else gets none of them', async ({ exchange, name, upstream }) => {
  for (const [owner, type] of LOCAL) {
    const reply = await exchange(query({ name: owner, type }));
    assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NXDOMAIN, []], owner);
    assert.deepEqual(upstream.queriesFor(owner), [], owner);
  }
  assert.deepEqual(answersOf(await exchange(query({ name: 'db.internal', type: A }))), [
    'db.internal A "192.168.7.30"',
  ]);
  const zoned = `others.${name.replace('example.org', 'corp.example')}`;
  await exchange(query({ name: zoned, type: A }));
  assert.equal(upstream.queriesFor(zoned).length, 1);
  assert.ok(!heard.includes(zoned));
});
