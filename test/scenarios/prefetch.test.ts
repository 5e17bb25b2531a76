// Answers that are asked for often are fetched anew before they expire, and nobody notices.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readHeader, STRIPE, stripeAt } from '../../src/memory/answer-cache/layout.ts';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { answerWith, Conversation, type Reply, sharedByThreads, soa } from './conversation.ts';

const NAME = 'www.example.org';
const A_RECORD = { type: 'A', name: NAME, ttl: 100, data: '192.0.2.1' } as const;
const NEW_RECORD = { ...A_RECORD, data: '192.0.2.2' } as const;
const UNREACHABLE: UpstreamOutcome = { ok: false, code: 'unreachable', detail: 'by the script' };

/** A conversation in which `NAME A` was asked for four times, and has `secondsLeft` of its 100 s to live. */
async function popular(secondsLeft: number, talk: Conversation = new Conversation()): Promise<Conversation> {
  talk.script = (question) => answerWith(question, [A_RECORD]);
  for (let count = 0; count < 4; count++) await talk.ask({ name: NAME });
  talk.nowMilliseconds += (100 - secondsLeft) * 1000;
  talk.script = (question) => answerWith(question, [NEW_RECORD]);
  return talk;
}

async function settled(): Promise<void> {
  await new Promise(setImmediate);
}

function answerOf({ packet }: Reply): unknown[] {
  const [record] = packet.answers ?? [];
  return record?.type === 'A' ? [record.data, record.ttl] : [packet.rcode];
}

describe('a name asked for often', () => {
  test('C26 is fetched anew in the last tenth of its life, once, while the old answer is given', async () => {
    const talk = await popular(9);
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [NEW_RECORD]);
    };
    for (let count = 0; count < 20; count++) {
      assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.1', 9]);
    }
    assert.equal(talk.asked.length, 2);
    assert.equal(talk.waiting, 0);
    arrived.resolve();
    await settled();
    assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.2', 100]);
    assert.equal(talk.counters.prefetches, 1);
    assert.equal(talk.counters.answersFromUpstream, 1);
  });

  test('C26 is fetched by one thread of all', async () => {
    const shared = sharedByThreads();
    const threads = [1, 2, 3].map(() => new Conversation([], {}, undefined, {}, undefined, shared));
    await popular(9, threads[0]);
    const arrived = Promise.withResolvers<void>();
    for (const talk of threads) {
      talk.nowMilliseconds = threads[0]!.nowMilliseconds;
      talk.script = async (question) => {
        await arrived.promise;
        return answerWith(question, [NEW_RECORD]);
      };
    }
    for (const talk of [...threads, ...threads]) await talk.ask({ name: NAME });
    assert.equal(
      threads.reduce((sum, { counters }) => sum + counters.prefetches, 0),
      1,
    );
    arrived.resolve();
    await settled();
    for (const talk of threads) assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.2', 100]);
  });

  test('C26 who asks after it expired joins the refresh that is under way', async () => {
    const talk = await popular(2);
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [NEW_RECORD]);
    };
    await talk.ask({ name: NAME });
    talk.nowMilliseconds += 3_000;
    const reply = talk.ask({ name: NAME });
    assert.equal(talk.waiting, 1);
    arrived.resolve();
    assert.deepEqual(answerOf(await reply), ['192.0.2.2', 100]);
    assert.equal(talk.asked.length, 2);
  });

  test('is not fetched earlier, nor where it is switched off, nor when its life is short', async () => {
    const early = await popular(11);
    await early.ask({ name: NAME });
    const off = await popular(9, new Conversation([], {}, undefined, { prefetch: false }));
    await off.ask({ name: NAME });
    const short = new Conversation();
    short.script = (question) => answerWith(question, [{ ...A_RECORD, ttl: 9 }]);
    for (let count = 0; count < 5; count++) await short.ask({ name: NAME });
    short.nowMilliseconds += 8_500;
    await short.ask({ name: NAME });
    for (const talk of [early, off, short]) assert.equal(talk.asked.length, 1);
  });

  test('is not fetched when the pool of questions is busy', async () => {
    const talk = await popular(9);
    const never = Promise.withResolvers<never>();
    talk.script = () => never.promise;
    for (let number = 0; number < 200; number++) void talk.ask({ name: `n${number}.example.org` });
    await talk.ask({ name: NAME });
    assert.equal(talk.counters.prefetches, 0);
  });

  test('is not fetched when it is blocked by now, by its own name or by what its answer holds', async () => {
    const talk = new Conversation();
    const cloaking = { type: 'CNAME', name: NAME, ttl: 100, data: 'x.tracker.example' } as const;
    const target = { type: 'A', name: 'x.tracker.example', ttl: 100, data: '192.0.2.1' } as const;
    talk.script = (question) => answerWith(question, [cloaking, target]);
    for (let count = 0; count < 4; count++) await talk.ask({ name: NAME });
    talk.nowMilliseconds += 95_000;
    for (const rule of ['||tracker.example^', '||example.org^']) {
      talk.setPolicy([rule]);
      assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NXDOMAIN');
    }
    assert.equal(talk.asked.length, 1);
  });

  test('that does not exist is fetched anew too, for every type', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example.org', 100, 100)] });
    for (let count = 0; count < 4; count++) await talk.ask({ name: NAME });
    talk.nowMilliseconds += 95_000;
    await talk.ask({ name: NAME, type: 'AAAA' });
    await settled();
    assert.equal(talk.counters.prefetches, 1);
    talk.nowMilliseconds += 50_000;
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NXDOMAIN');
    assert.equal(talk.asked.length, 2);
  });
});

