// Zones whose resolver knows its own names and asks nobody: referrals are no answers, and aliases are followed for it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, type Reply, soa } from './conversation.ts';

const ZONES = `
[[zone]]
name = "lan.example"
forward = ["192.168.1.1"]
[[zone]]
name = "other.example"
forward = ["192.168.1.2"]
[[record]]
name = "own.example"
type = "A"
value = "192.168.1.7"
[[record]]
name = "alias.example"
type = "CNAME"
value = "cut.lan.example"
`;
const REFERRED = 'the local resolver of this zone gave a referral; it must be one that recurses';

type Records = readonly dnsPacket.Answer[];

/** What a server says that does not recurse: RA=0. */
function said(question: dnsPacket.Question, answers: Records, authorities: dnsPacket.Answer[] = [], flags = 0) {
  const outcome = answerWith(question, answers, { authorities, flags });
  assert.ok(outcome.ok);
  outcome.message[3]! &= 0x7f;
  return outcome;
}

const cname = (name: string, data: string, ttl = 300): dnsPacket.Answer => ({ type: 'CNAME', name, ttl, data });
const ns = (name: string): dnsPacket.Answer => ({ type: 'NS', name, ttl: 300, data: `ns.${name}` });

/** `aliases`: all that the resolvers of the zones know, besides addresses. */
function conversation(aliases: Readonly<Record<string, string>>, extra = '', rules: readonly string[] = []) {
  const it = new Conversation(rules, {}, undefined, undefined, localSettings(ZONES + extra));
  it.lanScript = (question) => {
    const target = aliases[question.name];
    return said(question, [target === undefined ? address(question, '192.168.1.5') : cname(question.name, target)]);
  };
  it.script = (question) => answerWith(question, [address(question, '192.0.2.1', 40)]);
  return it;
}

/** An upstream's word for a name that it blocks. */
function blockedBy(question: dnsPacket.Question): UpstreamOutcome {
  const outcome = answerWith(question, [], { rcode: 3 });
  assert.ok(outcome.ok);
  outcome.message[3]! &= 0x7f;
  return { ...outcome, server: 'blocking.script' };
}

function address({ name }: Pick<dnsPacket.Question, 'name'>, data: string, ttl = 300): dnsPacket.Answer {
  return { type: 'A', name, ttl, data };
}

function lines({ packet }: Reply): string[] {
  return (packet.answers ?? []).map((record) => {
    const { name, ttl, type, data } = record as dnsPacket.StringAnswer;
    return `${name} ${ttl} ${type} ${String(data)}`;
  });
}

describe('a referral', () => {
  const referral = (question: dnsPacket.Question): UpstreamOutcome => said(question, [], [ns('sub.lan.example')]);

  test('from the resolver of a zone is a failure that says what is wrong, also the second time', async () => {
    const it = conversation({});
    it.lanScript = referral;
    for (let count = 0; count < 2; count++) {
      const { packet, extendedErrors, extendedError } = await it.ask({ name: 'www.sub.lan.example' });
      assert.equal(packet.rcode, 'SERVFAIL');
      assert.ok(extendedErrors.includes(22));
      assert.deepEqual([packet.answers, packet.authorities], [[], []]);
      if (count === 0) assert.equal(extendedError?.text, REFERRED);
    }
    assert.deepEqual(it.asked, [], 'nobody else is asked');
  });

  test('from the upstream likewise, upwards too', async () => {
    const it = conversation({});
    for (const zone of ['example', '.']) {
      it.script = (question) => said(question, [], [ns(zone)]);
      const { packet, extendedError } = await it.ask({ name: `${zone.length}.example` });
      assert.equal(packet.rcode, 'SERVFAIL');
      assert.deepEqual(extendedError, { code: 22, text: 'the upstream gave a referral in place of an answer' });
    }
  });

  test('is not what says "no such records", with SOA, without, or with authority (RFC 2308 section 2.2)', async () => {
    const it = conversation({});
    const kinds: readonly [dnsPacket.Answer[], number][] = [
      [[soa('lan.example', 300, 60), ns('lan.example')], 0],
      [[soa('lan.example', 300, 60)], 0],
      [[], 0],
      [[ns('lan.example')], dnsPacket.AUTHORITATIVE_ANSWER],
    ];
    for (const [index, [authorities, flags]] of kinds.entries()) {
      it.lanScript = it.script = (question) => said(question, [], authorities, flags);
      for (const name of [`n${index}.lan.example`, `n${index}.example`]) {
        const { packet, extendedError } = await it.ask({ name });
        assert.deepEqual([packet.rcode, packet.answers, extendedError], ['NOERROR', [], undefined], name);
      }
    }
  });

  test('is not the list of name servers that was asked for', async () => {
    const it = conversation({});
    it.lanScript = (question) => said(question, [ns('lan.example')], []);
    assert.deepEqual(lines(await it.ask({ name: 'lan.example', type: 'NS' })), ['lan.example 300 NS ns.lan.example']);
  });
});

