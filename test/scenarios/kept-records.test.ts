// What is taken from an upstream's answer, for how long it is kept, and who gets it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { answerWith, Conversation, type Reply, soa } from './conversation.ts';

const address = (name: string, ttl = 300, data = '192.0.2.1'): dnsPacket.Answer => ({ type: 'A', name, ttl, data });
const alias = (name: string, data: string, ttl = 300): dnsPacket.Answer => ({ type: 'CNAME', name, ttl, data });

function answersOf({ packet }: Reply): string[] {
  return (packet.answers ?? []).map((record) => `${record.name} ${record.type}`);
}

function ttlsOf({ packet }: Reply): (number | undefined)[] {
  return [...(packet.answers ?? []), ...(packet.authorities ?? [])].map((record) => (record as { ttl?: number }).ttl);
}

describe('what is relayed and kept', () => {
  test('C23 records of other names are neither relayed nor kept, wherever they stand', async () => {
    const talk = new Conversation();
    talk.script = (question) => {
      if (question.name === 'bank.example') return answerWith(question, [address('bank.example', 300, '192.0.2.80')]);
      const forged = address('bank.example', 300, '203.0.113.66');
      const outcome = answerWith(question, [address('a.example'), forged], { authorities: [forged] });
      assert.ok(outcome.ok);
      const packet = dnsPacket.decode(Buffer.from(outcome.message));
      packet.additionals = [forged, ...packet.additionals!];
      return { ...outcome, message: new Uint8Array(dnsPacket.encode(packet)) };
    };
    for (let round = 0; round < 2; round++) {
      const reply = await talk.ask({ name: 'a.example' });
      assert.deepEqual(answersOf(reply), ['a.example A']);
      assert.equal(reply.packet.authorities?.length, 0);
      assert.deepEqual(
        reply.packet.additionals?.map(({ type }) => type),
        ['OPT'],
      );
      assert.ok(!reply.bytes.includes(Buffer.from('bank')));
    }
    const bank = await talk.ask({ name: 'bank.example' });
    assert.equal((bank.packet.answers![0] as { data?: string }).data, '192.0.2.80');
    assert.deepEqual(talk.asked, ['a.example A', 'bank.example A']);
  });

  test('C23 a chain out of order is put in order, cold and cached', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      answerWith(question, [address('c.test'), alias('b.example', 'c.test'), alias('a.example', 'b.example')]);
    for (let round = 0; round < 2; round++)
      assert.deepEqual(answersOf(await talk.ask({ name: 'a.example' })), [
        'a.example CNAME',
        'b.example CNAME',
        'c.test A',
      ]);
    assert.equal(talk.asked.length, 1);
  });

  test('C23 an answer without a record that belongs is a failure, not "no such record"', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [address('bank.example')]);
    assert.equal((await talk.ask({ name: 'a.example' })).packet.rcode, 'SERVFAIL');
  });

  test('C23 a chain that leads back to itself is a failure', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      answerWith(question, [alias('a.example', 'b.example'), alias('b.example', 'a.example')]);
    assert.equal((await talk.ask({ name: 'a.example' })).packet.rcode, 'SERVFAIL');
  });

  test('C23 the rules look at the chain that is left: a CNAME beside it blocks nothing', async () => {
    const talk = new Conversation(['||ads.example^']);
    talk.script = (question) => answerWith(question, [address('a.example'), alias('x.example', 'b.ads.example')]);
    assert.deepEqual(answersOf(await talk.ask({ name: 'a.example' })), ['a.example A']);
  });

  test('C21 OPT of the upstream, and what stands behind it, reaches nobody', async () => {
    const talk = new Conversation();
    const cookie = Buffer.from('0123456789abcdef');
    talk.script = (question) =>
      answerWith(question, [address('a.example')], {
        opt: {
          options: [
            { code: 10, data: cookie },
            { code: 8, data: Buffer.from('00012000c0000201', 'hex') },
            { code: 12, data: Buffer.alloc(40) },
          ] as never,
        },
      });
    for (let round = 0; round < 2; round++) {
      const { packet, bytes } = await talk.ask({ name: 'a.example' });
      assert.equal(packet.additionals?.filter(({ type }) => type === 'OPT').length, 1);
      assert.ok(!bytes.includes(cookie));
      assert.equal((await talk.ask({ name: 'a.example', edns: false })).packet.additionals?.length, 0);
    }
  });
});