describe('a refresh that says something else', () => {
  for (const staleSeconds of [86_400, 0]) {
    for (const [what, soas] of [
      ['an NXDOMAIN', [soa('example.org', 100, 100)]],
      ['an NXDOMAIN without SOA', []],
    ] as const) {
      test(`C26 C17 ${what} is given at once, stale ${staleSeconds} s, and asked for no more often than clients ask`, async () => {
        const talk = await popular(9, new Conversation([], {}, undefined, { staleSeconds }));
        talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [...soas] });
        assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.1', 9]);
        await settled();
        for (let count = 0; count < 20; count++) {
          assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['NXDOMAIN']);
          await settled();
        }
        assert.equal(talk.counters.prefetches, 1);
        // Without SOA nobody may keep it.
        assert.equal(talk.asked.length, soas.length > 0 ? 2 : 22);
      });
    }

    test(`C26 an answer that may not be kept ends the one before it, stale ${staleSeconds} s`, async () => {
      const talk = await popular(9, new Conversation([], {}, undefined, { staleSeconds }));
      talk.script = (question) => answerWith(question, [{ ...NEW_RECORD, ttl: 0 }]);
      await talk.ask({ name: NAME });
      await settled();
      for (let count = 0; count < 5; count++) {
        assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.2', 0]);
        await settled();
      }
      assert.equal(talk.counters.prefetches, 1);
    });
  }

  test('C26 an NXDOMAIN found by way of A ends AAAA when that is fetched anew itself, once', async () => {
    const talk = new Conversation();
    const ipv6 = { type: 'AAAA', name: NAME, ttl: 100, data: '2001:db8::1' } as const;
    talk.script = (question) => answerWith(question, [question.type === 'A' ? A_RECORD : ipv6]);
    for (let count = 0; count < 4; count++) for (const type of ['A', 'AAAA']) await talk.ask({ name: NAME, type });
    talk.nowMilliseconds += 95_000;
    talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example.org', 100, 100)] });
    await talk.ask({ name: NAME });
    await settled();
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NXDOMAIN');
    assert.equal((await talk.ask({ name: NAME, type: 'AAAA' })).packet.rcode, 'NOERROR', 'it lives out its time');
    await settled();
    for (let count = 0; count < 5; count++) {
      for (const type of ['A', 'AAAA']) assert.equal((await talk.ask({ name: NAME, type })).packet.rcode, 'NXDOMAIN');
      await settled();
    }
    assert.equal(talk.asked.length, 4);
  });

  test('C26 the block of an upstream is given at once, and speaks of its own question alone', async () => {
    const talk = await popular(9);
    talk.script = (question) => {
      const ede = { code: 15, data: Buffer.from([0, 15]) } as never;
      const blocked = answerWith(question, [], { rcode: 3, opt: { options: [ede] } });
      return { ...blocked, server: 'blocking.script' } as UpstreamOutcome;
    };
    await talk.ask({ name: NAME });
    await settled();
    for (let count = 0; count < 5; count++) {
      const { packet, extendedErrors } = await talk.ask({ name: NAME });
      assert.deepEqual([packet.rcode, extendedErrors], ['NXDOMAIN', [15]]);
    }
    assert.equal(talk.asked.length, 2);
  });
});

test('a name asked for seldom is left to expire', async () => {
  const talk = new Conversation();
  talk.script = (question) => answerWith(question, [A_RECORD]);
  await talk.ask({ name: NAME });
  talk.nowMilliseconds += 95_000;
  await talk.ask({ name: NAME });
  assert.equal(talk.asked.length, 1);
});

test('C26 a refresh that fails is silent: the answer lives out its time, and it is not tried with every hit', async () => {
  const talk = await popular(9);
  talk.script = () => UNREACHABLE;
  for (let count = 0; count < 10; count++) {
    assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.1', 9]);
    await settled();
  }
  assert.equal(talk.asked.length, 2);
  talk.script = (question) => answerWith(question, [NEW_RECORD]);
  talk.nowMilliseconds += 10_000;
  assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.2', 100], 'and no failure is held against it');
  assert.equal(talk.counters.upstreamFailures, 0);
});

test('C26 a refresh whose answer could not be stored is not tried with every hit, but again after a while', async () => {
  const shared = sharedByThreads();
  const talk = await popular(9, new Conversation([], {}, undefined, {}, undefined, shared));
  const writeElsewhere = holdCache(shared.answerCache);
  await talk.ask({ name: NAME });
  await settled();
  writeElsewhere.end();
  assert.equal(talk.counters.cacheStoresGivenUp, 1);
  for (let count = 0; count < 10; count++) {
    assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.1', 9]);
    await settled();
  }
  assert.equal(talk.counters.prefetches, 1);
  talk.nowMilliseconds += 6_000;
  await talk.ask({ name: NAME });
  await settled();
  assert.equal(talk.counters.prefetches, 2);
  assert.deepEqual(answerOf(await talk.ask({ name: NAME })), ['192.0.2.2', 100]);
});

/** Another thread writes into every part of the cache, until that ends. */
function holdCache(cache: SharedArrayBuffer): { end(): void } {
  const words = new Int32Array(cache);
  const { layout } = readHeader(cache);
  const setOwner = (threadSlot: number): void => {
    for (let index = 0; index < layout.stripeCount; index++) {
      Atomics.store(words, stripeAt(layout, index) + STRIPE.OWNER, threadSlot);
    }
  };
  setOwner(99);
  return { end: () => setOwner(0) };
}
