// What is looked for inside of answers: where they lead, and the addresses they have.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type * as dnsPacket from 'dns-packet';
import { nameFromText } from '../../src/wire/name-text.ts';
import { AnswerCache, CachedAnswer } from '../../src/memory/answer-cache/answer-cache.ts';
import { answerWith, Conversation, type Reply, sharedByThreads } from './conversation.ts';

const HTTPS = 'UNKNOWN_65' as 'A';

function talkWith(rules: readonly string[], answer: (name: string) => dnsPacket.Answer[]): Conversation {
  const talk = new Conversation(rules);
  talk.script = (question) => answerWith(question, answer(question.name));
  return talk;
}

const address =
  (data: string, type: 'A' | 'AAAA' = 'A') =>
  (name: string) =>
    [{ type, name, ttl: 300, data }] as dnsPacket.Answer[];

/** Priority 1, this target, these parameters. */
function service(name: string, target: string, parameters = ''): dnsPacket.Answer {
  const rdata = Buffer.concat([
    Buffer.of(0, 1),
    nameFromText(target)!,
    Buffer.from(parameters.replaceAll(' ', ''), 'hex'),
  ]);
  return { type: HTTPS, name, ttl: 300, data: rdata as never };
}

const isBlocked = ({ packet, extendedError }: Reply): boolean => {
  assert.equal(packet.rcode === 'NXDOMAIN', extendedError?.code === 15);
  return packet.rcode === 'NXDOMAIN';
};

describe('where an answer leads', () => {
  test('F20 the target of a DNAME is judged, fetched and cached', async () => {
    const talk = talkWith(['|tracker.example^'], (name) => [
      { type: 'DNAME' as 'CNAME', name: 'www.example', ttl: 300, data: 'tracker.example' },
      { type: 'CNAME', name, ttl: 300, data: 'a.tracker.example' },
      { type: 'A', name: 'a.tracker.example', ttl: 300, data: '192.0.2.1' },
    ]);
    for (let round = 0; round < 2; round++) assert.equal(isBlocked(await talk.ask({ name: 'a.www.example' })), true);
    talk.setPolicy([]);
    const { packet } = await talk.ask({ name: 'a.www.example' });
    assert.deepEqual([packet.rcode, packet.answers?.length, talk.asked.length], ['NOERROR', 3, 1]);
  });

  test('F20 each target of a chain is judged, and that of a service; a text says by which rule', async () => {
    const chain = (name: string): dnsPacket.Answer[] => [
      { type: 'CNAME', name, ttl: 300, data: 'one.example' },
      { type: 'CNAME', name: 'one.example', ttl: 300, data: 'two.example' },
      { type: 'CNAME', name: 'two.example', ttl: 300, data: 'three.example' },
      { type: 'A', name: 'three.example', ttl: 300, data: '192.0.2.1' },
    ];
    for (const target of ['one', 'two', 'three']) {
      const talk = talkWith([`||${target}.example^`], chain);
      for (let round = 0; round < 2; round++) {
        const reply = await talk.ask({ name: 'www.example' });
        assert.equal(isBlocked(reply), true, target);
        assert.equal(reply.extendedError?.text, `blocked by a rule of this gateway: ||${target}.example^`);
      }
    }
    const talk = talkWith(['/^svc[0-9]+\\.example$/'], (name) => [service(name, 'svc17.example')]);
    for (let round = 0; round < 2; round++)
      assert.equal(isBlocked(await talk.ask({ name: 'www.example', type: HTTPS })), true);
  });

  test('C18 F20 a rule that comes or goes holds at the next hit, for a target as for an address', async () => {
    const talk = talkWith([], (name) => [
      { type: 'CNAME', name, ttl: 300, data: 'cdn.example' },
      { type: 'A', name: 'cdn.example', ttl: 300, data: '198.51.100.7' },
    ]);
    const now = async () => isBlocked(await talk.ask({ name: 'www.example' }));
    assert.equal(await now(), false);
    for (const rule of ['||cdn.example^', '/cdn/', '198.51.100.7', '198.51.100.0/24']) {
      talk.setPolicy([rule]);
      assert.deepEqual([await now(), await now()], [true, true], rule);
      talk.setPolicy([]);
      assert.deepEqual([await now(), await now()], [false, false], rule);
    }
    assert.equal(talk.asked.length, 1);
  });
});

