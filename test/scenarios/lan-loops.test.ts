// Resolvers of the local network that ask us in their turn: what goes back and forth is ended, and clients behind the address of
// such a resolver, which look like it, are answered.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { localSettings } from '../fixtures/local-settings.ts';
import { answerWith, Conversation, type Reply, sharedByThreads } from './conversation.ts';

const ZONES = `
[[zone]]
name = ["lan.example", "192.168.0.0/16"]
forward = ["192.168.1.1"]
[resolve]
dns64 = true
rewrites = { "intranet.example" = "nas.lan.example" }
[[record]]
name = "own.lan.example"
type = "A"
value = "192.168.1.7"
`;
const NAME = 'nas.lan.example';
const CLIENT = '192.168.1.20';
const ROUTER = '192.168.1.1';

function conversation(shared = sharedByThreads()): Conversation {
  const it = new Conversation([], {}, undefined, undefined, localSettings(ZONES), shared);
  it.lanScript = (question) => address(question);
  it.script = (question) => address(question);
  return it;
}

function address(question: dnsPacket.Question, ttl = 300): UpstreamOutcome {
  const { name, type } = question;
  return answerWith(question, type === 'A' ? [{ type, name, ttl, data: '192.168.1.5' }] : []);
}

function data({ packet }: Reply): unknown[] {
  return (packet.answers ?? []).map((record) => (record as dnsPacket.StringAnswer).data);
}

/** Has the resolver of the zone answer only once that is called. */
function holdLan(it: Conversation, outcome: (question: dnsPacket.Question) => UpstreamOutcome = address): () => void {
  const held = Promise.withResolvers<void>();
  it.lanScript = async (question) => {
    await held.promise;
    return outcome(question);
  };
  return held.resolve;
}

function assertLoop(reply: Reply): void {
  assert.deepEqual([reply.packet.rcode, reply.extendedError?.code, data(reply)], ['REFUSED', 18, []]);
  assert.match(reply.extendedError!.text, /this zone is asked of you yourself/);
}

describe('a resolver that asks what it is being asked for a client elsewhere', () => {
  const asks: readonly { what: string; asked?: string; type?: string; loop: Parameters<Conversation['ask']>[0] }[] = [
    { what: 'in the same words', loop: { name: NAME } },
    { what: 'in another spelling', loop: { name: NAME.toUpperCase() } },
    { what: 'with signatures', loop: { name: NAME, edns: { dnssecOk: true } } },
    {
      what: 'without checking',
      loop: { name: NAME, flags: dnsPacket.RECURSION_DESIRED | dnsPacket.CHECKING_DISABLED },
    },
    { what: 'by a name that is ours', loop: { name: 'intranet.example' } },
    { what: 'behind a name that is ours', asked: 'intranet.example', loop: { name: NAME } },
    {
      what: 'in reverse',
      asked: '5.1.168.192.in-addr.arpa',
      type: 'PTR',
      loop: { name: '5.1.168.192.in-addr.arpa', type: 'PTR' },
    },
  ];
  for (const { what, asked = NAME, type = 'A', loop } of asks) {
    test(`${what}, is refused, and is not asked again`, async () => {
      const it = conversation();
      const answer = holdLan(it);
      const waiting = it.ask({ name: asked, type, client: CLIENT });
      assertLoop(await it.ask({ ...loop, client: ROUTER }));
      assert.equal(it.askedInLan.length, 1);
      assert.equal(it.loops.length, 1);
      answer();
      assert.equal((await waiting).packet.rcode, 'NOERROR');
    });
  }

  test('is refused by every thread, and hears the answer once there is one', async () => {
    const shared = sharedByThreads();
    const [it, other] = [conversation(shared), conversation(shared)];
    const answer = holdLan(it);
    const waiting = it.ask({ name: NAME, client: CLIENT });
    assertLoop(await other.ask({ name: NAME, client: ROUTER }));
    assert.deepEqual(other.askedInLan, []);
    answer();
    await waiting;
    assert.deepEqual(data(await other.ask({ name: NAME, client: ROUTER })), ['192.168.1.5']);
  });

  test('is asked again after a while, though nobody took back that it was being asked: a thread may have died', async () => {
    const shared = sharedByThreads();
    const [dead, it] = [conversation(shared), conversation(shared)];
    holdLan(dead);
    void dead.ask({ name: NAME, client: CLIENT });
    assertLoop(await it.ask({ name: NAME, client: ROUTER }));
    it.nowMilliseconds += 6_000;
    assert.deepEqual(data(await it.ask({ name: NAME, client: ROUTER })), ['192.168.1.5']);
  });

  test('ends it by that: the client hears that its zone refuses', async () => {
    const it = conversation();
    it.lanScript = async (question) => {
      const reply = await it.ask({ name: question.name, client: ROUTER });
      return answerWith(question, [], { rcode: reply.packet.rcode === 'REFUSED' ? 5 : 0 });
    };
    const reply = await it.ask({ name: 'nobody.lan.example', client: CLIENT });
    assert.deepEqual([reply.packet.rcode, it.askedInLan.length], ['REFUSED', 1]);
    assert.match(reply.extendedError!.text, /the local resolver of this zone refuses/);
  });

  test('where IPv6 addresses are made of IPv4 addresses, is refused by those too', async () => {
    const it = conversation();
    const held = Promise.withResolvers<void>();
    it.lanScript = async (question) => {
      if (question.type === 'A') await held.promise;
      return address(question);
    };
    const waiting = it.ask({ name: NAME, client: CLIENT });
    assertLoop(await it.ask({ name: NAME, type: 'AAAA', client: ROUTER }));
    held.resolve();
    await waiting;
    assert.deepEqual(it.askedInLan, [`0 ${NAME} A`, `0 ${NAME} AAAA`]);
  });

  test('is asked again, for whomever, when an answer has come that may not be kept, or a failure is over', async () => {
    for (const outcome of [
      (question: dnsPacket.Question) => address(question, 0),
      (): UpstreamOutcome => ({ ok: false, code: 'overloaded', detail: '' }),
    ]) {
      const it = conversation();
      it.lanScript = outcome;
      await it.ask({ name: NAME, client: CLIENT });
      it.lanScript = (question) => address(question);
      assert.deepEqual(data(await it.ask({ name: NAME, client: ROUTER })), ['192.168.1.5']);
      assert.deepEqual(it.loops, []);
    }
  });
});

