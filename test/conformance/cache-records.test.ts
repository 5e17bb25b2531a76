// C01 to C12 and C19 to C23: what is kept of an answer, for how long, and who gets it. What takes minutes is in
// test/scenarios/answers.test.ts and kept-records.test.ts, where the clock is told.

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import * as dnsPacket from 'dns-packet';
import { soa } from '../scenarios/conversation.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, DO, optRecord, query, RCODE, RD, rcodeOf, uint16, wireName } from './messages.ts';
import { conformsWith, EVERY } from './over-transports.ts';

const stage = gatewayUnderTest({ upstream: 'block_signal = true' });
const conforms = conformsWith(stage);

const CNAME = 5;
const TXT = 16;
const AAAA = 28;
const UNKNOWN = 65_280;
const CD = 0x0010;
const address = (name: string, ttl = 300, data = '192.0.2.7'): dnsPacket.Answer => ({ type: 'A', name, ttl, data });
const alias = (name: string, data: string, ttl = 300): dnsPacket.Answer => ({ type: 'CNAME', name, ttl, data });

function ttlsOf(reply: Buffer | undefined): (number | undefined)[] {
  const { answers = [], authorities = [] } = decoded(reply).packet;
  return [...answers, ...authorities].map((record) => ('ttl' in record ? record.ttl : undefined));
}

conforms(
  'C01',
  EVERY,
  'a name is found in any letter case, and each reply has the case that was asked',
  async ({ exchange, name, upstream }) => {
    for (const spelling of [name, name.toUpperCase(), name.replace('example', 'eXaMpLe')]) {
      const reply = await exchange(query({ name: spelling }));
      assert.equal(decoded(reply).packet.questions?.[0]?.name, spelling);
      assert.equal(rcodeOf(reply), RCODE.NOERROR);
    }
    assert.equal(upstream.queriesFor(name).length, 1);
    // Letters alone: "[" and "{" are as far apart as "A" and "a".
    await exchange(query({ name: `[.${name}` }));
    await exchange(query({ name: `{.${name}` }));
    assert.equal(upstream.queriesFor(`[.${name}`).length + upstream.queriesFor(`{.${name}`).length, 2);
  },
);

conforms('C02', EVERY, 'a TTL counts down in whole seconds', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', { answers: [address(name, 300)] });
  assert.deepEqual(ttlsOf(await exchange(query({ name }))), [300]);
  const startedAt = performance.now();
  let ttl: number | undefined = 300;
  while (ttl === 300 && performance.now() - startedAt < 20_000) {
    await wait(100);
    ttl = ttlsOf(await exchange(query({ name })))[0];
  }
  const seconds = Math.ceil((performance.now() - startedAt) / 1000);
  assert.ok(ttl !== undefined && ttl < 300 && ttl >= 300 - seconds - 1, `${ttl} after ${seconds} s`);
  assert.equal(upstream.queriesFor(name).length, 1);
});

conforms('C03', EVERY, 'TTL 0 answers and is not kept', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', { answers: [address(name, 0)] });
  for (let round = 0; round < 2; round++) assert.deepEqual(ttlsOf(await exchange(query({ name }))), [0]);
  assert.equal(upstream.queriesFor(name).length, 2);
});

conforms('C04', EVERY, 'a TTL with its top bit set is 0, a long one a day', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', { answers: [address(name, 0x8000_0001)] });
  upstream.answer(`long.${name}`, 'A', { answers: [address(`long.${name}`, 0x7fff_ffff)] });
  assert.deepEqual(ttlsOf(await exchange(query({ name }))), [0]);
  assert.deepEqual(ttlsOf(await exchange(query({ name: `long.${name}` }))), [86_400]);
});

conforms(
  'C05',
  EVERY,
  'a set with several TTLs has the smallest, an alias in front of it its own',
  async ({ exchange, name, upstream }) => {
    const target = `t.${name}`;
    upstream.answer(name, 'A', {
      answers: [alias(name, target, 900), address(target, 300), address(target, 60, '192.0.2.8')],
    });
    assert.deepEqual(ttlsOf(await exchange(query({ name }))), [900, 60, 60]);
  },
);