describe('addresses of answers', () => {
  test('F21 one that a rule names blocks the answer: IPv4, IPv6, networks, and the hints of services', async () => {
    const rules = ['192.0.2.66', '198.51.100.0/24', '2001:db8:bad::/48'];
    const cases: readonly [string, string, (name: string) => dnsPacket.Answer[], boolean][] = [
      ['a', 'A', address('192.0.2.66'), true],
      ['b', 'A', address('192.0.2.65'), false],
      ['c', 'A', address('198.51.100.255'), true],
      ['d', 'A', address('198.51.101.0'), false],
      ['e', 'AAAA', address('2001:db8:bad::1', 'AAAA'), true],
      ['f', 'AAAA', address('2001:db8:bae::1', 'AAAA'), false],
      ['g', HTTPS, (name) => [service(name, '.', '0004 0004 c0000242')], true],
      ['h', HTTPS, (name) => [service(name, '.', '0004 0004 c0000243')], false],
      ['i', 'A', (name) => [...address('192.0.2.1')(name), ...address('192.0.2.66')(name)], true],
    ];
    for (const [name, type, answer, expected] of cases) {
      const talk = talkWith(rules, answer);
      for (let round = 0; round < 2; round++)
        assert.equal(isBlocked(await talk.ask({ name: `${name}.example`, type })), expected, `${name} ${round}`);
    }
  });

  test('F21 an exception for an address beats a block of its class; a name that is allowed by name is not searched', async () => {
    const talk = talkWith(['192.0.2.0/24', '@@192.0.2.7', '@@|fine.example^'], (name) =>
      address(name.startsWith('seven') ? '192.0.2.7' : '192.0.2.8')(name),
    );
    for (let round = 0; round < 2; round++) {
      assert.equal(isBlocked(await talk.ask({ name: 'seven.example' })), false);
      assert.equal(isBlocked(await talk.ask({ name: 'eight.example' })), true);
      assert.equal(isBlocked(await talk.ask({ name: 'fine.example' })), false);
    }
  });

  test('F21 of more than 64 addresses in one answer the rest is not trusted, where rules name addresses', async () => {
    const many = (count: number) => (name: string) =>
      Array.from({ length: count }, (_, index) => address(`192.0.2.${index}`)(name)[0]!);
    for (const [count, answers] of [
      [64, 64],
      [65, 0],
    ] as const) {
      const { packet } = await talkWith(['203.0.113.9'], many(count)).ask({ name: 'www.example' });
      assert.deepEqual([packet.answers?.length, packet.authorities?.length], [answers, answers === 0 ? 1 : 0]);
    }
    assert.equal((await talkWith([], many(65)).ask({ name: 'www.example' })).packet.answers?.length, 65);
  });
});

test('F21 nor are they counted for a group that obeys no rule about addresses', async () => {
  const many = (name: string) => Array.from({ length: 65 }, (_, index) => address(`192.0.2.${index}`)(name)[0]!);
  const talk = talkWith([], many);
  talk.setPolicy([], {}, { groups: [{ name: 'kids', clients: ['10.0.0.1'], rules: ['203.0.113.9'] }] });
  for (let round = 0; round < 2; round++) {
    assert.equal((await talk.ask({ name: 'www.example' })).packet.answers?.length, 65);
    assert.equal((await talk.ask({ name: 'www.example', client: '10.0.0.1' })).packet.answers?.length, 0);
  }
});

describe('public names that point into this network', () => {
  const exceptions = { rebindingExceptions: [nameFromText('plex.example')!] };

  test('F22 get NODATA with a SOA where the operator wants that, and by default an answer', async () => {
    const talk = talkWith([], address('192.168.1.1'));
    assert.equal((await talk.ask({ name: 'in.example' })).packet.answers?.length, 1);
    talk.setPolicy([], { rebindingProtection: true });
    for (let round = 0; round < 2; round++) {
      const { packet, extendedError } = await talk.ask({ name: 'in.example' });
      assert.deepEqual([packet.rcode, packet.answers?.length, packet.authorities?.[0]?.type], ['NOERROR', 0, 'SOA']);
      assert.equal(extendedError?.code, 15);
    }
  });

  test('F22 but for names that may, and all below them', async () => {
    const talk = talkWith([], address('192.168.1.1'));
    talk.setPolicy([], { rebindingProtection: true }, exceptions);
    for (const [name, answers] of [
      ['plex.example', 1],
      ['A.b.Plex.example', 1],
      ['notplex.example', 0],
      ['example', 0],
      ['plex.example.other', 0],
    ] as const)
      for (let round = 0; round < 2; round++)
        assert.equal((await talk.ask({ name })).packet.answers?.length, answers, name);
  });
});

test('a list is obeyed by the groups that pick it, in what their answers lead to as well', async () => {
  const talk = talkWith([], (name) => [{ type: 'CNAME', name, ttl: 300, data: 'cdn.example' }]);
  talk.setPolicy(
    ['list:cdn.example'],
    {},
    {
      groups: [{ name: 'free', clients: ['10.0.0.1'], policy: { listSources: new Uint32Array(1) } }],
    },
  );
  for (let round = 0; round < 2; round++) {
    assert.equal(isBlocked(await talk.ask({ name: 'www.example' })), true);
    assert.equal(isBlocked(await talk.ask({ name: 'www.example', client: '10.0.0.1' })), false);
  }
});

test('what another thread withdraws while a hit is looked at stays withdrawn', async (t) => {
  const shared = sharedByThreads();
  const talk = new Conversation(...([[], {}, undefined, {}, undefined, shared] as const));
  talk.script = (question) => answerWith(question, address('192.0.2.1')(question.name));
  await talk.ask({ name: 'www.example' });
  talk.setPolicy(['||other.example^']);
  const { find } = AnswerCache.prototype;
  t.after(() => {
    AnswerCache.prototype.find = find;
  });
  const other = new AnswerCache(shared.answerCache, 99);
  let isWithdrawn = false;
  AnswerCache.prototype.find = function (key, nowSeconds, into) {
    const isHit = find.call(this, key, nowSeconds, into);
    if (!isHit || isWithdrawn) return isHit;
    isWithdrawn = true;
    const note = new CachedAnswer();
    note.becomeNote(0, nowSeconds, Number.MIN_SAFE_INTEGER);
    other.store(key, note);
    return true;
  };
  await talk.ask({ name: 'www.example' });
  assert.equal(isWithdrawn, true);
  await talk.ask({ name: 'www.example' });
  assert.deepEqual(talk.asked, ['www.example A', 'www.example A']);
});