describe('an alias at which the resolver of a zone stops', () => {
  test('is followed, upstream or in a zone, and stands in front of what its target has', async () => {
    const it = conversation({ 'cut.lan.example': 'www.example.net', 'b.lan.example': 'x.other.example' });
    const whole = ['Cut.lan.example 40 CNAME www.example.net', 'www.example.net 40 A 192.0.2.1'];
    assert.deepEqual(lines(await it.ask({ name: 'Cut.lan.example' })), whole);
    it.nowMilliseconds += 10_000;
    assert.deepEqual(
      lines(await it.ask({ name: 'Cut.lan.example' })),
      whole.map((line) => line.replace(' 40 ', ' 30 ')),
    );
    assert.deepEqual(it.asked, ['www.example.net A'], 'what its target has is kept');
    assert.deepEqual(lines(await it.ask({ name: 'b.lan.example' })), [
      'b.lan.example 300 CNAME x.other.example',
      'x.other.example 300 A 192.168.1.5',
    ]);
    assert.deepEqual(it.askedInLan, ['0 cut.lan.example A', '0 b.lan.example A', '1 x.other.example A']);
    assert.deepEqual(it.internalErrors, []);
  });

  test('is followed through several, and to names that are answered here', async () => {
    const it = conversation({
      'a.lan.example': 'b.other.example',
      'b.other.example': 'alias.example',
      'cut.lan.example': 'own.example',
    });
    assert.deepEqual(lines(await it.ask({ name: 'a.lan.example' })), [
      'a.lan.example 300 CNAME b.other.example',
      'b.other.example 300 CNAME alias.example',
      'alias.example 300 CNAME cut.lan.example',
      'cut.lan.example 300 CNAME own.example',
      'own.example 300 A 192.168.1.7',
    ]);
    assert.deepEqual(it.asked, []);
  });

  test('is judged by its target: blocked, or failed', async () => {
    const it = conversation({ 'a.lan.example': 'ads.example', 'b.lan.example': 'www.example' }, '', ['||ads.example^']);
    assert.equal((await it.ask({ name: 'a.lan.example' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(it.asked, []);
    it.script = () => ({ ok: false, code: 'timeout', detail: '' });
    const { packet, extendedError } = await it.ask({ name: 'b.lan.example' });
    assert.deepEqual([packet.rcode, lines({ packet } as Reply), extendedError?.code], ['SERVFAIL', [], 22]);
  });

  test('is kept for as long as its records live, counts down, and is given when its resolver is gone', async () => {
    const it = conversation({ 'cut.lan.example': 'www.example.net' });
    it.script = (question) => answerWith(question, [address(question, '192.0.2.1', 3_000)]);
    const asked = () => it.askedInLan.length;
    for (const ttl of [300, 200, 100]) {
      assert.deepEqual(lines(await it.ask({ name: 'cut.lan.example' })), [
        `cut.lan.example ${ttl} CNAME www.example.net`,
        `www.example.net ${2_700 + ttl} A 192.0.2.1`,
      ]);
      it.nowMilliseconds += 100_000;
    }
    assert.equal(asked(), 1);
    it.lanScript = () => ({ ok: false, code: 'timeout', detail: '' });
    for (let count = 0; count < 2; count++)
      assert.deepEqual(lines(await it.ask({ name: 'cut.lan.example' })), [
        'cut.lan.example 30 CNAME www.example.net',
        'www.example.net 2700 A 192.0.2.1',
      ]);
    assert.equal(asked(), 2);
    assert.deepEqual(it.internalErrors, []);
  });

  test('that may not be kept is asked each time, and so is one that an upstream stops at', async () => {
    const it = conversation({});
    const alias = (ttl: number) => (question: dnsPacket.Question) =>
      said(question, [cname(question.name, 'own.example', ttl)]);
    it.lanScript = alias(0);
    it.script = alias(300);
    for (let count = 0; count < 2; count++)
      for (const name of ['cut.lan.example', 'cut.example']) await it.ask({ name });
    assert.deepEqual(it.askedInLan, ['0 cut.lan.example A', '0 cut.lan.example A']);
    assert.deepEqual(it.asked, ['cut.example A', 'cut.example A']);
  });

  test('that was allowed by name is answered whatever its target, as where its resolver recurses', async () => {
    const allowed: readonly [rules: readonly string[], policy: Parameters<Conversation['setPolicy']>[1]][] = [
      [['||ads.example^', '@@||a.lan.example^'], { rebindingProtection: true }],
      [['@@||a.lan.example^'], { mode: 'allowlist' }],
    ];
    for (const [rules, policy] of allowed) {
      for (const recurses of [true, false]) {
        const it = conversation({}, '');
        it.setPolicy(rules, policy);
        it.lanScript = (question) => {
          const answers = [cname(question.name, 'b.lan.example'), cname('b.lan.example', 'x.ads.example')];
          if (recurses)
            return answerWith(question, [...answers, address({ ...question, name: 'x.ads.example' }, '10.0.0.1')]);
          return said(question, question.name === 'a.lan.example' ? answers.slice(0, 1) : answers.slice(1));
        };
        // Also where the answer of the target is there, and found to be blocked.
        it.script = (question) => answerWith(question, [address(question, '10.0.0.1')]);
        const whole = lines(await it.ask({ name: 'a.lan.example' }));
        assert.deepEqual(whole, [
          'a.lan.example 300 CNAME b.lan.example',
          'b.lan.example 300 CNAME x.ads.example',
          'x.ads.example 300 A 10.0.0.1',
        ]);
        assert.deepEqual(lines(await it.ask({ name: 'a.lan.example' })), whole, 'from the cache');
        it.nowMilliseconds += 400_000;
        it.script = it.lanScript = () => ({ ok: false, code: 'timeout', detail: '' });
        assert.deepEqual(
          lines(await it.ask({ name: 'a.lan.example' })),
          whole.map((line) => line.replace(' 300 ', ' 30 ')),
          'stale',
        );
        // For everybody else it is what it was.
        for (const name of ['x.ads.example', 'c.lan.example'])
          assert.deepEqual(lines(await it.ask({ name })), [], name);
        assert.deepEqual(it.internalErrors, []);
      }
    }
  });

  test('that was allowed by name is still judged where it comes to an alias of the operator, or one led to it', async () => {
    const it = conversation(
      { 'a.lan.example': 'to-ads.example', 'b.lan.example': 'www.ads.example' },
      '[resolve.rewrites]\n"to-ads.example" = "x.ads.example"\n"to-b.example" = "b.lan.example"\n',
      ['||ads.example^', '@@||a.lan.example^', '@@||to-b.example^'],
    );
    assert.equal((await it.ask({ name: 'a.lan.example' })).packet.rcode, 'NXDOMAIN');
    assert.equal((await it.ask({ name: 'to-b.example' })).packet.rcode, 'NXDOMAIN');
    assert.deepEqual(it.asked, []);
  });

  test('that was allowed by name says nothing for the next question, nor for one behind an alias of the operator', async () => {
    const it = conversation(
      { 'a.lan.example': 'x.ads.example', 'b.lan.example': 'c.lan.example', 'c.lan.example': 'www.ads.example' },
      '[resolve.rewrites]\n"to-b.example" = "b.lan.example"\n',
      ['||ads.example^', '@@||a.lan.example^'],
    );
    assert.equal(lines(await it.ask({ name: 'a.lan.example' })).length, 2);
    for (const name of ['b.lan.example', 'to-b.example'])
      assert.equal((await it.ask({ name })).packet.rcode, 'NXDOMAIN', name);
  });

  test('whose target was blocked by its upstream is blocked, though it was allowed by name', async () => {
    const it = conversation({ 'a.lan.example': 'bad.example' }, '', ['@@||a.lan.example^']);
    it.script = blockedBy;
    const { packet, extendedError } = await it.ask({ name: 'a.lan.example' });
    assert.deepEqual([packet.rcode, extendedError?.code], ['NXDOMAIN', 15]);
  });

  test('to a target that fails is told so, without asking for the target again', async () => {
    const it = conversation({ 'a.lan.example': 'www.example' });
    it.script = () => ({ ok: false, code: 'timeout', detail: '' });
    for (const codes of [[22], [22, 13]]) {
      const { packet, extendedErrors } = await it.ask({ name: 'a.lan.example' });
      assert.deepEqual([packet.rcode, extendedErrors], ['SERVFAIL', codes]);
    }
    assert.deepEqual(it.asked, ['www.example A']);
  });

  test('to a name that the asking resolver is being asked itself, for somebody else, is refused as a loop', async () => {
    const it = conversation({ 'a.lan.example': 'x.other.example' });
    const answer = it.lanScript;
    const held = Promise.withResolvers<void>();
    it.lanScript = async (question, query) => {
      if (question.name === 'x.other.example') await held.promise;
      return answer(question, query);
    };
    const waiting = it.ask({ name: 'x.other.example', client: '192.168.1.20' });
    const { packet, extendedError } = await it.ask({ name: 'a.lan.example', client: '192.168.1.2' });
    assert.deepEqual([packet.rcode, extendedError?.code], ['REFUSED', 18]);
    assert.equal(it.loops.length, 1);
    held.resolve();
    assert.deepEqual(lines(await waiting), ['x.other.example 300 A 192.168.1.5']);
  });

  test('takes along no explanation of its own: the answer is that of its target', async () => {
    const it = conversation({});
    const options = [{ code: 15, data: Buffer.of(0, 0) }] as never;
    it.lanScript = (question) => {
      const outcome = answerWith(question, [cname(question.name, 'own.example')], { opt: { options } });
      assert.ok(outcome.ok);
      outcome.message[3]! &= 0x7f;
      return outcome;
    };
    const { packet, extendedErrors } = await it.ask({ name: 'a.lan.example' });
    assert.deepEqual([packet.answers?.length, extendedErrors], [2, []]);
  });

  test('that leads in circles, or on and on, is a failure after a few questions', async () => {
    const it = conversation({ 'a.lan.example': 'a.other.example', 'a.other.example': 'a.lan.example' });
    const circle = await it.ask({ name: 'a.lan.example' });
    assert.equal(circle.packet.rcode, 'SERVFAIL');
    assert.match(circle.extendedError!.text, /lead round in a circle/);
    assert.ok(it.askedInLan.length < 12, `${it.askedInLan.length} questions`);
    let count = 0;
    it.lanScript = (question) => said(question, [cname(question.name, `n${count++}.lan.example`)]);
    assert.equal((await it.ask({ name: 'on.lan.example' })).packet.rcode, 'SERVFAIL');
    assert.ok(count < 12, `${count} questions`);
  });

  test('is believed where nobody was to follow it: asked for itself, with SOA, or from one that recurses', async () => {
    const it = conversation({});
    const alias = (question: dnsPacket.Question) => [cname(question.name, 'www.example.net')];
    it.lanScript = (question) => said(question, alias(question));
    assert.deepEqual(lines(await it.ask({ name: 'a.lan.example', type: 'CNAME' })), [
      'a.lan.example 300 CNAME www.example.net',
    ]);
    it.lanScript = (question) => said(question, alias(question), [soa('example.net', 300, 60)]);
    await it.ask({ name: 'b.lan.example' });
    it.lanScript = (question) => answerWith(question, alias(question));
    await it.ask({ name: 'c.lan.example' });
    it.script = (question) => said(question, alias(question));
    await it.ask({ name: 'd.example' });
    assert.deepEqual(it.asked, ['d.example A']);
  });

  test('is followed to the IPv4 address where a translator makes an IPv6 address of it', async () => {
    const it = conversation({ 'cut.lan.example': 'www.example.net' }, '[resolve]\ndns64 = "2001:db8:64::/96"\n');
    it.script = (question) =>
      question.type === 'AAAA'
        ? answerWith(question, [], { authorities: [soa('example.net', 300, 60)] })
        : answerWith(question, [address(question, '192.0.2.1', 40)]);
    assert.deepEqual(lines(await it.ask({ name: 'cut.lan.example', type: 'AAAA' })), [
      'cut.lan.example 40 CNAME www.example.net',
      'www.example.net 40 AAAA 2001:db8:64::c000:201',
    ]);
  });
});
