// What a client gets of an answer that has expired, when no fresh one can be had (RFC 8767).

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as dnsPacket from 'dns-packet';
import fc from 'fast-check';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import { answerWith, Conversation, type Reply, sharedByThreads, soa } from './conversation.ts';

const NAME = 'www.example.org';
const A_RECORD = { type: 'A', name: NAME, ttl: 60, data: '192.0.2.1' } as const;
const NEW_RECORD = { ...A_RECORD, data: '192.0.2.2' } as const;
const NO_SUCH_NAME = { rcode: 3, authorities: [soa('example.org', 60, 60)] };
const UNREACHABLE: UpstreamOutcome = { ok: false, code: 'unreachable', detail: 'by the script' };
const STALE_ANSWER = 3;
const STALE_NXDOMAIN = 19;
const CACHED_ERROR = 13;

/** A conversation in which `NAME A` has been answered, and has expired. */
async function expired(...[rules = [], policy = {}, access, cache = {}]: ConstructorParameters<typeof Conversation>) {
  const talk = new Conversation(rules, policy, access, cache);
  talk.script = (question) => answerWith(question, [A_RECORD], { flags: dnsPacket.AUTHENTIC_DATA });
  await talk.ask({ name: NAME });
  talk.nowMilliseconds += 61_000;
  talk.script = () => UNREACHABLE;
  return talk;
}

/** SERVFAIL with an Extended DNS Error. */
function withheld(question: dnsPacket.Question, infoCode: number): UpstreamOutcome {
  return answerWith(question, [], {
    rcode: 2,
    opt: { options: [{ code: 15, data: Buffer.from([0, infoCode]) } as never] },
  });
}

function addressIn({ packet }: Reply): string | undefined {
  const [record] = packet.answers ?? [];
  return record?.type === 'A' ? record.data : undefined;
}

function ttlIn({ packet }: Reply): number | undefined {
  const record = packet.answers?.[0] ?? packet.authorities?.[0];
  return record !== undefined && 'ttl' in record ? record.ttl : undefined;
}

describe('an upstream that fails', () => {
  test('C16 D03 a stale answer comes at once, with TTL 30 and EDE 3, without AD, to every asker as it asked', async () => {
    const talk = await expired();
    for (const edns of [{}, false] as const) {
      const reply = await talk.ask({
        name: 'WWW.example.org',
        id: 77,
        edns,
        flags: dnsPacket.RECURSION_DESIRED | 0x20,
      });
      assert.deepEqual([addressIn(reply), ttlIn(reply)], ['192.0.2.1', 30]);
      assert.deepEqual([reply.packet.id, reply.packet.questions?.[0]?.name], [77, 'WWW.example.org']);
      assert.equal(reply.packet.flag_ad, false);
      assert.deepEqual(reply.extendedErrors, edns === false ? [] : [STALE_ANSWER]);
    }
    assert.equal(talk.counters.answersStale, 2);
    assert.equal(talk.counters.upstreamFailures, 0);
  });

  test('C16 for 30 s nobody asks again; then one does, and a fresh answer ends it', async () => {
    const talk = await expired();
    for (let second = 0; second < 30; second++) {
      assert.equal(ttlIn(await talk.ask({ name: NAME })), 30);
      talk.nowMilliseconds += 1_000;
    }
    assert.equal(talk.asked.length, 2);
    talk.script = (question) => answerWith(question, [NEW_RECORD]);
    const fresh = await talk.ask({ name: NAME });
    assert.deepEqual([addressIn(fresh), ttlIn(fresh), fresh.extendedErrors], ['192.0.2.2', 60, []]);
    assert.equal(talk.asked.length, 3);
  });

  test('C16 an upstream that is back for others is asked at once', async () => {
    const talk = await expired();
    await talk.ask({ name: NAME });
    talk.nowMilliseconds += 3_000;
    talk.script = (question) => answerWith(question, [{ ...NEW_RECORD, name: question.name }]);
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    await talk.ask({ name: 'other.example.org' });
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.2');
  });

  test('C16 a SERVFAIL of the upstream is answered stale too', async () => {
    const talk = await expired();
    talk.script = (question) => answerWith(question, [], { rcode: 2 });
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    assert.equal(talk.asked.length, 2);
  });

  test('C16 an answer older than cache.stale is not given, nor any with "0s"', async () => {
    for (const staleSeconds of [100, 0]) {
      const talk = await expired([], {}, undefined, { staleSeconds });
      if (staleSeconds > 0) assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
      talk.nowMilliseconds += 100_000;
      const reply = await talk.ask({ name: NAME });
      assert.deepEqual([reply.packet.rcode, reply.extendedErrors], ['SERVFAIL', [22]]);
    }
  });

  test('C16 where its entry is gone, a failure is told again after 5 s, not 30', async () => {
    const talk = await expired([], {}, undefined, { staleSeconds: 65 });
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    talk.nowMilliseconds += 4_000;
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    talk.nowMilliseconds += 62_000;
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
  });

  for (const infoCode of [6, 9, 12, 15, 18]) {
    test(`D06 C16 an answer the upstream withholds on purpose (EDE ${infoCode}) is not replaced by a stale one`, async () => {
      const talk = await expired();
      talk.script = (question) => withheld(question, infoCode);
      const first = await talk.ask({ name: NAME });
      assert.deepEqual([first.packet.rcode, first.extendedErrors], ['SERVFAIL', [infoCode]]);
      const second = await talk.ask({ name: NAME });
      assert.deepEqual([second.packet.rcode, second.extendedErrors], ['SERVFAIL', [infoCode, CACHED_ERROR]]);
      assert.equal(talk.asked.length, 2);
    });

    test(`D06 C16 nor later (EDE ${infoCode}), when the upstream cannot be reached, by whoever it was found`, async () => {
      for (const dnssecOk of [false, true]) {
        const talk = await expired();
        talk.script = (question) => withheld(question, infoCode);
        await talk.ask({ name: NAME, edns: { dnssecOk } });
        talk.nowMilliseconds += 6_000;
        talk.script = () => UNREACHABLE;
        const later = await talk.ask({ name: NAME });
        assert.deepEqual([later.packet.rcode, later.extendedErrors], ['SERVFAIL', [22]]);
      }
    });
  }
});

