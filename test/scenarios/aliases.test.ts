// Names that are answered as others: rewrites, and CNAME records of the configuration that lead outside.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import { FLAG_AD, FLAG_CD } from '../../src/wire/header.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { TYPE } from '../../src/wire/numbers.ts';
import { UDP } from '../../src/data-plane/listeners/transports.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, encodeAsk, type Reply, soa } from './conversation.ts';

const TARGET = 'new.example.net';
const RECORDS = `
[resolve]
rewrites = { "old.example" = "new.example.net", "*.dev.example" = "new.example.net", "box.example" = "192.0.2.9",
  "both.example" = ["192.0.2.8", "2001:db8::8"] }
[[record]]
name = "one.example"
type = "CNAME"
value = "two.example"
ttl = "1h"
[[record]]
name = "two.example"
type = "CNAME"
value = "new.example.net"
`;

function conversation(rules: readonly string[] = []): Conversation {
  const it = new Conversation(rules, {}, undefined, undefined, localSettings(RECORDS));
  it.script = (question) =>
    question.type === 'A'
      ? answerWith(question, [{ type: 'A', name: question.name, ttl: 120, data: '192.0.2.1' }], { flags: FLAG_AD })
      : answerWith(question, [], { authorities: [soa('example.net', 900, 60)] });
  return it;
}

function lines({ packet }: Reply): string[] {
  return (packet.answers ?? []).map((record) => {
    const { name, type, ttl, data } = record as { name: string; type: string; ttl: number; data: unknown };
    return `${name} ${ttl} ${type} ${typeof data === 'string' ? data : JSON.stringify(data)}`;
  });
}

