// What the policy does to queries, to answers and to what was cached before it changed.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as dnsPacket from 'dns-packet';
import { UDP } from '../../src/data-plane/listeners/transports.ts';
import type { BlockResponse } from '../../src/policy/policy-settings.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, encodeAsk } from './conversation.ts';

const ADDRESS = { type: 'A', name: 'www.example.org', ttl: 300, data: '192.0.2.1' } as const;

async function blockedAs(blockResponse: BlockResponse, type = 'A') {
  return new Conversation(['list:ads.example'], { blockResponse }).ask({ name: 'ads.example', type });
}

describe('policy', () => {
  test('a listed name is NXDOMAIN with a SOA in AUTHORITY, and EDE 15 names the list', async () => {
    const talk = new Conversation(['list:ads.example']);
    const { packet, extendedError } = await talk.ask({ name: 'ADS.example' });
    assert.equal(packet.rcode, 'NXDOMAIN');
    const [record] = packet.authorities as dnsPacket.SoaAnswer[];
    assert.deepEqual([record?.type, record?.ttl, record?.data.minimum], ['SOA', 60, 60]);
    assert.equal(extendedError?.code, 15);
    assert.equal(extendedError?.text, 'blocked by ads: |ads.example^');
    assert.deepEqual([packet.flag_aa, packet.flag_ra, packet.flag_ad], [false, true, false]);
    assert.equal(talk.asked.length, 0);
    assert.equal(talk.counters.answersBlocked, 1);
  });

  test('who blocks is not said where the texts are switched off', async () => {
    const talk = new Conversation(['list:ads.example', '||own.example^'], { extendedErrorTexts: false });
    for (const name of ['ads.example', 'own.example']) {
      const { packet, extendedError } = await talk.ask({ name });
      assert.deepEqual([packet.rcode, extendedError?.code, extendedError?.text], ['NXDOMAIN', 15, '']);
    }
  });

  test('F06 every block response has its shape', async () => {
    const data = (reply: { packet: dnsPacket.Packet }) =>
      (reply.packet.answers?.[0] as { data?: string } | undefined)?.data;
    const nodata = await blockedAs({ kind: 'nodata' });
    assert.deepEqual(
      [nodata.packet.rcode, nodata.packet.answers?.length, nodata.packet.authorities?.length],
      ['NOERROR', 0, 1],
    );
    assert.equal((await blockedAs({ kind: 'refused' })).packet.rcode, 'REFUSED');
    assert.equal(data(await blockedAs({ kind: 'null-address' })), '0.0.0.0');
    assert.equal(data(await blockedAs({ kind: 'null-address' }, 'AAAA')), '::');
    assert.equal((await blockedAs({ kind: 'null-address' }, 'TXT')).packet.answers?.length, 0);
    const own: BlockResponse = { kind: 'address', a: Uint8Array.of(192, 0, 2, 9), aaaa: undefined };
    assert.equal(data(await blockedAs(own)), '192.0.2.9');
    assert.equal(data(await blockedAs(own, 'AAAA')), undefined);
  });

  test('drop is silence', async () => {
    const talk = new Conversation(['list:ads.example'], { blockResponse: { kind: 'drop' } });
    assert.equal(await talk.send(encodeAsk({ name: 'ads.example' })), undefined);
    assert.equal(talk.counters.queriesDropped, 1);
  });

  test('allowlist mode answers what a rule covers and blocks everything else', async () => {
    const talk = new Conversation(['@@||example.org^'], { mode: 'allowlist', start: 'refuse' });
    talk.script = (question) => answerWith(question, [ADDRESS]);
    assert.equal((await talk.ask({ name: 'www.example.org' })).packet.rcode, 'NOERROR');
    const other = await talk.ask({ name: 'www.example.com' });
    assert.deepEqual([other.packet.rcode, other.extendedError?.code], ['NXDOMAIN', 15]);
    assert.deepEqual(talk.asked, ['www.example.org A']);
  });

  test('F07 a CNAME that leads to a blocked name is blocked, fresh and from cache', async () => {
    const talk = new Conversation(['||tracker.example^']);
    const chain = [
      { type: 'CNAME', name: 'www.example.org', ttl: 300, data: 'x.tracker.example' },
      { type: 'A', name: 'x.tracker.example', ttl: 300, data: '192.0.2.1' },
    ] as dnsPacket.Answer[];
    talk.script = (question) => answerWith(question, chain);
    for (let round = 0; round < 2; round++) {
      const { packet, extendedError } = await talk.ask({ name: 'www.example.org' });
      assert.deepEqual([packet.rcode, packet.answers?.length, extendedError?.code], ['NXDOMAIN', 0, 15]);
    }
    assert.equal(talk.asked.length, 1);
  });

  test('C18 a rule made after an answer was cached holds at once, for the name and for its CNAME targets, and so does its removal', async () => {
    const talk = new Conversation();
    const chain = [
      { type: 'CNAME', name: 'www.example.org', ttl: 300, data: 'cdn.example' },
      { type: 'A', name: 'cdn.example', ttl: 300, data: '192.0.2.1' },
    ] as dnsPacket.Answer[];
    talk.script = (question) => answerWith(question, chain);
    const rcode = async () => (await talk.ask({ name: 'www.example.org' })).packet.rcode;
    assert.equal(await rcode(), 'NOERROR');
    talk.setPolicy(['||cdn.example^']);
    assert.equal(await rcode(), 'NXDOMAIN');
    assert.equal(await rcode(), 'NXDOMAIN');
    talk.setPolicy([]);
    assert.equal(await rcode(), 'NOERROR');
    talk.setPolicy(['|www.example.org^']);
    assert.equal(await rcode(), 'NXDOMAIN');
    assert.equal(talk.asked.length, 1);
  });

  test('C18 a rule that arrives while a question is on its way holds for everyone who waits for it, and an exception as well', async () => {
    const talk = new Conversation();
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, question.type === 'A' ? [{ ...ADDRESS, name: question.name }] : []);
    };
    const asks = ['A', 'A', 'TXT'].map((type) => talk.ask({ name: 'www.example.org', type }));
    const spared = talk.ask({ name: 'good.example.org', type: 'A' });
    talk.setPolicy(['||example.org^', '@@||good.example.org^']);
    arrived.resolve();
    for (const { packet, extendedError } of await Promise.all(asks)) {
      assert.deepEqual([packet.rcode, packet.answers?.length, extendedError?.code], ['NXDOMAIN', 0, 15]);
    }
    assert.equal((await spared).packet.rcode, 'NOERROR');
    talk.setPolicy([]);
    assert.equal((await talk.ask({ name: 'www.example.org' })).packet.answers?.length, 1);
    assert.equal(talk.asked.length, 3);
  });

  test('C18 in allowlist mode a name that loses its permission while its question is on its way is not answered', async () => {
    const allowlist = { mode: 'allowlist', start: 'refuse' } as const;
    const talk = new Conversation(['@@||example.org^'], allowlist);
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [ADDRESS]);
    };
    const ask = talk.ask({ name: 'www.example.org' });
    talk.setPolicy(['@@||example.com^'], allowlist);
    arrived.resolve();
    const { packet, extendedError } = await ask;
    assert.deepEqual([packet.rcode, extendedError?.text], ['NXDOMAIN', 'not on an allow list']);
  });

  test('F09 an explicitly allowed name is not blocked by what its CNAME points to', async () => {
    const talk = new Conversation(['||tracker.example^', '@@|www.example.org^']);
    talk.script = (question) =>
      answerWith(question, [{ type: 'CNAME', name: 'www.example.org', ttl: 300, data: 'x.tracker.example' }]);
    assert.equal((await talk.ask({ name: 'www.example.org' })).packet.rcode, 'NOERROR');
  });

  test('L11 with rebinding protection a public name may not point into private address space', async () => {
    const talk = new Conversation([], { rebindingProtection: true });
    talk.script = (question) =>
      answerWith(question, [
        question.type === 'AAAA'
          ? {
              ...ADDRESS,
              name: question.name,
              type: 'AAAA',
              data: question.name.startsWith('in') ? '::' : '2001:db8::1',
            }
          : { ...ADDRESS, name: question.name, data: question.name.startsWith('in') ? '192.168.1.1' : '192.0.2.1' },
      ]);
    for (const type of ['A', 'AAAA']) {
      const inside = await talk.ask({ name: 'in.example.org', type });
      assert.deepEqual(
        [inside.packet.rcode, inside.packet.answers?.length, inside.extendedError?.code],
        ['NOERROR', 0, 15],
      );
      assert.equal((await talk.ask({ name: 'out.example.org', type })).packet.answers?.length, 1);
    }
  });

  test('L11 nor to one behind a translator, under the well-known prefix or the one that is set', async () => {
    const settings = localSettings('[resolve]\ndns64 = "2001:db8:64::/96"\n');
    const talk = new Conversation([], { rebindingProtection: true }, undefined, undefined, settings);
    let data = '';
    talk.script = (question) => answerWith(question, [{ ...ADDRESS, name: question.name, type: 'AAAA', data }]);
    let count = 0;
    const isBlocked = async (): Promise<boolean> => {
      const { packet, extendedError } = await talk.ask({ name: `n${++count}.example.org`, type: 'AAAA' });
      assert.equal(packet.answers!.length === 0, extendedError?.code === 15, data);
      return packet.answers!.length === 0;
    };
    for (data of ['64:ff9b::c0a8:101', '64:ff9b::a00:1', '64:ff9b::7f00:1', '64:ff9b::', '2001:db8:64::c0a8:101'])
      assert.equal(await isBlocked(), true, data);
    for (data of ['64:ff9b::c000:201', '64:ff9b:1::c0a8:101', '2001:db8:64::808:808', '2001:db8:65::c0a8:101'])
      assert.equal(await isBlocked(), false, data);
  });

  test('L11 of the addresses of one answer 64 are looked at; one with more is not trusted', async () => {
    const talk = new Conversation([], { rebindingProtection: true });
    for (const [count, answers] of [
      [63, 63],
      [64, 64],
      [65, 0],
    ] as const) {
      const name = `n${count}.example.org`;
      const addresses = Array.from({ length: count }, (_unused, index) => ({
        ...ADDRESS,
        name,
        data: `192.0.2.${index}`,
      }));
      talk.script = (question) => answerWith(question, addresses);
      assert.equal((await talk.ask({ name })).packet.answers?.length, answers, `${count} addresses`);
    }
  });

  test('L11 nor by the hints of a service', async () => {
    const talk = new Conversation([], { rebindingProtection: true });
    const HTTPS = 'UNKNOWN_65' as 'A';
    const service = (parameters: string) => Buffer.from(`000100${parameters}`.replaceAll(' ', ''), 'hex') as never;
    const ask = async (name: string, parameters: string) => {
      talk.script = (question) => answerWith(question, [{ ...ADDRESS, name, type: HTTPS, data: service(parameters) }]);
      return (await talk.ask({ name, type: HTTPS })).packet.answers!.length;
    };
    assert.equal(await ask('a.example.org', '0001 0003 026832 0004 0008 c0000201 c0a80101'), 0);
    assert.equal(await ask('b.example.org', '0006 0010 fd000000000000000000000000000001'), 0);
    assert.equal(await ask('c.example.org', '0001 0003 026832 0004 0008 c0000201 c0000202'), 1);
    assert.equal(await ask('d.example.org', '0005 0004 c0a80101'), 1, 'no hint, but other octets');
  });

  test('X09 strangers are REFUSED before anything is asked, with EDE 18 where they can read it', async () => {
    const talk = new Conversation();
    const refused = await talk.ask({ name: 'www.example.org', client: '203.0.113.5', transport: UDP });
    assert.deepEqual([refused.packet.rcode, refused.extendedError?.code], ['REFUSED', 18]);
    const plain = await talk.ask({ name: 'www.example.org', client: '2001:db8::1', edns: false });
    assert.deepEqual([plain.packet.rcode, plain.packet.additionals?.length], ['REFUSED', 0]);
    assert.equal(talk.asked.length, 0);
    assert.equal(talk.counters.accessRefused, 2);
  });
});
