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

function address({ name }: dnsPacket.Question, data: string, ttl = 300): dnsPacket.Answer {
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
    const first = '0 cut.lan.example A';
    assert.deepEqual(it.askedInLan, [first, first, '0 b.lan.example A', '1 x.other.example A']);
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