describe('what a refresh finds', () => {
  /** A conversation in which `NAME A` has 4 s to live, and has just been fetched anew in vain, with this explanation. */
  async function refreshed(infoCode: number, fresh: UpstreamOutcome | undefined = undefined): Promise<Conversation> {
    const talk = new Conversation();
    talk.script = (question) => fresh ?? answerWith(question, [A_RECORD]);
    for (let count = 0; count < 4; count++) await talk.ask({ name: NAME });
    talk.nowMilliseconds += 56_000;
    talk.script = (question) => withheld(question, infoCode);
    await talk.ask({ name: NAME });
    await new Promise(setImmediate);
    assert.equal(talk.counters.prefetches, 1);
    talk.script = () => UNREACHABLE;
    return talk;
  }

  for (const infoCode of [6, 12]) {
    test(`D06 C16 to be forged (EDE ${infoCode}) is not given any more, nor when it has expired`, async () => {
      const talk = await refreshed(infoCode);
      assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
      talk.nowMilliseconds += 10_000;
      assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
    });
  }

  for (const infoCode of [15, 16, 17, 18]) {
    test(`D06 C16 to be withheld on purpose (EDE ${infoCode}) lives out its time, and is not given when it has expired`, async () => {
      const talk = await refreshed(infoCode);
      for (let secondsLeft = 4; secondsLeft > 0; secondsLeft--) {
        const reply = await talk.ask({ name: NAME });
        assert.deepEqual([addressIn(reply), ttlIn(reply), reply.extendedErrors], ['192.0.2.1', secondsLeft, []]);
        assert.equal(reply.packet.flag_z, false);
        talk.nowMilliseconds += 1_000;
      }
      talk.nowMilliseconds += 10_000;
      assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
      talk.script = (question) => answerWith(question, [NEW_RECORD]);
      talk.nowMilliseconds += 10_000;
      assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.2');
      talk.nowMilliseconds += 70_000;
      talk.script = () => UNREACHABLE;
      assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.2', 'the one after it is like any other');
    });
  }

  test('D06 C16 to be withheld of a name that does not exist, for any type', async () => {
    const question = { name: NAME, type: 'A' } as const;
    const talk = await refreshed(15, answerWith(question, [], NO_SUCH_NAME));
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NXDOMAIN');
    talk.nowMilliseconds += 10_000;
    for (const type of ['A', 'TXT']) assert.equal((await talk.ask({ name: NAME, type })).packet.rcode, 'SERVFAIL');
  });

  test('a bit that the upstream sets in its header costs nobody a stale answer', async () => {
    const outcome = answerWith({ name: NAME, type: 'A' }, [A_RECORD], { flags: 0x40 });
    const talk = new Conversation();
    talk.script = () => outcome;
    await talk.ask({ name: NAME });
    talk.nowMilliseconds += 61_000;
    talk.script = () => UNREACHABLE;
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
  });
});