describe('how long it is kept', () => {
  test('C05 records of one set all get the smallest TTL; aliases keep their own', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      answerWith(question, [
        alias('a.example', 'b.example', 900),
        address('b.example', 300),
        address('b.example', 60, '192.0.2.2'),
      ]);
    assert.deepEqual(ttlsOf(await talk.ask({ name: 'a.example' })), [900, 60, 60]);
    talk.nowMilliseconds += 30_000;
    assert.deepEqual(ttlsOf(await talk.ask({ name: 'a.example' })), [870, 30, 30]);
    talk.nowMilliseconds += 31_000;
    await talk.ask({ name: 'a.example' });
    assert.equal(talk.asked.length, 2);
  });

  test('C03 C04 min_ttl and max_ttl bound every TTL; nothing is kept for 0 seconds', async () => {
    const talk = new Conversation([], {}, undefined, { minTtlSeconds: 30, maxTtlSeconds: 600, prefetch: false });
    talk.script = (question) =>
      answerWith(question, [address(question.name, question.name.startsWith('0') ? 0 : 5000)]);
    assert.deepEqual(ttlsOf(await talk.ask({ name: '0.example' })), [30]);
    assert.deepEqual(ttlsOf(await talk.ask({ name: 'long.example' })), [600]);
    await talk.ask({ name: '0.example' });
    assert.equal(talk.asked.length, 2);
  });

  test('C08 negative_max_ttl bounds a "no", min_ttl does not; "0s" keeps none', async () => {
    const cases = [
      { settings: {}, ttl: 10_800 },
      { settings: { negativeMaxTtlSeconds: 120 }, ttl: 120 },
      { settings: { negativeMaxTtlSeconds: 0, staleSeconds: 0 }, ttl: 0 },
      { settings: { maxTtlSeconds: 60 }, ttl: 60 },
    ];
    for (const { settings, ttl } of cases) {
      const talk = new Conversation([], {}, undefined, settings);
      talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example', 50_000, 50_000)] });
      assert.deepEqual(ttlsOf(await talk.ask({ name: 'no.example' })), [ttl]);
      await talk.ask({ name: 'no.example' });
      assert.equal(talk.asked.length, ttl === 0 ? 2 : 1);
    }
    const talk = new Conversation([], {}, undefined, { minTtlSeconds: 300 });
    talk.script = (question) => answerWith(question, [], { authorities: [soa('example', 7, 7)] });
    assert.deepEqual(ttlsOf(await talk.ask({ name: 'no.example' })), [7]);
  });

  test('C09 a "no" without SOA, or with that of another zone, is not kept: NXDOMAIN, NODATA, NODATA behind a CNAME', async () => {
    const bank = { authorities: [soa('bank.test', 300, 300)] };
    for (const [answers, extra] of [
      [[], { rcode: 3 }],
      [[], {}],
      [[alias('a.example', 'b.test')], {}],
      [[], { rcode: 3, ...bank }],
      [[alias('a.example', 'b.test')], { authorities: [soa('example', 300, 300)] }],
    ] as const) {
      const talk = new Conversation();
      talk.script = (question) => answerWith(question, answers, extra as never);
      await talk.ask({ name: 'a.example' });
      await talk.ask({ name: 'a.example' });
      assert.equal(talk.asked.length, 2, JSON.stringify([answers, extra]));
    }
  });

  test('C06 NODATA behind a CNAME is kept for its type, for as long as the SOA of the target says', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      answerWith(question, [alias('a.example', 'b.test', 900)], { authorities: [soa('test', 60, 60)] });
    for (let round = 0; round < 2; round++) assert.deepEqual(ttlsOf(await talk.ask({ name: 'a.example' })), [60, 60]);
    await talk.ask({ name: 'a.example', type: 'AAAA' });
    assert.deepEqual(talk.asked, ['a.example A', 'a.example AAAA']);
  });

  test('C11 NXDOMAIN behind a CNAME is about its target: another type of the name is asked anew and gets the CNAME', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      answerWith(question, [alias('a.example', 'gone.test')], { rcode: 3, authorities: [soa('test', 300, 300)] });
    for (const type of ['A', 'A', 'AAAA', 'AAAA']) {
      const reply = await talk.ask({ name: 'a.example', type });
      assert.equal(reply.packet.rcode, 'NXDOMAIN');
      assert.deepEqual(answersOf(reply), ['a.example CNAME']);
    }
    assert.deepEqual(talk.asked, ['a.example A', 'a.example AAAA']);
  });
});