conforms('C06', EVERY, 'NXDOMAIN is kept for all types, NODATA for its own', async ({ exchange, name, upstream }) => {
  const authorities = [soa('example.org', 300, 300)];
  upstream.answer(name, '*', { rcode: RCODE.NXDOMAIN, authorities });
  upstream.answer(`empty.${name}`, '*', { authorities });
  for (const type of [1, TXT, AAAA]) assert.equal(rcodeOf(await exchange(query({ name, type }))), RCODE.NXDOMAIN);
  assert.equal(upstream.queriesFor(name).length, 1);
  for (const type of [1, TXT, 1, TXT]) {
    const reply = await exchange(query({ name: `empty.${name}`, type }));
    assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NOERROR, []]);
  }
  assert.equal(upstream.queriesFor(`empty.${name}`).length, 2);
});

conforms(
  'C07',
  EVERY,
  'a "no" holds for the smaller of SOA TTL and MINIMUM, cold and cached',
  async ({ exchange, name, upstream }) => {
    for (const [label, ttl, minimum] of [
      ['a', 900, 60],
      ['b', 60, 900],
    ] as const) {
      upstream.answer(`${label}.${name}`, 'A', {
        rcode: RCODE.NXDOMAIN,
        authorities: [soa('example.org', ttl, minimum)],
      });
      for (let round = 0; round < 2; round++) {
        const [left] = ttlsOf(await exchange(query({ name: `${label}.${name}` })));
        assert.ok(left !== undefined && left <= 60 && left > 30, String(left));
      }
      assert.equal(upstream.queriesFor(`${label}.${name}`).length, 1);
    }
  },
);

conforms('C08', EVERY, 'a "no" holds for three hours at most', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', { rcode: RCODE.NXDOMAIN, authorities: [soa('example.org', 86_400, 86_400)] });
  assert.deepEqual(ttlsOf(await exchange(query({ name }))), [10_800]);
});

conforms(
  'C09',
  EVERY,
  'a "no" without SOA, or with that of another zone, is not kept',
  async ({ exchange, name, upstream }) => {
    upstream.answer(name, '*', { rcode: RCODE.NXDOMAIN });
    upstream.answer(`zone.${name}`, '*', { rcode: RCODE.NXDOMAIN, authorities: [soa('example.net', 300, 300)] });
    for (const owner of [name, `zone.${name}`]) {
      for (let round = 0; round < 2; round++)
        assert.equal(rcodeOf(await exchange(query({ name: owner }))), RCODE.NXDOMAIN);
      assert.equal(upstream.queriesFor(owner).length, 2);
    }
  },
);

/** NXDOMAIN as Quad9 blocks: no SOA, RA=0. */
function blockSignal(name: string): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0x81, 0x03, 0, 1, 0, 0, 0, 0, 0, 0]), wireName(name), uint16(1), uint16(1)]);
}

conforms('C09', EVERY, "an upstream's block is kept for its question alone", async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', blockSignal(name));
  for (let round = 0; round < 2; round++) {
    const reply = await exchange(query({ name, opt: {} }));
    assert.deepEqual([rcodeOf(reply), ttlsOf(reply), decoded(reply).extendedError?.code], [RCODE.NXDOMAIN, [60], 15]);
    assert.equal(reply![3]! & 0x80, 0x80, 'RA=1');
    assert.match(
      decoded(reply).extendedError!.text,
      /^the upstream dns\.example\.org:\d+ takes this name for malicious$/,
    );
  }
  assert.equal(upstream.queriesFor(name).length, 1);
  assert.equal(rcodeOf(await exchange(query({ name, type: AAAA }))), RCODE.NOERROR);
  assert.equal(rcodeOf(await exchange(query({ name: `www.${name}` }))), RCODE.NOERROR);
});

conforms(
  'C10',
  EVERY,
  'a name below one that does not exist is asked for itself',
  async ({ exchange, name, upstream }) => {
    const authorities = [soa('example.org', 300, 300)];
    upstream.answer(name, '*', { rcode: RCODE.NXDOMAIN, authorities });
    upstream.answer(`below.${name}`, '*', { rcode: RCODE.NXDOMAIN, authorities });
    for (const owner of [name, `below.${name}`, `below.${name}`])
      assert.equal(rcodeOf(await exchange(query({ name: owner }))), RCODE.NXDOMAIN);
    assert.equal(upstream.queriesFor(`below.${name}`).length, 1);
  },
);

