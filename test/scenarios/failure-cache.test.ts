// What a client gets when the upstream fails, and how often the upstream is asked then (RFC 9520).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import type { UpstreamFailureCode, UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { answerWith, Conversation, sharedByThreads, soa } from './conversation.ts';

const NAME = 'www.example.org';
const A_RECORD = { type: 'A', name: NAME, ttl: 300, data: '192.0.2.1' } as const;
const WITH_CD = dnsPacket.RECURSION_DESIRED | dnsPacket.CHECKING_DISABLED;

function failing(code: UpstreamFailureCode): UpstreamOutcome {
  return { ok: false, code, detail: 'by the script' };
}

function refusing(question: dnsPacket.Question, rcode: number, infoCode?: number): UpstreamOutcome {
  const data = infoCode === undefined ? undefined : Buffer.from([infoCode >>> 8, infoCode & 0xff, 0x68, 0x69]);
  return answerWith(question, [], { rcode, opt: { options: data === undefined ? [] : [{ code: 15, data } as never] } });
}

test('T06 a truncated answer is not given once more when its failure is forgotten: the upstream is asked', async () => {
  const talk = new Conversation();
  let flags = dnsPacket.TRUNCATED_RESPONSE;
  talk.script = (question) => answerWith(question, [A_RECORD], { flags });
  for (let round = 0; round < 2; round++) {
    const { packet } = await talk.ask({ name: NAME });
    assert.deepEqual([packet.rcode, packet.answers?.length, packet.flag_tc], ['SERVFAIL', 0, false]);
  }
  assert.equal(talk.asked.length, 1);
  flags = 0;
  talk.nowMilliseconds += 10_000;
  assert.equal((await talk.ask({ name: NAME })).packet.answers?.length, 1);
  assert.equal(talk.asked.length, 2);
});

describe('C13 a name that fails is asked once, however often clients ask', () => {
  const failures: Record<string, (question: dnsPacket.Question) => UpstreamOutcome> = {
    SERVFAIL: (question) => refusing(question, 2),
    REFUSED: (question) => refusing(question, 5),
    NOTIMP: (question) => refusing(question, 4),
    'a reply that does not count': (question) => refusing(question, 1),
    'a timeout': () => failing('timeout'),
    'nothing reachable': () => failing('unreachable'),
    'a wrong certificate': () => failing('certificate'),
    'no HTTP/2': () => failing('protocol'),
    'an HTTP error': () => failing('bad-reply'),
  };
  for (const [what, script] of Object.entries(failures)) {
    test(`C13 ${what}: a hundred questions in a second over two threads are one question to the upstream`, async () => {
      const shared = sharedByThreads();
      const threads = [1, 2].map(() => new Conversation([], {}, undefined, {}, undefined, shared));
      const asked: string[] = [];
      for (const talk of threads) {
        talk.script = (question) => {
          asked.push(question.name);
          return script(question);
        };
      }
      const first = await threads[0]!.ask({ name: NAME });
      assert.notEqual(first.packet.rcode, 'NOERROR');
      assert.ok(!first.extendedErrors.includes(13));
      for (let index = 1; index < 100; index++) {
        for (const talk of threads) talk.nowMilliseconds += 10;
        const reply = await threads[index % 2]!.ask({ name: NAME, edns: index % 3 === 0 ? false : {} });
        assert.equal(reply.packet.rcode, first.packet.rcode);
      }
      assert.equal(asked.length, 1);
      assert.equal(threads[0]!.counters.failuresFromCache + threads[1]!.counters.failuresFromCache, 99);
    });
  }

  test('C13 too many questions at once are our own trouble, and not kept', async () => {
    const talk = new Conversation();
    talk.script = () => failing('overloaded');
    await talk.ask({ name: NAME });
    await talk.ask({ name: NAME });
    assert.equal(talk.asked.length, 2);
  });
});

test('C15 F05 a kept failure keeps its RCODE and the upstream’s explanation, in front of EDE 13', async () => {
  const talk = new Conversation();
  talk.script = (question) => refusing(question, 5, 18);
  const first = await talk.ask({ name: NAME });
  const second = await talk.ask({ name: NAME });
  assert.deepEqual([first.packet.rcode, first.extendedErrors], ['REFUSED', [18]]);
  assert.deepEqual([second.packet.rcode, second.extendedErrors], ['REFUSED', [18, 13]]);
  assert.ok(second.bytes.includes('hi'), 'and its text');
  const without = await talk.ask({ name: NAME, edns: false });
  assert.deepEqual([without.packet.rcode, without.packet.additionals?.length], ['REFUSED', 0]);
});

