// Sections L and D where answers are had in other ways: from a LAN resolver, over an alias, through a translator of addresses.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { after } from 'node:test';
import { AUTHENTIC_DATA } from 'dns-packet';
import { testQueryName } from '../fixtures/dns-messages.ts';
import { soa } from '../scenarios/conversation.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, DO, query, RCODE, rcodeOf } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';
import { buildAnswer } from './scripted-answers.ts';

const A = 1;
const PTR = 12;
const AAAA = 28;

/** The resolver of the local network: knows every name. */
const lanResolver = createSocket('udp4');
const askedInLan: string[] = [];
lanResolver.on('message', (octets, from) => {
  const name = testQueryName(octets);
  askedInLan.push(name);
  const isReverse = name.endsWith('.arpa');
  const answer = isReverse
    ? { type: 'PTR' as const, name, ttl: 300, data: 'nas.lan.example' }
    : { type: 'A' as const, name, ttl: 300, data: '192.168.1.5' };
  lanResolver.send(buildAnswer(octets, { answers: [answer] }), from.port, from.address);
});
lanResolver.bind(0, '127.0.0.1');
await once(lanResolver, 'listening');
after(() => lanResolver.close());

/** Nobody listens there: port 1 of loopback. */
const EXTRA = `[[zone]]
name = ["lan.example", "192.168.0.0/16"]
forward = ["127.0.0.1:${lanResolver.address().port}"]
[[zone]]
name = "away.example"
forward = ["127.0.0.1:1"]
[resolve]
dns64 = "2001:db8:64::/96"
rewrites = { "*.old.example" = "new.example.net" }
[policy]
rebinding_protection = true`;

const stage = gatewayUnderTest({ extra: EXTRA });
const conforms = conformsWith(stage);

conforms(
  'L05',
  EVERY,
  'a zone with a LAN resolver is asked there and nowhere else, its reverse zone before the built-in one',
  async ({ exchange, transport, upstream }) => {
    const octet = EVERY.indexOf(transport);
    const reverse = `${octet}.1.168.192.in-addr.arpa`;
    assert.deepEqual(answersOf(await exchange(query({ name: reverse, type: PTR }))), [
      `${reverse} PTR "nas.lan.example"`,
    ]);
    const name = `${transport}.lan.example`;
    assert.deepEqual(answersOf(await exchange(query({ name, type: A }))), [`${name} A "192.168.1.5"`]);
    assert.ok(askedInLan.includes(name) && askedInLan.includes(reverse));
    assert.deepEqual([...upstream.queriesFor(name), ...upstream.queriesFor(reverse)], []);
  },
);

conforms(
  'L05',
  EVERY,
  'names beside a zone with a LAN resolver are not asked there',
  async ({ exchange, name, upstream }) => {
    assert.deepEqual(answersOf(await exchange(query({ name }))), [`${name} A "192.0.2.1"`]);
    assert.equal(upstream.queriesFor(name).length, 1);
    assert.ok(!askedInLan.includes(name));
  },
);

conforms(
  'L05',
  EVERY,
  'a zone whose LAN resolver is away is SERVFAIL, and the upstream is not asked in its place',
  async ({ exchange, transport, upstream }) => {
    const name = `${transport}.away.example`;
    const reply = decoded(await exchange(query({ name, opt: {} })));
    assert.equal(reply.packet.rcode, 'SERVFAIL');
    assert.equal(reply.extendedError?.code, 23);
    assert.match(reply.extendedError.text, /local resolver of this zone/);
    assert.deepEqual(upstream.queriesFor(name), []);
  },
);

conforms(
  'L08',
  EVERY,
  'where DNS64 is on, ipv4only.arpa tells the prefix without being asked for',
  async ({ exchange, upstream }) => {
    assert.deepEqual(answersOf(await exchange(query({ name: 'ipv4only.arpa', type: AAAA }))).toSorted(), [
      'ipv4only.arpa AAAA "2001:db8:64::c000:aa"',
      'ipv4only.arpa AAAA "2001:db8:64::c000:ab"',
    ]);
    assert.deepEqual(answersOf(await exchange(query({ name: 'ipv4only.arpa', type: A }))).toSorted(), [
      'ipv4only.arpa A "192.0.0.170"',
      'ipv4only.arpa A "192.0.0.171"',
    ]);
    assert.deepEqual(upstream.queriesFor('ipv4only.arpa'), []);
  },
);

conforms(
  'D03',
  EVERY,
  'an answer over an alias, or with addresses made of others, has no AD, though its parts had it',
  async ({ exchange, name, transport, upstream }) => {
    const opt = { flags: DO };
    const target = 'new.example.net';
    const authentic = (owner: string) => ({
      answers: [{ type: 'A' as const, name: owner, ttl: 300, data: '198.51.100.1' }],
      flags: AUTHENTIC_DATA,
    });
    upstream.answer(target, 'A', authentic(target));
    upstream.answer(name, 'A', authentic(name));
    upstream.answer(name, 'AAAA', { authorities: [soa('example.org', 300, 300)], flags: AUTHENTIC_DATA });
    assert.equal(decoded(await exchange(query({ name: target, opt }))).packet.flag_ad, true);

    const alias = `${transport}.old.example`;
    const aliased = await exchange(query({ name: alias, opt }));
    assert.deepEqual(answersOf(aliased), [`${alias} CNAME "${target}"`, `${target} A "198.51.100.1"`]);
    assert.equal(rcodeOf(aliased), RCODE.NOERROR);
    assert.equal(decoded(aliased).packet.flag_ad, false);

    const synthesized = await exchange(query({ name, type: AAAA, opt }));
    assert.deepEqual(answersOf(synthesized), [`${name} AAAA "2001:db8:64::c633:6401"`]);
    assert.equal(decoded(synthesized).packet.flag_ad, false);
  },
);