describe('clients behind the address of their zone’s resolver', () => {
  test('are answered names of the zone, from the cache and anew, and everything else', async () => {
    const it = conversation();
    for (const name of [NAME, NAME, 'intranet.example', 'www.example', 'own.lan.example'])
      assert.equal((await it.ask({ name, client: ROUTER })).packet.rcode, 'NOERROR', name);
    assert.deepEqual(it.askedInLan, [`0 ${NAME} A`]);
    assert.deepEqual(it.loops, []);
  });

  test('who ask the same at once all get the answer to one question', async () => {
    const it = conversation();
    const answer = holdLan(it);
    const waiting = [1, 2, 3].map(() => it.ask({ name: NAME, client: ROUTER }));
    assert.equal(it.waiting, 3);
    answer();
    for (const reply of await Promise.all(waiting)) assert.deepEqual(data(reply), ['192.168.1.5']);
    assert.equal(it.askedInLan.length, 1);
  });

  test('hear that it fails where it waits for us in its turn: as often as there are threads, it is asked', async () => {
    const shared = sharedByThreads();
    const threads = [conversation(shared), conversation(shared), conversation(shared)];
    let replies = 0;
    const deadline = Promise.withResolvers<void>();
    for (const [index, it] of threads.entries()) {
      it.lanScript = async (question) => {
        // It asks another thread of ours each time.
        const next = threads[(index + 1) % threads.length]!;
        void next.ask({ name: question.name, client: ROUTER }).then(() => replies++);
        await deadline.promise;
        return { ok: false, code: 'timeout', detail: '' };
      };
    }
    const waiting = threads[0]!.ask({ name: 'nobody.lan.example', client: ROUTER });
    await new Promise(setImmediate);
    const asked = threads.map(({ askedInLan }) => askedInLan.length);
    assert.deepEqual(asked, [1, 1, 1]);
    deadline.resolve();
    assert.equal((await waiting).packet.rcode, 'SERVFAIL');
    await new Promise(setImmediate);
    assert.equal(replies, 3);
    assert.equal((await threads[1]!.ask({ name: 'nobody.lan.example', client: ROUTER })).packet.rcode, 'SERVFAIL');
    assert.deepEqual(
      threads.map(({ askedInLan }) => askedInLan.length),
      asked,
    );
  });
});
