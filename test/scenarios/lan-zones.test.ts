// Zones that a resolver of the local network answers for: who is asked, who is not, and what becomes of the answers.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as dnsPacket from 'dns-packet';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import type { PolicySettings } from '../../src/policy/policy-settings.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, type Reply, soa } from './conversation.ts';

const ZONES = `
[[zone]]
name = ["lan.example", "192.168.0.0/16", "corp"]
forward = ["192.168.1.1"]
[[zone]]
name = "deep.lan.example"
forward = ["192.168.1.2"]
[resolve]
rewrites = { "intranet.example" = "nas.lan.example" }
[[record]]
name = "own.lan.example"
type = "A"
value = "192.168.1.7"
[[record]]
name = "public.lan.example"
type = "CNAME"
value = "www.example.net"
`;
const TWO_RESOLVERS_ZONE = 3;

function conversation(policy: Partial<PolicySettings> = {}, rules: readonly string[] = []): Conversation {
  const it = new Conversation(rules, policy, undefined, undefined, localSettings(ZONES));
  it.lanScript = (question) => address(question, '192.168.1.5');
  it.script = (question) => address(question, '192.0.2.1');
  return it;
}

function address(question: dnsPacket.Question, data: string): UpstreamOutcome {
  return answerWith(question, [{ type: 'A', name: question.name, ttl: 300, data }]);
}

function data({ packet }: Reply): unknown[] {
  return (packet.answers ?? []).map((record) => (record as dnsPacket.StringAnswer).data);
}