describe('a name that is answered as another', () => {
  test('gets an alias and what its target answers, asked under the name of the target alone', async () => {
    const it = conversation();
    const reply = await it.ask({ name: 'OLD.example' });
    assert.deepEqual(lines(reply), [`OLD.example 120 CNAME new.example.net`, `new.example.net 120 A 192.0.2.1`]);
    assert.equal(reply.packet.questions![0]!.name, 'OLD.example');
    assert.deepEqual(it.asked, [`${TARGET} A`]);
    assert.equal(reply.packet.rcode, 'NOERROR');
  });

  test('shares the cache with its target, in both directions', async () => {
    const it = conversation();
    await it.ask({ name: TARGET });
    it.nowMilliseconds += 20_000;
    assert.deepEqual(lines(await it.ask({ name: 'old.example' })), [
      `old.example 100 CNAME new.example.net`,
      `new.example.net 100 A 192.0.2.1`,
    ]);
    assert.deepEqual(lines(await it.ask({ name: TARGET })), [`${TARGET} 100 A 192.0.2.1`]);
    assert.equal(it.asked.length, 1);
  });

  test('waits together with those who ask for the target, and each gets its own answer', async () => {
    const it = conversation();
    const gate = Promise.withResolvers<void>();
    const { script } = it;
    it.script = async (question, query) => {
      await gate.promise;
      return script(question, query);
    };
    const replies = [TARGET, 'old.example', 'x.dev.example', 'one.example', TARGET].map((name) => it.ask({ name }));
    gate.resolve();
    const [target, old, dev, one, again] = (await Promise.all(replies)).map(lines);
    assert.deepEqual(target, [`${TARGET} 120 A 192.0.2.1`]);
    assert.deepEqual(again, target);
    assert.deepEqual(old![0], 'old.example 120 CNAME new.example.net');
    assert.deepEqual(dev, [`x.dev.example 120 CNAME ${TARGET}`, `${TARGET} 120 A 192.0.2.1`]);
    assert.deepEqual(
      one!.map((line) => line.split(' ').slice(2).join(' ')),
      ['CNAME two.example', `CNAME ${TARGET}`, 'A 192.0.2.1'],
    );
    assert.deepEqual(it.asked, [`${TARGET} A`]);
    assert.deepEqual(it.internalErrors, []);
  });

  test('has the negative answer of its target behind the alias, with the SOA of the target', async () => {
    const it = conversation();
    const noData = await it.ask({ name: 'old.example', type: 'TXT' });
    assert.deepEqual(lines(noData), ['old.example 60 CNAME new.example.net']);
    assert.equal(noData.packet.rcode, 'NOERROR');
    assert.equal(noData.packet.authorities![0]!.type === 'SOA' && noData.packet.authorities![0]!.name, 'example.net');
    it.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example.net', 900, 60)] });
    const missing = await it.ask({ name: 'x.dev.example', type: 'MX' });
    assert.deepEqual(lines(missing), [`x.dev.example 60 CNAME ${TARGET}`]);
    assert.equal(missing.packet.rcode, 'NXDOMAIN');
  });

  test('D03 an answer over an alias is not called authentic, though that of the target is', async () => {
    const it = conversation();
    assert.notEqual((await it.ask({ name: TARGET, edns: { dnssecOk: true } })).packet.flags! & FLAG_AD, 0);
    assert.equal((await it.ask({ name: 'old.example', edns: { dnssecOk: true } })).packet.flags! & FLAG_AD, 0);
    it.nowMilliseconds += 1_000;
    assert.equal((await it.ask({ name: 'old.example', edns: { dnssecOk: true } })).packet.flags! & FLAG_AD, 0);
  });

  test('is judged by the rules for its target', async () => {
    const it = conversation([`||${TARGET}^`]);
    const reply = await it.ask({ name: 'old.example' });
    assert.equal(reply.packet.rcode, 'NXDOMAIN');
    assert.deepEqual(lines(reply), []);
    assert.deepEqual(it.asked, []);
    assert.equal(reply.extendedError?.code, 15);
  });

  test('fails with its target, and says why', async () => {
    const it = conversation();
    it.script = () => ({ ok: false, code: 'timeout', detail: '' });
    const reply = await it.ask({ name: 'old.example' });
    assert.equal(reply.packet.rcode, 'SERVFAIL');
    assert.deepEqual(lines(reply), []);
    assert.equal(reply.extendedError?.code, 22);
  });

  test('is answered by addresses where those are given; other types have none', async () => {
    const it = conversation();
    assert.deepEqual(lines(await it.ask({ name: 'box.example' })), ['box.example 300 A 192.0.2.9']);
    assert.deepEqual(lines(await it.ask({ name: 'box.example', type: 'AAAA' })), []);
    assert.deepEqual(lines(await it.ask({ name: 'both.example', type: 'AAAA' })), [
      'both.example 300 AAAA 2001:db8::8',
    ]);
    assert.deepEqual(it.asked, []);
  });

  test('of a chain of aliases shows every one, and the type CNAME only the first', async () => {
    const it = conversation();
    assert.deepEqual(lines(await it.ask({ name: 'one.example', type: 'CNAME' })), [
      'one.example 3600 CNAME two.example',
    ]);
    assert.deepEqual(it.asked, []);
  });

  test('whose target answers with aliases of its own is put together right', async () => {
    const it = conversation();
    it.script = (question) =>
      answerWith(question, [
        { type: 'CNAME', name: question.name, ttl: 50, data: `cdn.${question.name}` },
        { type: 'CNAME', name: `cdn.${question.name}`, ttl: 40, data: 'edge.example.org' },
        { type: 'A', name: 'edge.example.org', ttl: 30, data: '192.0.2.77' },
      ]);
    assert.deepEqual(lines(await it.ask({ name: 'old.example' })), [
      'old.example 30 CNAME new.example.net',
      'new.example.net 50 CNAME cdn.new.example.net',
      'cdn.new.example.net 40 CNAME edge.example.org',
      'edge.example.org 30 A 192.0.2.77',
    ]);
  });

  test('is put together right from compressed answers: each name is what it was, and CNAMEs of upstream and ours form one chain', async () => {
    const it = conversation();
    it.script = (question) =>
      answerWith(
        question,
        [
          { type: 'CNAME', name: question.name, ttl: 50, data: `a.${question.name}` },
          { type: 'CNAME', name: `a.${question.name}`, ttl: 50, data: 'b.example.net' },
          ...['192.0.2.1', '192.0.2.2'].map((data) => ({ type: 'A' as const, name: 'b.example.net', ttl: 50, data })),
        ],
        { authorities: [{ type: 'NS', name: 'example.net', ttl: 50, data: 'ns.example.net' }] },
      );
    const ttl = (seconds: number, ...records: string[]) => records.map((record) => record.replace(' ', ` ${seconds} `));
    for (const _ of ['cold', 'cached']) {
      for (const [name, ...chain] of [
        ['old.example', 'old.example CNAME new.example.net'],
        ['x.dev.example', 'x.dev.example CNAME new.example.net'],
        ['one.example', 'one.example CNAME two.example', 'two.example CNAME new.example.net'],
      ] as const) {
        const reply = await it.ask({ name });
        assert.deepEqual(lines(reply), [
          ...ttl(50, ...chain),
          ...ttl(50, 'new.example.net CNAME a.new.example.net', 'a.new.example.net CNAME b.example.net'),
          ...ttl(50, 'b.example.net A 192.0.2.1', 'b.example.net A 192.0.2.2'),
        ]);
      }
    }
    assert.deepEqual(it.asked, [`${TARGET} A`]);
  });

  test('is kept, though what is said of its own name is that nothing is', async () => {
    const toml = '[cache]\nexclude = ["dyn.example"]\n[resolve]\nrewrites = { "dyn.example" = "new.example.net" }\n';
    const it = new Conversation([], {}, undefined, undefined, localSettings(toml));
    it.script = (question) => answerWith(question, [{ type: 'A', name: question.name, ttl: 120, data: '192.0.2.1' }]);
    await it.ask({ name: 'dyn.example' });
    await it.ask({ name: 'dyn.example' });
    await it.ask({ name: TARGET });
    assert.deepEqual(it.asked, [`${TARGET} A`]);
  });

  test('whose target here has no such record has a "no" about the target, not about itself', async () => {
    const toml = '[resolve]\nrewrites = { "old.example" = "box.example", "box.example" = "192.0.2.9" }\n';
    const it = new Conversation([], {}, undefined, undefined, localSettings(toml));
    const reply = await it.ask({ name: 'old.example', type: 'TXT' });
    assert.deepEqual(lines(reply), ['old.example 300 CNAME box.example']);
    assert.deepEqual(
      reply.packet.authorities!.map(({ type, name }) => `${type} ${name}`),
      ['SOA box.example'],
    );
    const itself = await it.ask({ name: 'box.example', type: 'TXT' });
    assert.equal(itself.packet.authorities![0]!.type === 'SOA' && itself.packet.authorities![0]!.name, 'box.example');
  });

  test('without end is a failure without half a chain', async () => {
    const settings = localSettings('');
    const records = [...Array.from({ length: 12 }).keys()].map((number) => ({
      owner: nameFromText(`n${number}.example`)!,
      type: TYPE.CNAME,
      ttlSeconds: 300,
      rdata: nameFromText(`n${(number + 1) % 12}.example`)!,
      line: 0,
    }));
    const it = new Conversation([], {}, undefined, undefined, { ...settings, records });
    const reply = await it.ask({ name: 'n0.example' });
    assert.deepEqual([reply.packet.rcode, lines(reply)], ['SERVFAIL', []]);
    assert.match(reply.extendedError!.text, /aliases of this name are too many/);
  });

  test('to a name that a file may bring and has not brought is a failure that says why, and asks nobody', async () => {
    const settings = localSettings(
      '[resolve]\nhosts_file = "/etc/hosts"\nrewrites = { "*.home.example" = "nas.home.example" }\n',
    );
    const it = new Conversation([], {}, undefined, undefined, settings);
    for (const name of ['any.home.example', 'nas.home.example']) {
      const reply = await it.ask({ name });
      assert.deepEqual([reply.packet.rcode, lines(reply)], ['SERVFAIL', []]);
      assert.match(reply.extendedError!.text, /lead round in a circle/);
    }
    assert.deepEqual(it.asked, []);
  });

  test('with more records than a datagram holds is truncated over UDP', async () => {
    const it = conversation();
    it.script = (question) =>
      answerWith(
        question,
        Array.from({ length: 200 }, (_, index) => ({
          type: 'A' as const,
          name: question.name,
          ttl: 30,
          data: `192.0.2.${index}`,
        })),
      );
    const reply = dnsPacket.decode((await it.send(encodeAsk({ name: 'old.example' }), UDP))!);
    assert.equal(reply.flag_tc, true);
    assert.equal(lines(await it.ask({ name: 'old.example' })).length, 201);
  });

  test('keeps CD and DO apart, as its target does', async () => {
    const it = conversation();
    await it.ask({ name: 'old.example', edns: { dnssecOk: true } });
    await it.ask({ name: 'old.example', flags: dnsPacket.RECURSION_DESIRED | FLAG_CD });
    await it.ask({ name: 'old.example' });
    assert.equal(it.asked.length, 3);
  });
});