describe('who gets it', () => {
  const signed = (question: dnsPacket.Question): UpstreamOutcome => {
    const rdata = {
      typeCovered: 'A',
      algorithm: 8,
      labels: 2,
      originalTTL: 300,
      expiration: 2e9,
      inception: 1e9,
      keyTag: 1,
      signersName: 'example',
      signature: Buffer.alloc(8),
    };
    return answerWith(
      question,
      [address('a.example'), { type: 'RRSIG', name: 'a.example', ttl: 300, data: rdata } as never],
      { flags: dnsPacket.AUTHENTIC_DATA },
    );
  };

  test('C19 D05 signatures go to those with DO alone, whatever the upstream sends, and to them always', async () => {
    const talk = new Conversation();
    talk.script = signed;
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(answersOf(await talk.ask({ name: 'a.example' })), ['a.example A']);
      assert.deepEqual(answersOf(await talk.ask({ name: 'a.example', edns: { dnssecOk: true } })), [
        'a.example A',
        'a.example RRSIG',
      ]);
    }
    assert.equal(talk.asked.length, 2);
  });

  test('C20 D02 CD=1 is a question of its own, cached apart, and CD is copied', async () => {
    const talk = new Conversation();
    const checked: boolean[] = [];
    talk.script = (question, query) => {
      checked.push(((query.flags ?? 0) & dnsPacket.CHECKING_DISABLED) !== 0);
      return answerWith(question, [address('a.example', 300, checked.at(-1) ? '192.0.2.66' : '192.0.2.1')]);
    };
    const flags = dnsPacket.RECURSION_DESIRED | dnsPacket.CHECKING_DISABLED;
    for (let round = 0; round < 2; round++) {
      const unchecked = await talk.ask({ name: 'a.example', flags });
      assert.equal((unchecked.packet.answers![0] as { data?: string }).data, '192.0.2.66');
      assert.equal(unchecked.packet.flag_cd, true);
      const reply = await talk.ask({ name: 'a.example' });
      assert.equal((reply.packet.answers![0] as { data?: string }).data, '192.0.2.1');
      assert.equal(reply.packet.flag_cd, false);
    }
    assert.deepEqual(checked, [true, false]);
  });

  test('D01 DO goes to the upstream and comes back in OPT', async () => {
    const talk = new Conversation();
    const asked: number[] = [];
    talk.script = (question, query) => {
      asked.push((query.additionals![0] as { flags?: number }).flags ?? -1);
      return signed(question);
    };
    for (const dnssecOk of [true, false]) {
      const { packet } = await talk.ask({ name: 'a.example', edns: { dnssecOk } });
      assert.equal((packet.additionals![0] as { flags?: number }).flags, dnssecOk ? dnsPacket.DNSSEC_OK : 0);
    }
    assert.deepEqual(asked, [dnsPacket.DNSSEC_OK, 0]);
  });

  test('D03 D04 AD is given to those who ask for it by DO or AD, if the upstream set it, and to nobody for what we say ourselves', async () => {
    const talk = new Conversation(['||ads.example^']);
    talk.script = (question) =>
      question.name === 'a.example' ? signed(question) : answerWith(question, [address('b.example')]);
    const AD = dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA;
    for (let round = 0; round < 2; round++) {
      assert.equal((await talk.ask({ name: 'a.example', edns: false })).packet.flag_ad, false);
      assert.equal((await talk.ask({ name: 'a.example', edns: false, flags: AD })).packet.flag_ad, true);
      assert.equal((await talk.ask({ name: 'a.example', edns: { dnssecOk: true } })).packet.flag_ad, true);
      assert.equal((await talk.ask({ name: 'b.example', flags: AD })).packet.flag_ad, false);
      assert.equal((await talk.ask({ name: 'x.ads.example', flags: AD })).packet.flag_ad, false);
    }
    assert.equal(talk.asked.length, 3);
  });
});

