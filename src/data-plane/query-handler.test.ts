import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import {
  type Ask,
  addressOf,
  answerWith,
  Conversation,
  encodeAsk,
  readReply,
  soa,
} from '../../test/scenarios/conversation.ts';
import { monotonicClock } from '../memory/monotonic-clock.ts';
import type { ReplySink, Transport } from './listeners/listener.ts';
import { DOT, UDP } from './listeners/transports.ts';

const A_RECORD = { type: 'A', name: 'www.example.org', ttl: 86_400, data: '192.0.2.1' } as const;
const CLOAKING = { type: 'CNAME', name: 'cloaked.example.org', ttl: 86_400, data: 'x.tracker.example' } as const;
const TARGET = { type: 'A', name: 'x.tracker.example', ttl: 86_400, data: '192.0.2.1' } as const;
const BAD_ADDRESS = { type: 'A', name: 'bad-address.example.org', ttl: 86_400, data: '198.51.100.1' } as const;
const LED = { type: 'A', name: 'led.example.org', ttl: 86_400, data: '203.0.113.1' } as const;
const TO_TABLETS = { type: 'CNAME', name: 'to-tablets.example.org', ttl: 86_400, data: 'tablets.example' } as const;
const NO_SUCH_NAME = { rcode: 3, authorities: [soa('example.org', 900, 900)] };

const OPTIONS = [10, 11, 12].map((code) => ({ code, data: Buffer.alloc(code === 10 ? 24 : 0) }));

type Case = Ask & { readonly what: string; readonly filter?: boolean; readonly listAlias?: string };

/** Groups, conditions, patterns, addresses and responses of rules. */
const RULES = [
  '/^ad[0-9]+\\./',
  '/track(er|ing)[a-z]*\\.pattern\\.example$/',
  '||conditional.example^$dnstype=A',
  '||tablets.example^$client=tablet|10.0.0.0/8',
  '||own.example^$dnsrewrite=192.0.2.9',
  '198.51.100.0/24',
  '|search.example^$dnsrewrite=www.example.org',
  '203.0.113.0/24$dnsrewrite=www.example.org',
];
const GROUPS = [
  { name: 'kids', clients: ['tablet', '127.0.0.0/30'], rules: ['||games.example^', '||x.tracker.example^'] },
  { name: 'guests', clients: ['10.0.0.0/8', '2001:db8::/32'], policy: { upstreams: [0] } },
];

