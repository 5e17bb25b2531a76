// DNS64 (RFC 6147): names without IPv6 address are answered with their IPv4 addresses under a translator's prefix.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { FLAG_AD, FLAG_CD } from '../../src/wire/header.ts';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { UDP } from '../../src/data-plane/listeners/transports.ts';
import { header, optRecord, query, RCODE, rcodeOf } from '../conformance/messages.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, type Reply, soa } from './conversation.ts';

const OWN_PREFIX = '[resolve]\ndns64 = "2001:db8:64::/96"\n';
const WELL_KNOWN = '[resolve]\ndns64 = true\n';

type Records = Readonly<Record<string, (question: dnsPacket.Question) => UpstreamOutcome>>;

const noData = (question: dnsPacket.Question): UpstreamOutcome =>
  answerWith(question, [], { authorities: [soa('example', 900, 100)] });

const address =
  (data: string, ttl = 300) =>
  (question: dnsPacket.Question): UpstreamOutcome =>
    answerWith(question, [{ type: question.type as 'A', name: question.name, ttl, data }]);

const V4_ONLY: Records = { AAAA: noData, A: address('198.51.100.7') };

function conversation(toml: string, upstream: Records = V4_ONLY, rules: readonly string[] = []): Conversation {
  const it = new Conversation(rules, {}, undefined, undefined, localSettings(toml));
  it.script = (question) => (upstream[question.type!] ?? noData)(question);
  return it;
}