describe("an upstream's own block", () => {
  interface Signal {
    readonly flags?: number;
    readonly rcode?: number;
    readonly authorities?: dnsPacket.Answer[];
    readonly ede?: number;
    readonly server?: string;
  }

  /** NXDOMAIN without SOA and with RA=0, unless told otherwise. */
  function blocking(
    question: dnsPacket.Question,
    { flags = 0, rcode = 3, authorities = [], ede, server = 'blocking.script' }: Signal,
  ): UpstreamOutcome {
    const options = ede === undefined ? [] : [{ code: 15, data: Buffer.from([0, ede]) }];
    const message = dnsPacket.encode({
      type: 'response',
      id: 0,
      flags: dnsPacket.RECURSION_DESIRED | flags | rcode,
      questions: [question],
      authorities,
      additionals: [{ type: 'OPT', name: '.', udpPayloadSize: 1232, flags: 0, options } as never],
    });
    return { ok: true, message: new Uint8Array(message), server };
  }

  async function firstReply(signal: Signal): Promise<{ reply: Reply; blocked: number }> {
    const talk = new Conversation();
    talk.script = (question) => blocking(question, signal);
    const reply = await talk.ask({ name: 'bad.example' });
    return { reply, blocked: talk.counters.upstreamBlocked };
  }

  test('C09 F02 is explained, kept for a minute for its question alone, and counted apart', async () => {
    const talk = new Conversation();
    talk.script = (question) => blocking(question, { flags: dnsPacket.AUTHENTIC_DATA });
    for (let round = 0; round < 2; round++) {
      const { packet, extendedError } = await talk.ask({
        name: 'bad.example',
        flags: dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA,
      });
      assert.deepEqual([packet.rcode, packet.flag_ra, packet.flag_ad], ['NXDOMAIN', true, false]);
      assert.deepEqual(extendedError, { code: 15, text: 'the upstream blocking.script takes this name for malicious' });
      const [record] = packet.authorities as dnsPacket.SoaAnswer[];
      assert.deepEqual([record?.ttl, record?.data.minimum], [60, 60]);
    }
    assert.deepEqual(
      [talk.counters.upstreamBlocked, talk.counters.answersBlocked, talk.counters.answersFromUpstream],
      [2, 0, 0],
    );
    await talk.ask({ name: 'bad.example', type: 'AAAA' });
    await talk.ask({ name: 'www.bad.example' });
    assert.deepEqual(talk.asked, ['bad.example A', 'bad.example AAAA', 'www.bad.example A']);
    talk.nowMilliseconds += 61_000;
    await talk.ask({ name: 'bad.example' });
    assert.equal(talk.asked.length, 4);
  });

  test('is told by an Extended DNS Error as well', async () => {
    for (const ede of [15, 16, 17]) {
      const { reply, blocked } = await firstReply({ flags: dnsPacket.RECURSION_AVAILABLE, ede });
      assert.deepEqual([reply.extendedError?.code, blocked], [15, 1]);
    }
  });

  test('is nothing else: a true NXDOMAIN, NODATA, another upstream, a "no" without SOA from one that recurses', async () => {
    for (const signal of [
      { authorities: [soa('example', 300, 300)] },
      { rcode: 0 },
      { server: 'script' },
      { flags: dnsPacket.RECURSION_AVAILABLE },
      { flags: dnsPacket.RECURSION_AVAILABLE, ede: 22 },
    ]) {
      const { reply, blocked } = await firstReply(signal);
      assert.equal(blocked, 0, JSON.stringify(signal));
      assert.notEqual(reply.extendedError?.code, 15);
    }
  });

  test('stays what it is when the rules change, and a rule of our own comes first', async () => {
    const talk = new Conversation();
    talk.script = (question) => blocking(question, {});
    await talk.ask({ name: 'bad.example' });
    talk.setPolicy(['||other.example^']);
    assert.match((await talk.ask({ name: 'bad.example' })).extendedError!.text, /takes this name for malicious/);
    talk.setPolicy(['||bad.example^']);
    assert.doesNotMatch((await talk.ask({ name: 'bad.example' })).extendedError!.text, /malicious/);
    talk.setPolicy(['@@||bad.example^']);
    assert.match((await talk.ask({ name: 'bad.example' })).extendedError!.text, /takes this name for malicious/);
    assert.equal(talk.asked.length, 1);
  });
});