describe('a zone with a resolver of its own', () => {
  test('L05 is asked there, with everything below it, and nobody else hears of it', async () => {
    const it = conversation();
    for (const name of ['lan.example', 'nas.lan.example', 'a.b.c.lan.example', 'NAS.LAN.EXAMPLE', 'x.corp'])
      assert.deepEqual(data(await it.ask({ name })), ['192.168.1.5'], name);
    assert.deepEqual(it.askedInLan, ['0 lan.example A', '0 nas.lan.example A', '0 a.b.c.lan.example A', '2 x.corp A']);
    assert.deepEqual(it.asked, []);
  });

  test('L05 holds for reverse names of private networks, which are otherwise answered here', async () => {
    const it = conversation();
    it.lanScript = (question) =>
      answerWith(question, [{ type: 'PTR', name: question.name, ttl: 300, data: 'nas.lan.example' }]);
    assert.deepEqual(data(await it.ask({ name: '5.1.168.192.in-addr.arpa', type: 'PTR' })), ['nas.lan.example']);
    assert.equal((await it.ask({ name: '5.1.0.10.in-addr.arpa', type: 'PTR' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(it.asked, []);
    assert.equal(it.askedInLan.length, 1);
  });

  test('L05 names beside it go to the upstream, and never to the resolver of the zone', async () => {
    const it = conversation();
    for (const name of ['example', 'www.example', 'xlan.example', 'lan.example.org', 'corp.example', 'example.com'])
      assert.deepEqual(data(await it.ask({ name })), ['192.0.2.1'], name);
    assert.deepEqual(it.askedInLan, []);
    assert.equal(it.asked.length, 6);
  });

  test('inside another one is asked at its own resolver', async () => {
    const it = conversation();
    await it.ask({ name: 'x.deep.lan.example' });
    assert.deepEqual(it.askedInLan, [`${TWO_RESOLVERS_ZONE} x.deep.lan.example A`]);
  });

  test('is cached like others', async () => {
    const it = conversation();
    await it.ask({ name: 'nas.lan.example' });
    it.nowMilliseconds += 100_000;
    const reply = await it.ask({ name: 'nas.lan.example' });
    assert.equal((reply.packet.answers![0] as dnsPacket.StringAnswer).ttl, 200);
    assert.equal(it.askedInLan.length, 1);
  });

  test('L05 fails closed when its resolver does: the upstream is not asked in its stead', async () => {
    const it = conversation();
    for (const [code, extended] of [
      ['timeout', 22],
      ['unreachable', 23],
      ['bad-reply', 24],
      ['overloaded', 23],
    ] as const) {
      it.lanScript = () => ({ ok: false, code, detail: '' });
      const reply = await it.ask({ name: `${code}.lan.example` });
      assert.equal(reply.packet.rcode, 'SERVFAIL');
      assert.equal(reply.extendedError?.code, extended, code);
      assert.match(reply.extendedError?.text ?? '', /local resolver of this zone/);
    }
    assert.deepEqual(it.asked, []);
  });

  test('C13 that gets no answer is no outage of the upstream, whose answers do not end its failure', async () => {
    const it = conversation();
    it.lanScript = () => ({ ok: false, code: 'timeout', detail: '' });
    await it.ask({ name: 'nas.lan.example' });
    it.script = (question) => address(question, '192.0.2.1');
    await it.ask({ name: 'www.example' });
    it.nowMilliseconds += 3_000;
    await it.ask({ name: 'nas.lan.example' });
    assert.deepEqual(it.askedInLan, ['0 nas.lan.example A']);
  });

  test('C13 that is answered does not end an outage of the upstream', async () => {
    const it = conversation();
    it.script = () => ({ ok: false, code: 'timeout', detail: '' });
    await it.ask({ name: 'www.example' });
    await it.ask({ name: 'nas.lan.example' });
    it.nowMilliseconds += 3_000;
    await it.ask({ name: 'www.example' });
    assert.deepEqual([it.asked, it.askedInLan], [['www.example A'], ['0 nas.lan.example A']]);
  });

  test('F05 is named where its resolver says that it failed, and not the upstream', async () => {
    const it = conversation();
    for (const [rcode, text] of [
      [2, 'the local resolver of this zone says that it failed'],
      [5, 'the local resolver of this zone refuses to answer this question'],
    ] as const) {
      it.lanScript = (question) => answerWith(question, [], { rcode });
      for (let count = 0; count < 2; count++) {
        const reply = await it.ask({ name: `n${rcode}.lan.example` });
        assert.deepEqual(reply.extendedError, { code: 0, text });
      }
    }
  });

  test('may answer with private addresses, where public names may not', async () => {
    const it = conversation({ rebindingProtection: true });
    it.script = (question) => address(question, '192.168.1.5');
    assert.deepEqual(data(await it.ask({ name: 'nas.lan.example' })), ['192.168.1.5']);
    assert.deepEqual(data(await it.ask({ name: 'www.example' })), []);
    // A change of policy has what is cached looked at again.
    it.setPolicy([], { rebindingProtection: true });
    assert.deepEqual(data(await it.ask({ name: 'nas.lan.example' })), ['192.168.1.5']);
    assert.deepEqual(data(await it.ask({ name: 'www.example' })), []);
  });

  test('is blocked by a rule like any other', async () => {
    const it = conversation({}, ['||nas.lan.example^']);
    assert.equal((await it.ask({ name: 'nas.lan.example' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(it.askedInLan, []);
  });

  test('gives way to records of the configuration', async () => {
    const it = conversation();
    assert.deepEqual(data(await it.ask({ name: 'own.lan.example' })), ['192.168.1.7']);
    assert.deepEqual(it.askedInLan, []);
  });

  test('is where an alias leads that names it; an alias inside it that leads outside is asked outside', async () => {
    const it = conversation();
    assert.deepEqual(data(await it.ask({ name: 'intranet.example' })), ['nas.lan.example', '192.168.1.5']);
    assert.deepEqual(it.askedInLan, ['0 nas.lan.example A']);
    assert.deepEqual(it.asked, []);
    assert.deepEqual(data(await it.ask({ name: 'public.lan.example' })), ['www.example.net', '192.0.2.1']);
    assert.deepEqual(it.asked, ['www.example.net A']);
    assert.equal(it.askedInLan.length, 1);
  });

  test('takes an NXDOMAIN without SOA and RA for a plain "no": such resolvers do not block', async () => {
    const it = conversation();
    it.lanScript = (question) => {
      const outcome = answerWith(question, [], { rcode: 3 });
      assert.ok(outcome.ok);
      outcome.message[3]! &= 0x7f;
      return outcome;
    };
    const reply = await it.ask({ name: 'none.lan.example' });
    assert.equal(reply.packet.rcode, 'NXDOMAIN');
    assert.equal(reply.extendedError, undefined);
  });

  test('with its resolver on this machine is answered to clients here', async () => {
    const toml = '[[zone]]\nname = "lan.example"\nforward = ["127.0.0.1:54"]\n';
    const it = new Conversation([], {}, undefined, undefined, localSettings(toml));
    it.lanScript = (question) => address(question, '192.168.1.5');
    assert.deepEqual(data(await it.ask({ name: 'nas.lan.example', client: '127.0.0.1' })), ['192.168.1.5']);
  });

  test('D07 the DS of its name belongs to the zone above, and is asked of the upstream', async () => {
    const it = conversation();
    it.script = (question) => answerWith(question, [], { authorities: [soa('example', 300, 60)] });
    assert.equal((await it.ask({ name: 'lan.example', type: 'DS' })).packet.rcode, 'NOERROR');
    assert.deepEqual(it.asked, ['lan.example DS']);
    it.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('', 300, 60)] });
    assert.equal((await it.ask({ name: 'corp', type: 'DS' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(
      data(await it.ask({ name: 'corp' })),
      ['192.168.1.5'],
      'what the root says of it holds for DS alone',
    );
    await it.ask({ name: 'x.lan.example', type: 'DS' });
    assert.deepEqual(it.askedInLan, ['2 corp A', '0 x.lan.example DS']);
  });

  test('D07 L05 the DS of a private name is asked where the zone above is: here, or at a resolver, but not upstream', async () => {
    const toml = (names: string) => `[[zone]]\nname = ${names}\nforward = ["192.168.1.1"]\n`;
    const zones = toml('["corp.internal", "10.20.0.0/16", "attic.home.arpa", "test", "lan.example"]');
    const settings = localSettings(`${zones}${toml('["deep.lan.example"]')}`);
    const it = new Conversation([], {}, undefined, undefined, settings);
    it.lanScript = (question) => answerWith(question, [], { authorities: [soa('lan.example', 300, 60)] });
    for (const [name, zone] of [
      ['corp.internal', 'internal'],
      ['20.10.in-addr.arpa', '10.in-addr.arpa'],
      ['attic.home.arpa', 'home.arpa'],
    ] as const) {
      const { rcode, authorities } = (await it.ask({ name, type: 'DS' })).packet;
      assert.deepEqual([rcode, authorities?.[0]?.type, authorities?.[0]?.name], ['NOERROR', 'SOA', zone]);
    }
    assert.deepEqual(it.askedInLan, []);
    for (const name of ['deep.lan.example', 'test']) await it.ask({ name, type: 'DS' });
    assert.deepEqual(it.askedInLan, ['4 deep.lan.example DS', '3 test DS']);
    assert.deepEqual(it.asked, []);
    // Of those that the world knows, the world is asked.
    it.script = (question) => answerWith(question, [], { authorities: [soa('arpa', 300, 60)] });
    await it.ask({ name: 'home.arpa', type: 'DS' });
    assert.deepEqual(it.asked, ['home.arpa DS']);
  });
});