function lines({ packet }: Reply): string[] {
  return (packet.answers ?? []).map((record) => {
    const { name, type, ttl, data } = record as { name: string; type: string; ttl: number; data: unknown };
    return `${name} ${ttl} ${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
  });
}

describe('with a translator, a name', () => {
  test('without IPv6 address gets its IPv4 address under the prefix, for as long as the shorter of both holds', async () => {
    const it = conversation(OWN_PREFIX);
    const reply = await it.ask({ name: 'V4.example', type: 'AAAA' });
    assert.deepEqual(lines(reply), ['V4.example 100 AAAA 2001:db8:64::c633:6407']);
    assert.equal(reply.packet.questions![0]!.type, 'AAAA');
    assert.equal(reply.packet.rcode, 'NOERROR');
    assert.deepEqual(it.asked, ['v4.example AAAA', 'v4.example A']);
    assert.deepEqual(it.internalErrors, []);
  });

  test('is answered from the cache the next time, and counts down', async () => {
    const it = conversation(OWN_PREFIX);
    await it.ask({ name: 'v4.example', type: 'AAAA' });
    it.nowMilliseconds += 30_000;
    assert.deepEqual(lines(await it.ask({ name: 'v4.example', type: 'AAAA' })), [
      'v4.example 70 AAAA 2001:db8:64::c633:6407',
    ]);
    assert.deepEqual(lines(await it.ask({ name: 'v4.example' })), ['v4.example 270 A 198.51.100.7']);
    assert.equal(it.asked.length, 2);
  });

  test('whose IPv4 address was asked before costs one question', async () => {
    const it = conversation(OWN_PREFIX);
    await it.ask({ name: 'v4.example' });
    await it.ask({ name: 'v4.example', type: 'AAAA' });
    assert.deepEqual(it.asked, ['v4.example A', 'v4.example AAAA']);
  });

  test('that several clients ask for at once is asked once of each type', async () => {
    const it = conversation(OWN_PREFIX);
    const replies = await Promise.all(Array.from({ length: 5 }, () => it.ask({ name: 'v4.example', type: 'AAAA' })));
    for (const reply of replies) assert.deepEqual(lines(reply), ['v4.example 100 AAAA 2001:db8:64::c633:6407']);
    assert.deepEqual(it.asked, ['v4.example AAAA', 'v4.example A']);
  });

  test('with IPv6 addresses keeps them, and nobody asks for others', async () => {
    const it = conversation(OWN_PREFIX, { AAAA: address('2001:db8::1'), A: address('198.51.100.7') });
    assert.deepEqual(lines(await it.ask({ name: 'v6.example', type: 'AAAA' })), ['v6.example 300 AAAA 2001:db8::1']);
    assert.deepEqual(it.asked, ['v6.example AAAA']);
  });

  test('whose "no IPv6" comes without SOA gets at most 600 s', async () => {
    const it = conversation(OWN_PREFIX, {
      AAAA: (question) => answerWith(question, []),
      A: address('198.51.100.7', 9000),
    });
    assert.deepEqual(lines(await it.ask({ name: 'v4.example', type: 'AAAA' })), [
      'v4.example 600 AAAA 2001:db8:64::c633:6407',
    ]);
  });

  test('with IPv6 addresses in ::ffff:0:0/96 alone counts as having none; beside others those are left out', async () => {
    const alone = conversation(OWN_PREFIX, { AAAA: address('::ffff:203.0.113.1'), A: address('198.51.100.7') });
    assert.deepEqual(lines(await alone.ask({ name: 'v4.example', type: 'AAAA' })), [
      'v4.example 300 AAAA 2001:db8:64::c633:6407',
    ]);
    const beside = conversation(OWN_PREFIX, {
      AAAA: (question) =>
        answerWith(
          question,
          ['::ffff:203.0.113.1', '2001:db8::1'].map((data) => ({ type: 'AAAA', name: question.name, ttl: 300, data })),
        ),
    });
    assert.deepEqual(lines(await beside.ask({ name: 'v6.example', type: 'AAAA' })), [
      'v6.example 300 AAAA 2001:db8::1',
    ]);
    assert.deepEqual(beside.asked, ['v6.example AAAA']);
  });

  test('that does not exist stays so, and is not asked again', async () => {
    const missing = (question: dnsPacket.Question) =>
      answerWith(question, [], { rcode: 3, authorities: [soa('example', 900, 100)] });
    const it = conversation(OWN_PREFIX, { AAAA: missing, A: address('198.51.100.7') });
    assert.equal((await it.ask({ name: 'none.example', type: 'AAAA' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(it.asked, ['none.example AAAA']);
  });

  test('whose servers fail at AAAA is answered by way of A', async () => {
    const it = conversation(OWN_PREFIX, {
      AAAA: (question) => answerWith(question, [], { rcode: 2 }),
      A: address('198.51.100.7'),
    });
    const expected = ['v4.example 300 AAAA 2001:db8:64::c633:6407'];
    assert.deepEqual(lines(await it.ask({ name: 'v4.example', type: 'AAAA' })), expected);
    assert.deepEqual(lines(await it.ask({ name: 'v4.example', type: 'AAAA' })), expected);
  });

  test('whose signatures are wrong is not answered by way of A', async () => {
    const bogus = { options: [{ code: 15, data: Buffer.from([0, 6]) }] as never };
    const it = conversation(OWN_PREFIX, {
      AAAA: (question) => answerWith(question, [], { rcode: 2, opt: bogus }),
      A: address('198.51.100.7'),
    });
    for (const _ of [1, 2]) {
      assert.equal((await it.ask({ name: 'bogus.example', type: 'AAAA' })).packet.rcode, 'SERVFAIL');
      assert.deepEqual(it.asked, ['bogus.example AAAA']);
    }
  });

  test('without any address has none', async () => {
    const it = conversation(OWN_PREFIX, {});
    const reply = await it.ask({ name: 'text.example', type: 'AAAA' });
    assert.equal(reply.packet.rcode, 'NOERROR');
    assert.deepEqual(lines(reply), []);
    assert.equal(reply.packet.authorities![0]!.type, 'SOA');
  });

  test('whose IPv4 address cannot be had fails', async () => {
    const it = conversation(OWN_PREFIX, { AAAA: noData, A: () => ({ ok: false, code: 'timeout', detail: '' }) });
    assert.equal((await it.ask({ name: 'v4.example', type: 'AAAA' })).packet.rcode, 'SERVFAIL');
  });

  test('behind aliases keeps them in front, those of the upstream and those of the configuration', async () => {
    const rewrite = `${OWN_PREFIX}rewrites = { "old.example" = "v4.example" }\n`;
    const through = (type: string) => (question: dnsPacket.Question) =>
      answerWith(
        question,
        [
          { type: 'CNAME' as const, name: question.name, ttl: 200, data: 'cdn.example' },
          ...(type === 'A' ? [{ type: 'A' as const, name: 'cdn.example', ttl: 300, data: '198.51.100.7' }] : []),
        ],
        type === 'A' ? {} : { authorities: [soa('example', 900, 100)] },
      );
    const it = conversation(rewrite, { AAAA: through('AAAA'), A: through('A') });
    assert.deepEqual(lines(await it.ask({ name: 'old.example', type: 'AAAA' })), [
      'old.example 200 CNAME v4.example',
      'v4.example 200 CNAME cdn.example',
      'cdn.example 100 AAAA 2001:db8:64::c633:6407',
    ]);
    assert.deepEqual(it.asked, ['v4.example AAAA', 'v4.example A']);
  });

  test('D03 an answer that was made of others is not called authentic', async () => {
    const signed = (data?: string) => (question: dnsPacket.Question) =>
      answerWith(question, data === undefined ? [] : [{ type: 'A', name: question.name, ttl: 300, data }], {
        flags: FLAG_AD,
        authorities: data === undefined ? [soa('example', 900, 100)] : [],
      });
    const it = conversation(OWN_PREFIX, { AAAA: signed(), A: signed('198.51.100.7') });
    const reply = await it.ask({ name: 'v4.example', type: 'AAAA', edns: { dnssecOk: true } });
    assert.deepEqual(lines(reply), ['v4.example 100 AAAA 2001:db8:64::c633:6407']);
    assert.equal(reply.packet.flags! & FLAG_AD, 0);
  });

  test('is left as it is for a client that validates by itself (CD=1, DO=1)', async () => {
    const it = conversation(OWN_PREFIX);
    const flags = dnsPacket.RECURSION_DESIRED | FLAG_CD;
    assert.deepEqual(lines(await it.ask({ name: 'v4.example', type: 'AAAA', flags, edns: { dnssecOk: true } })), []);
    assert.deepEqual(it.asked, ['v4.example AAAA']);
    assert.equal(lines(await it.ask({ name: 'v4.example', type: 'AAAA', edns: { dnssecOk: true } })).length, 1);
  });

  test('that is blocked stays blocked, also by where its IPv4 address leads', async () => {
    const blocked = conversation(OWN_PREFIX, V4_ONLY, ['||v4.example^']);
    assert.equal((await blocked.ask({ name: 'v4.example', type: 'AAAA' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(blocked.asked, []);
    const rebound = new Conversation(
      [],
      { rebindingProtection: true },
      undefined,
      undefined,
      localSettings(OWN_PREFIX),
    );
    rebound.script = (question) =>
      ({ ...{ AAAA: noData, A: address('192.168.1.1') } })[question.type as 'A']!(question);
    const reply = await rebound.ask({ name: 'v4.example', type: 'AAAA' });
    assert.deepEqual(lines(reply), []);
    assert.equal(reply.extendedError?.code, 15);
  });

  test('of the configuration is treated like others', async () => {
    const record = '[[record]]\nname = "nas.home.example"\ntype = "A"\nvalue = "192.168.1.5"\n';
    const own = conversation(`${OWN_PREFIX}${record}`);
    assert.deepEqual(lines(await own.ask({ name: 'nas.home.example', type: 'AAAA' })), [
      'nas.home.example 60 AAAA 2001:db8:64::c0a8:105',
    ]);
    assert.deepEqual(own.asked, []);
    const wellKnown = conversation(`${WELL_KNOWN}${record}`);
    const reply = await wellKnown.ask({ name: 'nas.home.example', type: 'AAAA' });
    assert.deepEqual(lines(reply), [], 'the well-known prefix stands for no private address');
    assert.equal(reply.packet.authorities![0]!.type, 'SOA');
    assert.equal(reply.packet.rcode, 'NOERROR');
  });

  test('with private and public IPv4 addresses shows the public ones under the well-known prefix', async () => {
    const it = conversation(WELL_KNOWN, {
      AAAA: noData,
      A: (question) =>
        answerWith(
          question,
          ['10.0.0.1', '9.9.9.9'].map((data) => ({ type: 'A', name: question.name, ttl: 300, data })),
        ),
    });
    assert.deepEqual(lines(await it.ask({ name: 'v4.example', type: 'AAAA' })), [
      'v4.example 100 AAAA 64:ff9b::909:909',
    ]);
  });

  test('with private IPv4 addresses alone has none under the well-known prefix, for as long as those would have held', async () => {
    const it = conversation(`${WELL_KNOWN}rewrites = { "old.example" = "v4.example" }\n`, {
      AAAA: noData,
      A: (question) =>
        answerWith(question, [
          { type: 'CNAME', name: question.name, ttl: 300, data: 'deep.example' },
          { type: 'A', name: 'deep.example', ttl: 7, data: '10.0.0.1' },
        ]),
    });
    for (const [name, ...chain] of [
      ['v4.example', 'v4.example 7 CNAME deep.example'],
      ['old.example', 'old.example 7 CNAME v4.example', 'v4.example 300 CNAME deep.example'],
    ] as const) {
      const reply = await it.ask({ name, type: 'AAAA' });
      assert.equal(reply.packet.rcode, 'NOERROR');
      assert.deepEqual(
        lines(reply).map((line) => line.replace('300', '7')),
        chain.map((line) => line.replace('300', '7')),
      );
      const [negative] = reply.packet.authorities as dnsPacket.SoaAnswer[];
      assert.deepEqual([negative!.name, negative!.ttl, negative!.data.minimum], ['deep.example', 7, 7]);
    }
  });

  test('L08 ipv4only.arpa tells clients the prefix, without asking anybody; without a translator it is asked like any name', async () => {
    const it = conversation(WELL_KNOWN);
    assert.deepEqual(
      (await it.ask({ name: 'ipv4only.arpa', type: 'AAAA' })).packet.answers!.map(
        (record) => (record as dnsPacket.StringAnswer).data,
      ),
      ['64:ff9b::c000:aa', '64:ff9b::c000:ab'],
    );
    assert.equal(lines(await it.ask({ name: 'ipv4only.arpa' })).length, 2);
    assert.deepEqual(it.asked, []);
    const without = conversation('');
    assert.deepEqual(lines(await without.ask({ name: 'ipv4only.arpa', type: 'AAAA' })), []);
    assert.deepEqual(without.asked, ['ipv4only.arpa AAAA']);
  });

  test('keeps its other types', async () => {
    const it = conversation(OWN_PREFIX, {
      TXT: (question) => answerWith(question, [{ type: 'TXT', name: question.name, ttl: 9, data: 'x' }]),
    });
    assert.equal(lines(await it.ask({ name: 'v4.example', type: 'TXT' })).length, 1);
    assert.equal((await it.ask({ name: 'v4.example', type: 'A' })).packet.rcode, 'NOERROR');
    assert.deepEqual(it.asked, ['v4.example TXT', 'v4.example A']);
  });
});

describe('with a translator, the name of an address under its prefix', () => {
  const REVERSE = '9.0.9.0.9.0.9.0.0.0.0.0.0.0.0.0.0.0.0.0.4.6.0.0.8.b.d.0.1.0.0.2.ip6.arpa';

  test('is an alias of that of its IPv4 address', async () => {
    const it = conversation(OWN_PREFIX, {
      PTR: (question) => answerWith(question, [{ type: 'PTR', name: question.name, ttl: 300, data: 'v4.example' }]),
    });
    assert.deepEqual(lines(await it.ask({ name: REVERSE, type: 'PTR' })), [
      `${REVERSE} 300 CNAME 9.9.9.9.in-addr.arpa`,
      '9.9.9.9.in-addr.arpa 300 PTR v4.example',
    ]);
    assert.deepEqual(it.asked, ['9.9.9.9.in-addr.arpa PTR']);
  });

  test('is found among our own names too', async () => {
    const record = '[[record]]\nname = "nas.home.example"\ntype = "A"\nvalue = "192.168.1.5"\n';
    const it = conversation(`${OWN_PREFIX}${record}`);
    const reverse = REVERSE.replace('9.0.9.0.9.0.9.0', '5.0.1.0.8.a.0.c');
    assert.deepEqual(lines(await it.ask({ name: reverse, type: 'PTR' })), [
      `${reverse} 300 CNAME 5.1.168.192.in-addr.arpa`,
      '5.1.168.192.in-addr.arpa 300 PTR nas.home.example',
    ]);
    const none = REVERSE.replace('9.0.9.0.9.0.9.0', '6.0.1.0.8.a.0.c');
    const reply = await it.ask({ name: none, type: 'PTR' });
    assert.equal(reply.packet.rcode, 'NXDOMAIN');
    assert.equal(lines(reply).length, 1);
    assert.deepEqual(it.asked, []);
    assert.deepEqual(it.internalErrors, []);
  });

  test('of a private address under the well-known prefix does not leave: no such name, or that of our own', async () => {
    const it = conversation(WELL_KNOWN);
    const wellKnown = (nibbles: string) => `${nibbles}.${'0.'.repeat(16)}b.9.f.f.4.6.0.0.ip6.arpa`;
    for (const [nibbles, ipv4] of [
      ['1.0.0.0.0.0.a.0', '1.0.0.10'],
      ['5.0.1.0.8.a.0.c', '5.1.168.192'],
      ['1.0.0.0.0.1.c.a', '1.0.16.172'],
      ['1.0.0.0.0.4.4.6', '1.0.64.100'],
      ['1.0.0.0.0.0.f.7', '1.0.0.127'],
    ] as const) {
      const reply = await it.ask({ name: wellKnown(nibbles), type: 'PTR' });
      assert.equal(reply.packet.rcode, 'NXDOMAIN', ipv4);
      assert.deepEqual(
        reply.packet.answers!.map((record) => (record as dnsPacket.StringAnswer).data),
        [`${ipv4}.in-addr.arpa`],
      );
    }
    assert.deepEqual(it.asked, []);
  });

  test('other names below ip6.arpa, and other types, are asked as they are', async () => {
    const it = conversation(OWN_PREFIX, {});
    const other = REVERSE.replace('8.b.d.0.1.0.0.2', '8.b.d.0.1.0.0.3');
    await it.ask({ name: other, type: 'PTR' });
    await it.ask({ name: REVERSE, type: 'TXT' });
    assert.equal(it.asked[0], `${other} PTR`);
  });
});

describe('what is no question at all is answered as without a translator', () => {
  // No question, and a cookie (RFC 7873 section 5.4).
  const cookieAlone = Buffer.concat([
    header(7, 0x0100, [0, 0, 0, 1]),
    optRecord({ options: [[10, Buffer.alloc(8, 5)]] }),
  ]);

  for (const [what, name] of [
    ['from upstream', 'v6.example'],
    ['of ours', 'printer.lan'],
  ] as const) {
    test(`W05 a cookie alone, behind a question for the IPv6 address of a name ${what}`, async () => {
      const own = `${OWN_PREFIX}[[record]]\nname = "printer.lan"\ntype = "AAAA"\nvalue = "fd00::9"\n`;
      const it = conversation(own, { AAAA: address('2001:db8::7') });
      const before = await it.send(cookieAlone, UDP);
      await it.ask({ name, type: 'AAAA', transport: UDP });
      const asked = [...it.asked];
      const after = await it.send(cookieAlone, UDP);
      assert.equal(rcodeOf(after), RCODE.NOERROR);
      assert.deepEqual([after!.readUInt16BE(4), after!.length], [0, before!.length]);
      assert.deepEqual(it.asked, asked);
      assert.deepEqual(it.internalErrors, []);
    });
  }

  test('W19 nor does a refusal make anything of what was asked before', async () => {
    const it = conversation(OWN_PREFIX);
    await it.ask({ name: 'v4.example', type: 'AAAA' });
    for (const parts of [{ flags: 0 }, { qclass: 3 }, { type: 255 }]) {
      const reply = await it.send(query({ name: 'v4.example', type: 28, ...parts }), UDP);
      assert.equal(rcodeOf(reply), RCODE.REFUSED);
    }
    assert.equal(it.asked.length, 2);
    assert.deepEqual(it.internalErrors, []);
  });
});