test('C15 F05 a failure that the upstream tells without a reason is explained to the first who asks as to all others', async () => {
  for (const [rcode, text] of [
    [2, 'the upstream says that it failed'],
    [5, 'the upstream refuses to answer this question'],
  ] as const) {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [A_RECORD], { rcode, authorities: [soa('example.org', 60, 60)] });
    const [first, second] = [await talk.ask({ name: NAME }), await talk.ask({ name: NAME })];
    assert.deepEqual([first.extendedErrors, second.extendedErrors], [[0], [0, 13]]);
    for (const reply of [first, second]) {
      assert.deepEqual(reply.extendedError, { code: 0, text });
      assert.deepEqual([reply.packet.answers, reply.packet.authorities], [[], []], 'records that go with no failure');
      assert.equal(reply.packet.rcode, rcode === 2 ? 'SERVFAIL' : 'REFUSED');
    }
    assert.deepEqual([talk.counters.answersFromUpstream, talk.counters.failuresFromCache], [1, 1]);
    assert.equal(talk.counters.upstreamFailures, 0);
  }
});

test('C13 C20 a failure is of its own type, and of CD=1 or CD=0', async () => {
  const talk = new Conversation();
  talk.script = (question, query) =>
    question.type === 'A' && (query.flags! & dnsPacket.CHECKING_DISABLED) === 0
      ? refusing(question, 2, 6)
      : answerWith(question, question.type === 'A' ? [A_RECORD] : [], { authorities: [soa('example.org', 60, 60)] });
  for (let round = 0; round < 2; round++) {
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
    assert.equal((await talk.ask({ name: NAME, flags: WITH_CD })).packet.rcode, 'NOERROR');
    assert.equal((await talk.ask({ name: NAME, type: 'AAAA' })).packet.rcode, 'NOERROR');
  }
  assert.equal(talk.asked.length, 3);
});

/** Seconds from each failure to the next question that reaches the upstream. */
async function pauses(talk: Conversation, count: number): Promise<number[]> {
  const found: number[] = [];
  await talk.ask({ name: NAME });
  for (let seconds = 1; found.length < count; seconds++) {
    const asked = talk.asked.length;
    talk.nowMilliseconds += 1_000;
    await talk.ask({ name: NAME });
    if (talk.asked.length === asked) continue;
    found.push(seconds);
    seconds = 0;
  }
  return found;
}

describe('how long a failure is kept', () => {
  test('C13 what the upstream says of a name grows from 5 s to 5 min', async () => {
    const talk = new Conversation();
    talk.script = (question) => refusing(question, 2);
    assert.deepEqual(await pauses(talk, 8), [5, 10, 20, 40, 80, 160, 300, 300]);
  });

  test('C13 an upstream that cannot be reached is asked every 5 s, however long that lasts', async () => {
    const talk = new Conversation();
    talk.script = () => failing('unreachable');
    assert.deepEqual(await pauses(talk, 6), [5, 5, 5, 5, 5, 5]);
  });

  test('C13 after an answer, or a long time without the question, it begins with 5 s again', async () => {
    const talk = new Conversation([], {}, undefined, { staleSeconds: 0 });
    talk.script = (question) => refusing(question, 2);
    assert.deepEqual(await pauses(talk, 3), [5, 10, 20]);
    talk.script = (question) => answerWith(question, [{ ...A_RECORD, ttl: 1 }]);
    talk.nowMilliseconds += 40_000;
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NOERROR');
    talk.nowMilliseconds += 1_000;
    talk.script = (question) => refusing(question, 2);
    assert.deepEqual(await pauses(talk, 2), [5, 10]);
    talk.nowMilliseconds += 100_000;
    assert.deepEqual(await pauses(talk, 1), [5]);
  });
});

test('C13 a failure is no repetition where it was known meanwhile that there is no such name', async () => {
  const talk = new Conversation([], {}, undefined, { staleSeconds: 0 });
  talk.script = (question) => refusing(question, 2, 18);
  assert.deepEqual(await pauses(talk, 2), [5, 10]);
  talk.nowMilliseconds += 20_000;
  talk.script = (question) => answerWith(question, [], { rcode: 3, authorities: [soa('example.org', 1, 1)] });
  assert.equal((await talk.ask({ name: NAME, type: 'AAAA' })).packet.rcode, 'NXDOMAIN');
  talk.nowMilliseconds += 1_000;
  talk.script = (question) => refusing(question, 2, 18);
  assert.deepEqual(await pauses(talk, 2), [5, 10]);
});