test('D06 C16 where an answer is found forged, the name does not count as absent any more either', async () => {
  for (const dnssecOk of [false, true]) {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], NO_SUCH_NAME);
    await talk.ask({ name: NAME });
    talk.nowMilliseconds += 61_000;
    talk.script = (question) => withheld(question, 6);
    await talk.ask({ name: NAME, edns: { dnssecOk } });
    talk.script = () => UNREACHABLE;
    talk.nowMilliseconds += 6_000;
    for (const type of ['A', 'TXT']) {
      const reply = await talk.ask({ name: NAME, type });
      assert.deepEqual([reply.packet.rcode, reply.extendedErrors], ['SERVFAIL', [22]]);
    }
  }
});

describe('an upstream that is slow', () => {
  test('D06 C16 and finds an answer forged after 1.8 s has the old one withheld from then on', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const talk = await expired();
    for (const isKnown of [false, true]) {
      const found = Promise.withResolvers<void>();
      talk.script = async (question) => {
        await found.promise;
        return withheld(question, 6);
      };
      const reply = talk.ask({ name: NAME });
      talk.nowMilliseconds += 1_800;
      t.mock.timers.tick(1_800);
      await new Promise(setImmediate);
      assert.equal(talk.waiting, isKnown ? 1 : 0);
      found.resolve();
      assert.equal((await reply).packet.rcode, isKnown ? 'SERVFAIL' : 'NOERROR');
      await new Promise(setImmediate);
      talk.nowMilliseconds += 6_000;
    }
  });

  test('C16 after 1.8 s who waits gets the stale answer, who comes later at once, and the fresh one is kept when it comes', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const talk = await expired();
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [NEW_RECORD]);
    };
    const waiting = [talk.ask({ name: NAME, id: 1 }), talk.ask({ name: NAME, id: 2 })];
    talk.nowMilliseconds += 1_700;
    t.mock.timers.tick(1_700);
    assert.equal(talk.waiting, 2);
    talk.nowMilliseconds += 100;
    t.mock.timers.tick(100);
    const replies = await Promise.all(waiting);
    assert.deepEqual(
      replies.map((reply) => [reply.packet.id, addressIn(reply), ttlIn(reply), reply.extendedErrors]),
      [
        [1, '192.0.2.1', 30, [STALE_ANSWER]],
        [2, '192.0.2.1', 30, [STALE_ANSWER]],
      ],
    );
    assert.equal(talk.waiting, 0);
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    arrived.resolve();
    await new Promise(setImmediate);
    const fresh = await talk.ask({ name: NAME });
    assert.deepEqual([addressIn(fresh), fresh.extendedErrors], ['192.0.2.2', []]);
    assert.equal(talk.asked.length, 2);
  });

  test('C16 who has no stale answer goes on waiting', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const talk = await expired();
    const arrived = Promise.withResolvers<void>();
    talk.script = async (question) => {
      await arrived.promise;
      return answerWith(question, [{ ...NEW_RECORD, name: question.name }]);
    };
    const others = [1, 2, 3].map((number) => talk.ask({ name: `n${number}.example.org` }));
    const stale = talk.ask({ name: NAME });
    talk.nowMilliseconds += 2_000;
    t.mock.timers.tick(2_000);
    assert.equal(addressIn(await stale), '192.0.2.1');
    assert.equal(talk.waiting, 3);
    const late = talk.ask({ name: 'n1.example.org' });
    assert.equal(talk.waiting, 4);
    arrived.resolve();
    for (const reply of await Promise.all([...others, late])) assert.equal(addressIn(reply), '192.0.2.2');
  });

  test('each question has its own 1.8 s', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const talk = await expired();
    const never = Promise.withResolvers<never>();
    talk.script = (question) =>
      question.name === 'quick.example.org' ? answerWith(question, [NEW_RECORD]) : never.promise;
    void talk.ask({ name: 'first.example.org' });
    talk.nowMilliseconds += 1_000;
    t.mock.timers.tick(1_000);
    await talk.ask({ name: 'quick.example.org' });
    let isAnswered = false;
    const reply = talk.ask({ name: NAME }).finally(() => (isAnswered = true));
    talk.nowMilliseconds += 800;
    t.mock.timers.tick(800);
    await new Promise(setImmediate);
    assert.equal(isAnswered, false);
    talk.nowMilliseconds += 1_000;
    t.mock.timers.tick(1_000);
    assert.equal(addressIn(await reply), '192.0.2.1');
  });
});