conforms(
  'C11',
  EVERY,
  'NXDOMAIN behind a CNAME leaves the CNAME to other types',
  async ({ exchange, name, upstream }) => {
    const authorities = [soa('example.org', 300, 300)];
    upstream.answer(name, '*', { rcode: RCODE.NXDOMAIN, answers: [alias(name, `gone.${name}`)], authorities });
    for (const type of [1, AAAA, 1, AAAA]) {
      const reply = await exchange(query({ name, type }));
      assert.deepEqual([rcodeOf(reply), answersOf(reply)], [RCODE.NXDOMAIN, [`${name} CNAME "gone.${name}"`]]);
    }
    assert.equal(upstream.queriesFor(name).length, 2);
  },
);

conforms(
  'C12',
  EVERY,
  'a proof that covers a name answers no question for it',
  async ({ exchange, name, upstream }) => {
    const zone = name;
    const rrsig = (owner: string, typeCovered: string) =>
      ({
        type: 'RRSIG',
        name: owner,
        ttl: 300,
        data: {
          typeCovered,
          algorithm: 8,
          labels: 3,
          originalTTL: 300,
          expiration: 2e9,
          inception: 1e9,
          keyTag: 1,
          signersName: zone,
          signature: Buffer.alloc(8),
        },
      }) as unknown as dnsPacket.Answer;
    const nsec = {
      type: 'NSEC',
      name: `a.${zone}`,
      ttl: 300,
      data: { nextDomain: `z.${zone}`, rrtypes: ['A'] },
    } as unknown as dnsPacket.Answer;
    const authorities = [soa(zone, 300, 300), rrsig(zone, 'SOA'), nsec, rrsig(`a.${zone}`, 'NSEC')];
    upstream.answer(`m.${zone}`, 'A', { rcode: RCODE.NXDOMAIN, authorities });
    const denied = await exchange(query({ name: `m.${zone}`, opt: { flags: DO } }));
    assert.equal(decoded(denied).packet.authorities?.length, 4);
    // Between a. and z. as well, and there all the same.
    const reply = await exchange(query({ name: `n.${zone}`, opt: { flags: DO } }));
    assert.deepEqual([rcodeOf(reply), answersOf(reply).length], [RCODE.NOERROR, 1]);
    assert.equal(upstream.queriesFor(`n.${zone}`).length, 1);
  },
);

conforms('C19', EVERY, 'with and without DO, each client gets its own form', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', { answers: [address(name), signatureOf(name)] });
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(typesOf(await exchange(query({ name }))), ['A']);
    assert.deepEqual(typesOf(await exchange(query({ name, opt: {} }))), ['A']);
    assert.deepEqual(typesOf(await exchange(query({ name, opt: { flags: DO } }))), ['A', 'RRSIG']);
  }
  assert.equal(upstream.queriesFor(name).length, 2);
});

conforms('C20', EVERY, 'an answer to CD=1 is for those with CD=1', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'A', (request) => {
    const isUnchecked = (request.query[3]! & CD) !== 0;
    const octets = Buffer.concat([
      request.query.subarray(0, 2),
      Buffer.from([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]),
      wireName(name),
      uint16(1),
      uint16(1),
      Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, isUnchecked ? 66 : 7]),
    ]);
    request.answer(octets);
  });
  for (let round = 0; round < 2; round++) {
    assert.deepEqual(answersOf(await exchange(query({ name, flags: RD | CD }))), [`${name} A "192.0.2.66"`]);
    assert.deepEqual(answersOf(await exchange(query({ name }))), [`${name} A "192.0.2.7"`]);
  }
  assert.equal(upstream.queriesFor(name).length, 2);
});

conforms('C21', EVERY, "nothing of the upstream's OPT is kept", async ({ exchange, name, upstream }) => {
  const secret = Buffer.from('0123456789abcdef');
  const opt = optRecord({
    udpPayloadSize: 4096,
    options: [
      [10, secret],
      [8, Buffer.from('0001180000', 'hex')],
      [11, uint16(99)],
      [12, Buffer.alloc(30, 0x70)],
      [15, Buffer.concat([uint16(6), Buffer.from('said upstream')])],
    ],
  });
  const head = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 1]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7]);
  upstream.answer(name, 'A', Buffer.concat([head, wireName(name), uint16(1), uint16(1), record, opt]));
  await exchange(query({ name }));
  assert.equal(decoded(await exchange(query({ name }))).packet.additionals?.length, 0);
  const reply = await exchange(query({ name, opt: {} }));
  for (const octets of [secret, Buffer.from('said upstream'), Buffer.alloc(30, 0x70)])
    assert.ok(!reply!.includes(octets));
  assert.equal(upstream.queriesFor(name).length, 1);
});