describe('the hot path', () => {
  const cases: readonly Case[] = [
    { what: 'a cache hit', name: 'www.example.org' },
    { what: 'a cache hit without EDNS over UDP', name: 'WWW.Example.ORG', edns: false, transport: UDP },
    { what: 'a cached NXDOMAIN', name: 'no.example.org', type: 'AAAA', transport: UDP },
    { what: 'a blocked name', name: 'ads.example' },
    { what: 'a blocked name without EDNS over UDP', name: 'x.tracker.example', edns: false, transport: UDP },
    { what: 'a hit on an answer that holds a blocked CNAME target', name: 'cloaked.example.org' },
    { what: 'a name that is answered here', name: 'localhost', transport: UDP },
    { what: 'a hit with a cookie, keepalive and padding', name: 'www.example.org', edns: { options: OPTIONS } },
    { what: 'a stranger', name: 'www.example.org', client: '203.0.113.5', transport: UDP },
    { what: 'a hit of a client in a group', name: 'www.example.org', filter: true },
    { what: 'a hit of a client with an ID', name: 'www.example.org', clientId: 'tablet', filter: true },
    {
      what: 'a hit of a client whose group has its own upstreams',
      name: 'www.example.org',
      client: '10.0.0.1',
      filter: true,
    },
    { what: 'a name that a rule of the group blocks', name: 'games.example', filter: true },
    { what: 'a name that a pattern blocks', name: 'ad17.pattern.example', transport: UDP, filter: true },
    { what: 'a name that a conditional rule blocks', name: 'conditional.example', filter: true },
    { what: 'a name that a rule about the client blocks', name: 'tablets.example', clientId: 'tablet', filter: true },
    { what: 'a name that a rule answers with an address', name: 'own.example', transport: UDP, filter: true },
    {
      what: 'a hit over UDP on an answer that a group may not have',
      name: 'cloaked.example.org',
      transport: UDP,
      filter: true,
    },
    { what: 'a hit on an answer that a group may not have', name: 'cloaked.example.org', filter: true },
    { what: 'a hit on an answer with an address that a rule names', name: 'bad-address.example.org', filter: true },
    {
      what: 'a hit behind a name that a rule leads to',
      name: 'search.example',
      filter: true,
    },
    { what: 'a hit behind a name that a rule about its address leads to', name: 'led.example.org', filter: true },
    { what: 'a hit behind a name that a list leads to', name: 'listed.example', listAlias: 'www.example.org' },
    {
      what: 'a hit on an answer that leads to a name of a rule about clients',
      name: 'to-tablets.example.org',
      client: '192.168.0.1',
      filter: true,
    },
  ];
  for (const ask of cases) {
    test(`${ask.what} allocates nothing and is answered during the call`, async (t) => {
      if (allocatedBytes() === undefined) return t.skip('this Node.js does not count allocated bytes');
      const talk = new Conversation(['list:ads.example', '||tracker.example^']);
      if (ask.filter === true) talk.setPolicy(['list:ads.example', ...RULES], {}, { groups: GROUPS });
      if (ask.listAlias !== undefined) talk.setRule(ask.name, { kind: 'alias', target: ask.listAlias });
      talk.clock = monotonicClock();
      talk.script = (question) => {
        if (question.name.startsWith('no.')) return answerWith(question, [], NO_SUCH_NAME);
        if (question.name.startsWith('cloaked.')) return answerWith(question, [CLOAKING, TARGET]);
        if (question.name.startsWith('led.')) return answerWith(question, [LED]);
        if (question.name.startsWith('bad-')) return answerWith(question, [BAD_ADDRESS]);
        if (question.name.startsWith('to-'))
          return answerWith(question, [TO_TABLETS, { ...TARGET, name: 'tablets.example' }]);
        return answerWith(question, [A_RECORD]);
      };
      await talk.ask(ask);
      let answers = 0;
      const sink: ReplySink = {
        transport: ask.transport ?? DOT,
        answer: () => answers++,
        drop: () => assert.fail('dropped'),
        retain: () => assert.fail('it waits'),
        clientId: () => ask.clientId ?? '',
      };
      const path = {};
      const message = new Uint8Array(encodeAsk(ask));
      const address = addressOf(ask.client);
      const calls = 100_000;
      // The smallest object takes 16 octets; V8 counts in steps of its allocation buffers, a quarter of a megabyte.
      const unavoidable = 4 * calls;
      let least = Number.POSITIVE_INFINITY;
      // The first rounds run before the compiler has settled.
      for (let round = 0; round < 20 && least > unavoidable; round++) {
        const before = allocatedBytes()!;
        answers = 0;
        for (let call = 0; call < calls; call++) talk.handler(sink, path, message, message.length, address);
        least = Math.min(least, allocatedBytes()! - before);
        assert.equal(answers, calls);
      }
      assert.ok(least <= unavoidable, `${least} octets in ${calls} calls`);
      assert.deepEqual(talk.internalErrors, []);
    });
  }
});

describe('a bug', () => {
  const REPLIES = Promise.resolve(answerWith({ name: 'www.example.org', type: 'A' } as never, [A_RECORD]));

  test('before the query was read costs a SERVFAIL that bears its own ID and question', async () => {
    const talk = new Conversation(['list:ads.example']);
    await talk.ask({ name: 'ads.example', id: 1 });
    const broken: Transport = {
      ...DOT,
      get encrypted(): boolean {
        throw new Error('a bug');
      },
    };
    const reply = await talk.send(encodeAsk({ name: 'www.example.org', id: 2 }), broken);
    const { packet } = readReply(reply!);
    assert.deepEqual([packet.id, packet.questions?.[0]?.name, packet.rcode], [2, 'www.example.org', 'SERVFAIL']);
    assert.equal(talk.internalErrors.length, 1);
  });

  test('in a listener that is given an answer is met once, and keeps nobody else from theirs', async () => {
    const talk = new Conversation();
    talk.script = () => REPLIES;
    let calls = 0;
    const broken: ReplySink = {
      transport: DOT,
      answer: () => {
        calls++;
        throw new Error('a bug');
      },
      drop: () => assert.fail('dropped'),
      retain: (path) => path,
    };
    const message = encodeAsk({ name: 'www.example.org', id: 1 });
    const ask = () => talk.handler(broken, {}, message, message.length, addressOf());
    ask();
    const other = await talk.ask({ name: 'www.example.org', id: 2 });
    assert.equal(other.packet.rcode, 'NOERROR');
    ask();
    assert.equal(calls, 2);
    assert.equal(talk.internalErrors.length, 2);
    assert.equal(talk.waiting, 0);
  });

  test('in the upstream costs SERVFAIL, and the question can be asked again', async () => {
    const talk = new Conversation();
    talk.exchange = () => {
      throw new Error('a bug');
    };
    assert.equal((await talk.ask({ name: 'www.example.org' })).packet.rcode, 'SERVFAIL');
    talk.exchange = () => REPLIES;
    assert.equal((await talk.ask({ name: 'www.example.org' })).packet.rcode, 'NOERROR');
    assert.equal(talk.waiting, 0);
  });
});

function allocatedBytes(): number | undefined {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
}