test('C16 where there is no room to wait for the upstream, a stale answer is given, and SERVFAIL to who has none', async () => {
  const talk = await expired();
  const never = Promise.withResolvers<never>();
  talk.script = () => never.promise;
  for (let number = 0; number < 2_000; number++) void talk.ask({ name: `n${number}.example.org` });
  assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
  const { packet, extendedErrors } = await talk.ask({ name: 'other.example.org' });
  assert.deepEqual([packet.rcode, extendedErrors], ['SERVFAIL', [23]]);
});

/** Index into ASKERS of who asks like this. */
function askerOf({ flags = 0, additionals = [] }: dnsPacket.DecodedPacket): number {
  const opt = additionals.find((record) => record.type === 'OPT');
  return (opt?.flag_do === true ? 1 : 0) | ((flags & dnsPacket.CHECKING_DISABLED) !== 0 ? 2 : 0);
}

describe('what is known by now', () => {
  test('C17 an NXDOMAIN or NODATA replaces the stale answer at once', async () => {
    for (const rcode of [3, 0]) {
      const talk = await expired();
      talk.script = (question) => answerWith(question, [], { ...NO_SUCH_NAME, rcode });
      const no = await talk.ask({ name: NAME });
      assert.deepEqual([no.packet.rcode, no.packet.answers?.length], [rcode === 3 ? 'NXDOMAIN' : 'NOERROR', 0]);
      talk.script = () => UNREACHABLE;
      talk.nowMilliseconds += 100_000;
      const later = await talk.ask({ name: NAME });
      assert.deepEqual([later.packet.rcode, later.packet.answers?.length], [rcode === 3 ? 'NXDOMAIN' : 'NOERROR', 0]);
      assert.deepEqual(later.extendedErrors, [rcode === 3 ? STALE_NXDOMAIN : STALE_ANSWER]);
      assert.equal(ttlIn(later), 30);
    }
  });

  test('C17 an NXDOMAIN found by another type outdates what was known of this one', async () => {
    const talk = await expired();
    talk.script = (question) => answerWith(question, [], NO_SUCH_NAME);
    await talk.ask({ name: NAME, type: 'AAAA' });
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NXDOMAIN');
    talk.script = () => UNREACHABLE;
    talk.nowMilliseconds += 61_000;
    assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'NXDOMAIN');
  });

  test('C17 an NXDOMAIN or an answer that may not be kept outdates what was known all the same', async () => {
    for (const [records, extra] of [
      [[], { rcode: 3 }],
      [[{ ...NEW_RECORD, ttl: 0 }], {}],
    ] as const) {
      const talk = await expired();
      talk.script = (question) => answerWith(question, records, extra);
      await talk.ask({ name: NAME });
      talk.script = () => UNREACHABLE;
      assert.equal((await talk.ask({ name: NAME })).packet.rcode, 'SERVFAIL');
    }
  });

  test('C17 an NXDOMAIN that may not be kept outdates what was known of other types, and to other askers', async () => {
    for (const asker of [0, 1]) {
      const talk = await expired();
      talk.script = (question) => answerWith(question, [], { rcode: 3 });
      assert.equal((await talk.ask({ name: NAME, type: 'AAAA', ...ASKERS[asker]! })).packet.rcode, 'NXDOMAIN');
      talk.script = () => UNREACHABLE;
      const later = await talk.ask({ name: NAME });
      assert.deepEqual([later.packet.rcode, later.extendedErrors], ['SERVFAIL', [22]]);
    }
  });

  test('C17 a name that exists again is not answered by the NXDOMAIN of before, of whatever type', async () => {
    const talk = new Conversation();
    talk.script = (question) => answerWith(question, [], NO_SUCH_NAME);
    await talk.ask({ name: NAME });
    talk.nowMilliseconds += 61_000;
    talk.script = (question) => answerWith(question, [A_RECORD]);
    await talk.ask({ name: NAME });
    talk.script = () => UNREACHABLE;
    assert.equal((await talk.ask({ name: NAME, type: 'AAAA' })).packet.rcode, 'SERVFAIL');
    talk.nowMilliseconds += 61_000;
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
  });

  /** As askers differ: by DO and CD. */
  const ASKERS = [0, 1, 2, 3].map((bits) => ({
    edns: { dnssecOk: (bits & 1) !== 0 },
    flags: dnsPacket.RECURSION_DESIRED | ((bits & 2) !== 0 ? dnsPacket.CHECKING_DISABLED : 0),
  }));

  /** What somebody hears who wants no checking may be forged: it tells nothing to those who want it. */
  function speaksTo(listener: (typeof ASKERS)[number], teller: (typeof ASKERS)[number]): boolean {
    return (teller.flags & dnsPacket.CHECKING_DISABLED) === 0 || (listener.flags & dnsPacket.CHECKING_DISABLED) !== 0;
  }

  test('C17 C20 an NXDOMAIN or NODATA outdates what was known to those who ask with other DO or CD bits, but for what nobody checked', async () => {
    for (const first of ASKERS) {
      for (const second of ASKERS.filter((asker) => asker !== first)) {
        for (const rcode of [3, 0]) {
          const talk = new Conversation();
          talk.script = (question) => answerWith(question, [A_RECORD]);
          await talk.ask({ name: NAME, ...first });
          talk.nowMilliseconds += 100_000;
          talk.script = (question) => answerWith(question, [], { ...NO_SUCH_NAME, rcode });
          await talk.ask({ name: NAME, ...second });
          talk.script = () => UNREACHABLE;
          const later = await talk.ask({ name: NAME, ...first });
          assert.equal(later.packet.rcode, speaksTo(first, second) ? 'SERVFAIL' : 'NOERROR');
        }
      }
    }
  });

  test('C17 C20 a name that exists again outdates the NXDOMAIN of those who ask with other DO or CD bits, but for what nobody checked', async () => {
    for (const first of ASKERS) {
      for (const second of ASKERS.filter((asker) => asker !== first)) {
        const talk = new Conversation();
        talk.script = (question) => answerWith(question, [], NO_SUCH_NAME);
        await talk.ask({ name: NAME, ...first });
        talk.nowMilliseconds += 100_000;
        talk.script = (question) => answerWith(question, [A_RECORD]);
        await talk.ask({ name: NAME, ...second });
        talk.script = () => UNREACHABLE;
        for (const type of ['A', 'AAAA']) {
          const later = await talk.ask({ name: NAME, type, ...first });
          assert.equal(later.packet.rcode, speaksTo(first, second) ? 'SERVFAIL' : 'NXDOMAIN');
        }
      }
    }
  });

  test('C16 an answer that others got since, with other DO or CD bits, leaves a stale one what it is', async () => {
    const talk = await expired();
    talk.script = (question) => answerWith(question, [NEW_RECORD]);
    await talk.ask({ name: NAME, edns: { dnssecOk: true } });
    talk.script = () => UNREACHABLE;
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
  });

  test('C17 C16 whatever came in whatever order, a stale answer is what the upstream said last', async () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 200 }) }),
      fc.record({
        kind: fc.constant('ask' as const),
        type: fc.constantFrom('A', 'TXT'),
        asker: fc.constantFrom(0, 1),
      }),
      fc.record({ kind: fc.constant('change' as const), to: fc.constantFrom('name', 'no-name', 'down') }),
    );
    const property = fc.asyncProperty(fc.array(event, { minLength: 30, maxLength: 60 }), async (events) => {
      const talk = new Conversation();
      let state: 'name' | 'no-name' | 'down' = 'name';
      /** What the upstream said last of the whole name. */
      let last: 'name' | 'no-name' | undefined;
      let serial = 0;
      const serialOf = new Map<string, number>();
      talk.script = (question, query) => {
        if (state === 'down') return UNREACHABLE;
        last = state;
        if (state === 'no-name') return answerWith(question, [], NO_SUCH_NAME);
        serialOf.set(`${question.type} ${askerOf(query)}`, ++serial);
        const text = { type: 'TXT', name: NAME, ttl: 60, data: String(serial) } as const;
        return answerWith(question, [question.type === 'A' ? { ...A_RECORD, data: `10.0.0.${serial}` } : text]);
      };
      for (const step of events) {
        if (step.kind === 'wait') talk.nowMilliseconds += step.seconds * 1000;
        else if (step.kind === 'change') state = step.to;
        else {
          const reply = await talk.ask({ name: NAME, type: step.type, ...ASKERS[step.asker]! });
          if (!reply.extendedErrors.some((code) => code === STALE_ANSWER || code === STALE_NXDOMAIN)) continue;
          assert.equal(reply.packet.rcode, last === 'name' ? 'NOERROR' : 'NXDOMAIN');
          const [record] = reply.packet.answers ?? [];
          const said =
            record?.type === 'A'
              ? record.data.slice('10.0.0.'.length)
              : String((record as never as { data?: unknown })?.data);
          if (last === 'name') assert.equal(Number(said), serialOf.get(`${step.type} ${step.asker}`));
        }
      }
      assert.deepEqual(talk.internalErrors, []);
    });
    await fc.assert(property, { seed: 8_767, numRuns: 150 });
  });
});

