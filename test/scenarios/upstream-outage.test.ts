// What clients get while a real server is away, and how soon after it is back: query handler, failure cache, stale answers and the
// search for a way back together, with the real times.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { Reachability } from '../../src/memory/upstream-notes/reachability.ts';
import { monotonicClock } from '../../src/memory/monotonic-clock.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { startBreakableLink } from '../peers/breakable-link.ts';
import { asUpstream, type DnsPeer, PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { freePorts } from '../peers/free-ports.ts';
import { watchedUpstream } from '../peers/scripted-upstream.ts';
import { startUnbound } from '../peers/unbound.ts';
import { hasCommands } from '../setup/require-components.ts';
import { Conversation, type Reply, sharedByThreads } from './conversation.ts';

/** What the gateway promises. */
const RECOVERY_MILLISECONDS = 5_000;
const PAUSE_MILLISECONDS = 100;

function conversationWith(t: TestContext, peer: DnsPeer, port = peer.dohPort): Conversation {
  const shared = sharedByThreads();
  const reachability = new Reachability(shared.upstreamNotes);
  const { upstream } = watchedUpstream(t, [asUpstream({ ...peer, dohPort: port })], {
    onReached: () => reachability.noteReached(),
  });
  const talk = new Conversation([], {}, undefined, {}, undefined, shared);
  talk.clock = monotonicClock();
  talk.exchange = (query) => upstream.exchange(query);
  return talk;
}

/** A process that sleeps does not hear that it shall end. */
function endsAwake(t: TestContext, peer: DnsPeer): void {
  t.after(async () => {
    process.kill(peer.pid, 'SIGCONT');
    await peer.stop();
  });
}

/** A client that does not give up asks until `isGood`; how long that took. */
async function askUntil(talk: Conversation, name: string, isGood: (reply: Reply) => boolean): Promise<number> {
  const startedAt = performance.now();
  for (;;) {
    if (isGood(await talk.ask({ name }))) return performance.now() - startedAt;
    assert.ok(performance.now() - startedAt < 60_000, `${name} is still not answered as expected`);
    await wait(PAUSE_MILLISECONDS);
  }
}

const isAnswered = ({ packet, extendedErrors }: Reply): boolean =>
  packet.rcode === 'NOERROR' && extendedErrors.length === 0;
const isFailed = ({ packet }: Reply): boolean => packet.rcode === 'SERVFAIL';
const isKeptFailure = ({ extendedErrors }: Reply): boolean => extendedErrors.includes(13);
const isStale = ({ extendedErrors }: Reply): boolean => extendedErrors.includes(3);

/** Several clients with several names, as long as it lasts: failures are kept, and kept anew. */
async function sufferFor(talk: Conversation, milliseconds: number): Promise<void> {
  const endAt = performance.now() + milliseconds;
  while (performance.now() < endAt) {
    const names = ['www', 'onlyv4', 'alias', 'n1.many', 'n2.many'];
    const replies = await Promise.all(names.map((name) => talk.ask({ name: `${name}.lab.example` })));
    assert.ok(replies.every(isFailed));
    await wait(PAUSE_MILLISECONDS);
  }
}

async function assertRecovered(t: TestContext, talk: Conversation): Promise<void> {
  const names = ['www', 'onlyv4', 'alias', 'n1.many', 'n2.many'];
  const took = await Promise.all(names.map((name) => askUntil(talk, `${name}.lab.example`, isAnswered)));
  t.diagnostic(`back after ${took.map((one) => Math.round(one)).join(', ')} ms`);
  for (const one of took) assert.ok(one < RECOVERY_MILLISECONDS, `a name works only after ${one} ms`);
}

describe('F03 C13 an upstream that comes back', () => {
  test('after its process hung: every name that failed works within 5 s', async (t) => {
    if (!hasCommands(t, 'unbound')) return;
    const unbound = await startUnbound();
    endsAwake(t, unbound);
    const talk = conversationWith(t, unbound);
    await askUntil(talk, 'short.lab.example', isAnswered);
    process.kill(unbound.pid, 'SIGSTOP');
    await sufferFor(talk, 6_000);
    await askUntil(talk, 'www.lab.example', isKeptFailure);
    process.kill(unbound.pid, 'SIGCONT');
    await assertRecovered(t, talk);
  });

  test('after it was stopped and started again: every name that failed works within 5 s', async (t) => {
    if (!hasCommands(t, 'unbound')) return;
    const certificate = makeCertificate({ names: [PEER_HOST_NAME, '127.0.0.1'] });
    t.after(() => certificate.remove());
    const [dohPort] = await freePorts(1, '127.0.0.1');
    const first = await startUnbound({ certificate, dohPort: dohPort! });
    const talk = conversationWith(t, first);
    await askUntil(talk, 'short.lab.example', isAnswered);
    await first.stop();
    await sufferFor(talk, 6_000);
    const second = await startUnbound({ certificate, dohPort: dohPort! });
    t.after(() => second.stop());
    await assertRecovered(t, talk);
  });

  test('after the network swallowed everything: every name that failed works within 5 s', async (t) => {
    if (!hasCommands(t, 'unbound')) return;
    const unbound = await startUnbound();
    t.after(() => unbound.stop());
    const link = await startBreakableLink(unbound.dohPort);
    t.after(() => link.stop());
    const talk = conversationWith(t, unbound, link.port);
    await askUntil(talk, 'short.lab.example', isAnswered);
    link.freeze();
    await sufferFor(talk, 6_000);
    link.mend();
    await assertRecovered(t, talk);
  });
});

test('C16 while a real server hangs, what was known of a name is answered stale, and the fresh answer when it is back', async (t) => {
  if (!hasCommands(t, 'unbound')) return;
  const unbound = await startUnbound({ records: ['brief 1 A 192.0.2.7'] });
  endsAwake(t, unbound);
  const talk = conversationWith(t, unbound);
  const name = 'brief.lab.example';
  await askUntil(talk, name, isAnswered);
  process.kill(unbound.pid, 'SIGSTOP');
  await askUntil(talk, name, isStale);
  const [record] = (await talk.ask({ name })).packet.answers ?? [];
  assert.deepEqual(record?.type === 'A' && [record.data, record.ttl], ['192.0.2.7', 30]);
  process.kill(unbound.pid, 'SIGCONT');
  const took = await askUntil(talk, name, isAnswered);
  t.diagnostic(`fresh after ${Math.round(took)} ms`);
  assert.ok(took < RECOVERY_MILLISECONDS);
  assert.equal(talk.counters.upstreamFailures, 0);
});
