// What a client gets from cache, policy and upstream over time.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { DOT, UDP } from '../../src/data-plane/listeners/transports.ts';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { answerWith, Conversation, encodeAsk, readReply, sharedByThreads, soa } from './conversation.ts';

const A_RECORD = { type: 'A', name: 'www.example.org', ttl: 300, data: '192.0.2.1' } as const;

function ttlOf(reply: { packet: dnsPacket.Packet }): number | undefined {
  const [record] = reply.packet.answers ?? [];
  return record !== undefined && 'ttl' in record ? record.ttl : undefined;
}

describe('answers over time', () => {
  test('C02 an answer is asked for once, then comes from cache with a TTL that counts down, and is asked for again when it expires', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [A_RECORD]);
    assert.equal(ttlOf(await talk.ask({ name: 'www.example.org' })), 300);
    talk.nowMilliseconds += 100_000;
    assert.equal(ttlOf(await talk.ask({ name: 'www.example.org' })), 200);
    assert.equal(talk.asked.length, 1);
    talk.nowMilliseconds += 200_000;
    assert.equal(ttlOf(await talk.ask({ name: 'www.example.org' })), 300);
    assert.equal(talk.asked.length, 2);
    assert.equal(talk.counters.answersFromCache, 1);
    assert.equal(talk.counters.answersFromUpstream, 2);
  });

  test('C01 W08 letter case is the asker’s own on every answer, and one entry serves all spellings', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [A_RECORD]);
    for (const name of ['www.example.org', 'WWW.eXample.ORG', 'wWw.Example.Org']) {
      const { packet } = await talk.ask({ name, id: 99 });
      assert.equal(packet.questions?.[0]?.name, name);
      assert.equal(packet.id, 99);
    }
    assert.deepEqual(talk.asked, ['www.example.org A']);
  });

  test('C03 records with TTL 0 are answered and not kept', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [{ ...A_RECORD, ttl: 0 }]);
    await talk.ask({ name: 'www.example.org' });
    await talk.ask({ name: 'www.example.org' });
    assert.equal(talk.asked.length, 2);
  });

  test('C04 a TTL with its top bit set counts as 0, a very long one as a day', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      answerWith(question, [
        { ...A_RECORD, name: question.name, ttl: question.name.startsWith('www') ? 0x80000001 : 999_999 },
      ]);
    assert.equal(ttlOf(await talk.ask({ name: 'www.example.org' })), 0);
    assert.equal(ttlOf(await talk.ask({ name: 'long.example.org' })), 86_400);
  });

  test('C06 C07 an NXDOMAIN with SOA is kept for every type, for min(SOA TTL, MINIMUM), with a SOA that counts down', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example.org', 900, 60)] });
    await talk.ask({ name: 'no.example.org' });
    talk.nowMilliseconds += 20_000;
    const { packet } = await talk.ask({ name: 'no.example.org', type: 'AAAA' });
    assert.equal((packet as { rcode?: string }).rcode, 'NXDOMAIN');
    // Not 880: a cache behind this one would keep it for min(TTL, MINIMUM) from now on.
    assert.equal((packet.authorities?.[0] as dnsPacket.SoaAnswer | undefined)?.ttl, 40);
    assert.equal(talk.asked.length, 1);
    talk.nowMilliseconds += 41_000;
    await talk.ask({ name: 'no.example.org' });
    assert.equal(talk.asked.length, 2);
  });

  test('C06 NODATA is kept for its own type alone', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], { authorities: [soa('example.org', 900, 60)] });
    await talk.ask({ name: 'half.example.org', type: 'AAAA' });
    await talk.ask({ name: 'half.example.org', type: 'AAAA' });
    await talk.ask({ name: 'half.example.org', type: 'MX' });
    assert.deepEqual(talk.asked, ['half.example.org AAAA', 'half.example.org MX']);
  });

  test('C09 a negative answer without SOA is not kept', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], { rcode: 3 });
    await talk.ask({ name: 'no.example.org' });
    await talk.ask({ name: 'no.example.org' });
    assert.equal(talk.asked.length, 2);
  });

  test('C11 an NXDOMAIN behind a CNAME is not an NXDOMAIN of the name itself', async () => {
    const talk = new Conversation();
    const cname = { type: 'CNAME', name: 'alias.example.org', ttl: 300, data: 'gone.example.net' } as const;
    talk.script = (question) =>
      answerWith(question, [cname], { rcode: 3, authorities: [soa('example.net', 300, 300)] });
    await talk.ask({ name: 'alias.example.org' });
    await talk.ask({ name: 'alias.example.org', type: 'TXT' });
    assert.deepEqual(talk.asked, ['alias.example.org A', 'alias.example.org TXT']);
  });

  test('C19 C20 answers for DO and CD askers are kept apart', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [A_RECORD]);
    await talk.ask({ name: 'www.example.org' });
    await talk.ask({ name: 'www.example.org', edns: { dnssecOk: true } });
    await talk.ask({ name: 'www.example.org', flags: dnsPacket.RECURSION_DESIRED | dnsPacket.CHECKING_DISABLED });
    assert.equal(talk.asked.length, 3);
  });

  test('C19 C20 an NXDOMAIN kept for every type is kept for askers of the same DO and CD alone', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example.org', 900, 900)] });
    const name = 'no.example.org';
    const withCd = dnsPacket.RECURSION_DESIRED | dnsPacket.CHECKING_DISABLED;
    for (const type of ['A', 'AAAA']) {
      await talk.ask({ name, type });
      await talk.ask({ name, type, edns: { dnssecOk: true } });
      await talk.ask({ name, type, flags: withCd });
      await talk.ask({ name, type, flags: withCd, edns: { dnssecOk: true } });
    }
    assert.equal(talk.asked.length, 4);
  });

  test('C24 identical questions share one exchange, and each asker gets its own ID, spelling and EDNS', async () => {
    const talk = new Conversation();
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [A_RECORD]);
    };
    const asks = [
      talk.ask({ name: 'www.example.org', id: 1 }),
      talk.ask({ name: 'WWW.example.org', id: 2, edns: false }),
      talk.ask({ name: 'www.EXAMPLE.org', id: 3, transport: UDP }),
    ];
    assert.equal(talk.waiting, 3);
    arrived.resolve();
    const replies = await Promise.all(asks);
    assert.equal(talk.asked.length, 1);
    assert.equal(talk.counters.questionsJoined, 2);
    assert.deepEqual(
      replies.map(({ packet }) => [packet.id, packet.questions?.[0]?.name, packet.additionals?.length]),
      [
        [1, 'www.example.org', 1],
        [2, 'WWW.example.org', 0],
        [3, 'www.EXAMPLE.org', 1],
      ],
    );
    assert.equal(talk.waiting, 0);
  });

  test('a waiting query is a copy: what a listener does with its buffer afterwards changes no answer', async () => {
    const talk = new Conversation();
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [A_RECORD]);
    };
    const buffer = encodeAsk({ name: 'www.example.org', id: 7 });
    const reply = talk.send(buffer, DOT);
    buffer.fill(0xff);
    arrived.resolve();
    const { packet } = readReply((await reply)!);
    assert.deepEqual([packet.id, packet.questions?.[0]?.name, packet.additionals?.length], [7, 'www.example.org', 1]);
  });

  test('D03 AD is given only to those who asked for it', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [A_RECORD], { flags: dnsPacket.AUTHENTIC_DATA });
    const plain = await talk.ask({ name: 'www.example.org' });
    const wanting = await talk.ask({
      name: 'www.example.org',
      flags: dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA,
    });
    assert.deepEqual([plain.packet.flag_ad, wanting.packet.flag_ad], [false, true]);
  });

  test('FORMERR and extended RCODEs of the upstream, which speak of our own query, are failures and not handed on', async () => {
    const talk = new Conversation();
    for (const { rcode, extendedRcode } of [
      { rcode: 0, extendedRcode: 1 },
      { rcode: 7, extendedRcode: 255 },
      { rcode: 1, extendedRcode: 0 },
    ]) {
      const name = `n${rcode}-${extendedRcode}.example.org`;
      talk.script = (question) => answerWith(question, [], { rcode, opt: { extendedRcode } });
      for (const edns of [{}, false] as const) {
        const { packet, extendedErrors } = await talk.ask({ name, edns });
        assert.equal(packet.rcode, 'SERVFAIL');
        assert.equal(extendedErrors.at(-1), edns === false ? undefined : 24);
      }
    }
  });

  test('F04 the upstream’s EDE text is handed on short and as UTF-8, and the RCODE with it', async () => {
    const talk = new Conversation();
    const ede = (text: Uint8Array) => ({ code: 15, data: Buffer.concat([Buffer.from([0, 6]), text]) }) as never;
    const texts = [Buffer.from('bogus\0'), Buffer.alloc(5_000, 'ä'), Buffer.alloc(5_000, 0xff)];
    const heard: string[] = [];
    for (const [index, text] of texts.entries()) {
      talk.script = (question) => answerWith(question, [], { rcode: 2, opt: { options: [ede(text)] } });
      const { packet, extendedError } = await talk.ask({ name: `n${index}.example.org` });
      assert.deepEqual([packet.rcode, extendedError?.code], ['SERVFAIL', 6]);
      heard.push(extendedError!.text);
    }
    assert.deepEqual(heard, ['bogus', 'ä'.repeat(50), '']);
  });

  test('C25 a query that waits takes little memory, however long it is, and is answered as it asked', async () => {
    const talk = new Conversation();
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [A_RECORD]);
    };
    const before = process.memoryUsage().arrayBuffers;
    const query = encodeAsk({ name: 'www.example.org', id: 7, edns: { dnssecOk: true, optionBytes: 60_000 } });
    const replies = Array.from({ length: 400 }, () => talk.send(query, DOT));
    assert.ok(process.memoryUsage().arrayBuffers - before < 5e6);
    arrived.resolve();
    for (const reply of await Promise.all(replies)) {
      const { packet } = readReply(reply!);
      const opt = packet.additionals?.[0] as dnsPacket.OptAnswer;
      assert.deepEqual([packet.id, packet.answers?.length, opt.flag_do], [7, 1, true]);
    }
  });

  test('F03 the upstream being unreachable is SERVFAIL with EDE 22, and is forgotten within 5 s', async () => {
    const talk = new Conversation();
    const failed = await talk.ask({ name: 'www.example.org' });
    assert.equal(failed.packet.rcode, 'SERVFAIL');
    assert.equal(failed.extendedError?.code, 22);
    talk.script = (question) => answerWith(question, [A_RECORD]);
    talk.nowMilliseconds += 5_000;
    assert.equal((await talk.ask({ name: 'www.example.org' })).packet.rcode, 'NOERROR');
  });

  test('a failed exchange answers every waiter, on UDP as well, and the pool is empty afterwards', async () => {
    const talk = new Conversation();
    talk.script = () => ({ ok: false, code: 'timeout', detail: 'slow' });
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, id) => talk.ask({ name: `n${id % 4}.example.org`, id, transport: UDP })),
    );
    assert.ok(replies.every(({ packet }) => packet.rcode === 'SERVFAIL'));
    assert.equal(talk.asked.length, 4);
    assert.equal(talk.waiting, 0);
  });

  test('C25 a flood of names that nobody asks for again leaves the popular ones in a small cache', async () => {
    const talk = new Conversation([], {}, undefined, {}, undefined, sharedByThreads(131_072));
    talk.script = (question) => answerWith(question, [{ ...A_RECORD, name: question.name, ttl: 86_400 }]);
    let floods = 0;
    const flood = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) await talk.ask({ name: `flood${floods++}.example.org` });
    };
    const popular = Array.from({ length: 20 }, (_, index) => `popular${index}.example.org`);
    const askForPopular = async (): Promise<void> => {
      for (let round = 0; round < 4; round++) for (const name of popular) await talk.ask({ name });
    };
    // Full of others before anybody asks for them.
    await flood(1_500);
    await askForPopular();
    await flood(400);
    await askForPopular();
    await flood(1_500);
    const asked = talk.asked.length;
    for (const name of popular) await talk.ask({ name });
    assert.ok(talk.asked.length - asked <= 2, `${talk.asked.length - asked} of ${popular.length} were lost`);
  });

  test('C25 more questions than the pool holds are refused at once with SERVFAIL and EDE 23, and the pool empties', async () => {
    const talk = new Conversation();
    const held = Promise.withResolvers<void>();
    talk.script = async () => {
      await held.promise;
      return { ok: false, code: 'timeout', detail: 'held' };
    };
    const replies = Array.from({ length: 2_100 }, (_, index) => talk.ask({ name: `q${index}.example.org` }));
    const refused = await Promise.race(replies.slice(2_000));
    assert.equal(refused.extendedError?.code, 23);
    held.resolve();
    await Promise.all(replies);
    assert.equal(talk.waiting, 0);
  });
});