conforms(
  'C22',
  EVERY,
  'an unknown type passes octet for octet, cold and cached, empty or like a pointer',
  async ({ exchange, name, upstream }) => {
    const head = Buffer.from([0, 0, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0]);
    const fixed = Buffer.from([0xc0, 12, ...uint16(UNKNOWN), 0, 1, 0, 0, 1, 44]);
    const rdatas = [Buffer.alloc(0), Buffer.from('c00cc00c', 'hex'), Buffer.from([...Array(256).keys()])];
    const records = Buffer.concat(rdatas.flatMap((rdata) => [fixed, uint16(rdata.length), rdata]));
    upstream.answer(name, `TYPE${UNKNOWN}`, Buffer.concat([head, wireName(name), uint16(UNKNOWN), uint16(1), records]));
    const start = 12 + wireName(name).length + 4;
    for (let round = 0; round < 2; round++) {
      const reply = await exchange(query({ name, type: UNKNOWN }));
      const counted = Buffer.from(reply!.subarray(start));
      const expected = Buffer.from(records);
      // TTLs may have counted down.
      for (let i = 0, at = 0; i < rdatas.length; at += 12 + rdatas[i]!.length, i++)
        counted.copy(expected, at + 6, at + 6, at + 10);
      assert.deepEqual(counted, expected);
    }
    assert.equal(upstream.queriesFor(name).length, 1);
  },
);

conforms(
  'C23',
  EVERY,
  'records of other names are neither passed on nor kept, wherever they stand',
  async ({ exchange, name, upstream }) => {
    const target = `target.${name}`;
    const victim = `victim.${name}`;
    const forged = address(victim, 300, '203.0.113.66');
    upstream.answer(name, 'A', {
      answers: [address(target), forged, alias(name, target)],
      authorities: [forged, soa(victim, 300, 300), { type: 'NS', name: victim, ttl: 300, data: `ns.${victim}` }],
      additionals: [forged],
    });
    for (let round = 0; round < 2; round++) {
      const reply = await exchange(query({ name }));
      assert.deepEqual(answersOf(reply), [`${name} CNAME "${target}"`, `${target} A "192.0.2.7"`]);
      assert.ok(!reply!.includes(Buffer.from('victim')));
    }
    assert.deepEqual(answersOf(await exchange(query({ name: victim }))), [`${victim} A "192.0.2.1"`]);
  },
);

conforms(
  'C23',
  EVERY,
  'an answer without compressed names is held against its own question, not against the one before',
  async ({ exchange, name, upstream }) => {
    const victim = `victim.${name}`;
    const forged = address(victim, 300, '203.0.113.66');
    upstream.answer(
      name,
      'A',
      dnsPacket.encode({
        type: 'response',
        flags: dnsPacket.RECURSION_DESIRED | dnsPacket.RECURSION_AVAILABLE,
        questions: [{ type: 'A', name }],
        answers: [forged, address(name)],
      }),
    );
    assert.deepEqual(answersOf(await exchange(query({ name: victim }))), [`${victim} A "192.0.2.1"`]);
    for (let round = 0; round < 2; round++)
      assert.deepEqual(answersOf(await exchange(query({ name }))), [`${name} A "192.0.2.7"`]);
  },
);

conforms(
  'C23',
  EVERY,
  'an answer that speaks of other names alone is a failure',
  async ({ exchange, name, upstream }) => {
    upstream.answer(name, 'A', { answers: [address(`other.${name}`)] });
    assert.equal(rcodeOf(await exchange(query({ name }))), RCODE.SERVFAIL);
  },
);

conforms('C23', EVERY, 'of a CNAME that was asked for, its target is no part', async ({ exchange, name, upstream }) => {
  upstream.answer(name, 'CNAME', { answers: [alias(name, `target.${name}`), address(`target.${name}`)] });
  assert.deepEqual(typesOf(await exchange(query({ name, type: CNAME }))), ['CNAME']);
});

function signatureOf(name: string): dnsPacket.Answer {
  const data = {
    typeCovered: 'A',
    algorithm: 8,
    labels: 3,
    originalTTL: 300,
    expiration: 2e9,
    inception: 1e9,
    keyTag: 1,
    signersName: 'example.org',
    signature: Buffer.alloc(8),
  };
  return { type: 'RRSIG', name, ttl: 300, data } as unknown as dnsPacket.Answer;
}

function typesOf(reply: Buffer | undefined): string[] {
  return (decoded(reply).packet.answers ?? []).map(({ type }) => type);
}