describe('an upstream that comes back', () => {
  test('ends what failed meanwhile at the first answer that anyone gets, once the least time is over', async () => {
    const shared = sharedByThreads();
    const [talk, other] = [1, 2].map(() => new Conversation([], {}, undefined, {}, undefined, shared));
    talk!.script = () => failing('unreachable');
    await talk!.ask({ name: NAME });
    for (const one of [talk!, other!]) one.nowMilliseconds += 2_000;
    assert.equal((await talk!.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
    for (const one of [talk!, other!]) one.script = (question) => answerWith(question, [A_RECORD]);
    assert.equal((await talk!.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
    await other!.ask({ name: 'other.example.org' });
    assert.equal((await talk!.ask({ name: NAME })).packet.rcode, 'NOERROR');
  });

  test('C13 a failure is kept for a second even then', async () => {
    const talk = new Conversation();
    talk.script = (question) =>
      question.name === NAME ? failing('unreachable') : answerWith(question, [{ ...A_RECORD, name: question.name }]);
    await talk.ask({ name: NAME });
    await talk.ask({ name: 'other.example.org' });
    talk.nowMilliseconds += 990;
    await talk.ask({ name: NAME });
    assert.equal(talk.asked.filter((one) => one.startsWith(NAME)).length, 1);
  });

  test('C13 a name that gets no answer while others get theirs is kept for its 5 s', async () => {
    const talk = new Conversation();
    const slow = Promise.withResolvers<void>();
    talk.script = async (question) => {
      if (question.name !== NAME) return answerWith(question, [{ ...A_RECORD, name: question.name }]);
      await slow.promise;
      return failing('timeout');
    };
    await talk.ask({ name: 'one.example.org' });
    const first = talk.ask({ name: NAME });
    talk.nowMilliseconds += 1_000;
    await talk.ask({ name: 'other.example.org' });
    slow.resolve();
    await first;
    talk.nowMilliseconds += 3_000;
    await talk.ask({ name: 'third.example.org' });
    await talk.ask({ name: NAME });
    assert.equal(talk.asked.filter((one) => one.startsWith(NAME)).length, 1);
  });
});

describe('a question that gets no answer', () => {
  /** What happens meanwhile, in milliseconds since it was asked, to a name that nobody asked for before. */
  type Event = readonly [atMilliseconds: number, what: 'answered' | 'failed'];
  const cases: readonly {
    readonly what: string;
    readonly before?: boolean;
    readonly meanwhile: readonly Event[];
    /** Others are answered again a second after it has failed. */
    readonly behind?: boolean;
    /** Seconds until it is asked again: without, and with a stale answer. */
    readonly pauses: readonly [number, number];
  }[] = [
    { what: 'nor does any other: until others do', meanwhile: [], behind: true, pauses: [2, 2] },
    { what: 'nor does any other, and it stays so', meanwhile: [], pauses: [5, 30] },
    {
      what: 'nor any other by now: until others do',
      before: true,
      meanwhile: [
        [1_000, 'answered'],
        [2_500, 'failed'],
      ],
      behind: true,
      pauses: [2, 2],
    },
    {
      what: 'though others do by now, who did not when it was asked: for a second',
      meanwhile: [
        [1_000, 'failed'],
        [2_500, 'answered'],
      ],
      pauses: [2, 2],
    },
    {
      what: 'though others do, after a moment in which they did not: for a second',
      before: true,
      meanwhile: [
        [100, 'failed'],
        [1_500, 'answered'],
      ],
      pauses: [2, 2],
    },
    {
      what: 'while others do: for its time',
      before: true,
      meanwhile: [[1_500, 'answered']],
      behind: true,
      pauses: [5, 30],
    },
    {
      what: 'while others do, before whom nobody had asked for long: for its time',
      meanwhile: [[2_500, 'answered']],
      behind: true,
      pauses: [5, 30],
    },
  ];

  const answers = (question: dnsPacket.Question) =>
    answerWith(question, [{ ...A_RECORD, name: question.name, ttl: 60 }]);

  async function secondsUntilAskedAgain(
    { before = false, meanwhile, behind = false }: (typeof cases)[number],
    hasStale: boolean,
  ): Promise<number> {
    const talk = new Conversation();
    const asked = () => talk.asked.filter((one) => one.startsWith(NAME)).length;
    talk.script = answers;
    if (hasStale) await talk.ask({ name: NAME });
    talk.nowMilliseconds += 100_000;
    if (before) await talk.ask({ name: 'before.example.org' });
    const lost = Promise.withResolvers<void>();
    talk.script = async () => {
      await lost.promise;
      return failing('timeout');
    };
    const askedAt = talk.nowMilliseconds;
    const waiting = talk.ask({ name: NAME });
    for (const [atMilliseconds, what] of meanwhile) {
      talk.nowMilliseconds = askedAt + atMilliseconds;
      talk.script = what === 'answered' ? answers : () => failing('unreachable');
      await talk.ask({ name: `at${atMilliseconds}.example.org` });
    }
    talk.nowMilliseconds = askedAt + 3_800;
    lost.resolve();
    const reply = await waiting;
    assert.equal(reply.packet.rcode, hasStale ? 'NOERROR' : 'SERVFAIL');
    talk.script = answers;
    const askedSoFar = asked();
    for (let seconds = 1; ; seconds++) {
      talk.nowMilliseconds += 1_000;
      if (behind && seconds === 1) await talk.ask({ name: 'behind.example.org' });
      await talk.ask({ name: NAME });
      if (asked() > askedSoFar) return seconds;
    }
  }

  for (const one of cases) {
    test(`C13 ${one.what}`, async () => {
      assert.deepEqual([await secondsUntilAskedAgain(one, false), await secondsUntilAskedAgain(one, true)], one.pauses);
    });
  }
});