describe('the wire', () => {
  test('T01 T03 T04 an answer too large for a datagram is TC with an empty answer, and whole over a stream', async () => {
    const talk = new Conversation();
    const texts = Array.from({ length: 10 }, (_, index) => ({
      type: 'TXT' as const,
      name: 'big.example.org',
      ttl: 60,
      data: String(index).padEnd(200, 'x'),
    }));
    talk.script = (question) => answerWith(question, texts);
    const datagram = await talk.ask({ name: 'big.example.org', type: 'TXT', transport: UDP, edns: { size: 65_535 } });
    assert.equal(datagram.packet.flag_tc, true);
    assert.equal(datagram.packet.answers?.length, 0);
    assert.equal(datagram.packet.additionals?.length, 1);
    const stream = await talk.ask({ name: 'big.example.org', type: 'TXT' });
    assert.equal(stream.packet.answers?.length, 10);
    assert.equal(stream.packet.flag_tc, false);
  });

  test('E01 an answer so long that no OPT would fit behind it is a failure; one octet less is an answer with OPT', async () => {
    const talk = new Conversation();
    const answerOf = (question: dnsPacket.Question, length: number): UpstreamOutcome => {
      const start = 12 + 17 + 4;
      const message = Buffer.alloc(length);
      dnsPacket.encode({ type: 'response', questions: [question] }).copy(message);
      message.writeUInt16BE(1, 6);
      Buffer.from([0xc0, 12, 0, 10, 0, 1, 0, 0, 0, 60]).copy(message, start);
      message.writeUInt16BE(length - start - 12, start + 10);
      return { ok: true, message: new Uint8Array(message), server: 'script' };
    };
    talk.script = (question) => answerOf(question, 65_525);
    assert.equal((await talk.ask({ name: 'big.example.org', type: 'NULL' })).packet.rcode, 'SERVFAIL');
    talk.script = (question) => answerOf(question, 65_524);
    for (let round = 0; round < 2; round++) {
      const { packet, bytes } = await talk.ask({ name: 'fit.example.org', type: 'NULL' });
      assert.deepEqual([bytes.length, packet.answers?.length, packet.additionals?.length], [65_535, 1, 1]);
      assert.equal((await talk.ask({ name: 'fit.example.org', type: 'NULL', edns: false })).bytes.length, 65_524);
    }
    assert.equal(talk.asked.length, 2);
  });

  test('E01 OPT if and only if the query had it; E03 BADVERS for a newer EDNS', async () => {
    const talk = new Conversation(['||ads.example^']);
    assert.equal((await talk.ask({ name: 'ads.example', edns: false })).packet.additionals?.length, 0);
    assert.equal((await talk.ask({ name: 'ads.example' })).packet.additionals?.length, 1);
    const query = encodeAsk({ name: 'www.example.org' });
    query[query.length - 5] = 1; // VERSION of the OPT record that ends the message
    const reply = await talk.send(query);
    const opt = readReply(reply!).packet.additionals?.[0] as dnsPacket.OptAnswer;
    assert.equal(opt.extendedRcode, 1);
    assert.equal(talk.asked.length, 0);
  });

  test('W01 W02 silence for less than a header and for responses', async () => {
    const talk = new Conversation();
    assert.equal(await talk.send(new Uint8Array(11)), undefined);
    const response = encodeAsk({ name: 'www.example.org' });
    response[2] = response[2]! | 0x80;
    assert.equal(await talk.send(response), undefined);
    assert.equal(talk.counters.queriesIgnored, 2);
  });

  test('W06 W17 W18 W19 X03 opcodes, meta types, classes, RD=0 and transfers are answered and never forwarded', async () => {
    const talk = new Conversation();
    const rcodeOf = async (change: (query: Buffer) => void, type = 'A') => {
      const query = encodeAsk({ name: 'www.example.org', type, edns: false });
      change(query);
      return (await talk.send(query))![3]! & 0xf;
    };
    const setType = (value: number) => (query: Buffer) => query.writeUInt16BE(value, query.length - 4);
    assert.equal(await rcodeOf((query) => query.writeUInt8(0x29, 2)), 4); // opcode 5
    assert.equal(await rcodeOf((query) => query.writeUInt16BE(3, query.length - 2)), 5); // class CH
    assert.equal(await rcodeOf((query) => query.writeUInt8(0, 2)), 5); // RD=0
    assert.equal(await rcodeOf(setType(252)), 5); // AXFR
    assert.equal(await rcodeOf(setType(251)), 5); // IXFR
    assert.equal(await rcodeOf(setType(255)), 5); // ANY
    assert.equal(await rcodeOf(setType(0)), 1);
    assert.equal(await rcodeOf(setType(41)), 1);
    assert.deepEqual(talk.asked, []);
  });

  test('L01 L02 L07 special-use names never reach the upstream', async () => {
    const talk = new Conversation();
    const local = await talk.ask({ name: 'printer.localhost' });
    assert.equal((local.packet.answers?.[0] as { data?: string } | undefined)?.data, '127.0.0.1');
    assert.equal((await talk.ask({ name: 'x.onion' })).packet.rcode, 'NXDOMAIN');
    assert.equal((await talk.ask({ name: 'nas.home.arpa' })).packet.rcode, 'NXDOMAIN');
    const discovery = await talk.ask({ name: '_dns.resolver.arpa', type: 'TXT' });
    assert.deepEqual([discovery.packet.rcode, discovery.packet.answers?.length], ['NOERROR', 0]);
    assert.deepEqual(talk.asked, []);
    talk.script = (question) => answerWith(question, [A_RECORD]);
    await talk.ask({ name: 'notonion' });
    await talk.ask({ name: 'xhome.arpa' });
    assert.equal(talk.asked.length, 2);
  });

  test('C21 the upstream’s OPT is never handed on', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [A_RECORD]);
    for (let round = 0; round < 2; round++) {
      const { packet } = await talk.ask({ name: 'www.example.org', edns: false });
      assert.equal(packet.additionals?.length, 0);
    }
  });
});