describe('C18 the policy in force now', () => {
  test('C18 a rule made since blocks the stale answer of the name', async () => {
    const talk = await expired();
    assert.equal(addressIn(await talk.ask({ name: NAME })), '192.0.2.1');
    talk.setPolicy(['||example.org^']);
    const reply = await talk.ask({ name: NAME });
    assert.deepEqual([reply.packet.rcode, reply.extendedErrors], ['NXDOMAIN', [15]]);
  });

  test('C18 a rule made since blocks a stale answer by its CNAME, and rebinding protection by its address', async () => {
    const talk = new Conversation();
    const records = [
      { type: 'CNAME', name: NAME, ttl: 60, data: 'x.tracker.example' },
      { type: 'A', name: 'x.tracker.example', ttl: 60, data: '192.168.0.1' },
    ] as const;
    talk.script = (question) => answerWith(question, records);
    await talk.ask({ name: NAME });
    talk.script = () => UNREACHABLE;
    talk.nowMilliseconds += 61_000;
    assert.equal((await talk.ask({ name: NAME })).packet.answers?.length, 2);
    talk.setPolicy(['||tracker.example^']);
    const blocked = await talk.ask({ name: NAME });
    assert.deepEqual([blocked.packet.rcode, blocked.extendedErrors], ['NXDOMAIN', [15]]);
    talk.setPolicy([], { rebindingProtection: true });
    assert.equal((await talk.ask({ name: NAME })).packet.answers?.length, 0);
    talk.setPolicy([]);
    assert.equal((await talk.ask({ name: NAME })).packet.answers?.length, 2);
    assert.equal(talk.asked.length, 2);
  });
});

test('C16 the threads of a gateway give the same stale answer, and one asks for all', async () => {
  const shared = sharedByThreads();
  const [talk, other] = [1, 2].map(() => new Conversation([], {}, undefined, {}, undefined, shared));
  talk!.script = (question) => answerWith(question, [A_RECORD]);
  await talk!.ask({ name: NAME });
  for (const one of [talk!, other!]) {
    one.script = () => UNREACHABLE;
    one.nowMilliseconds += 61_000;
  }
  assert.equal(addressIn(await talk!.ask({ name: NAME })), '192.0.2.1');
  assert.equal(addressIn(await other!.ask({ name: NAME })), '192.0.2.1');
  assert.equal(other!.asked.length, 0);
});
