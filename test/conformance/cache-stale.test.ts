// C16 and C17: answers that have expired. With real times, so lives are short here.

import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import type * as dnsPacket from 'dns-packet';
import { soa } from '../scenarios/conversation.ts';
import { gatewayUnderTest } from './gateway.ts';
import { answersOf, decoded, query, RCODE, rcodeOf } from './messages.ts';
import { requestHttps } from './https-request.ts';
import { conformsWith, EVERY, type Exchange } from './over-transports.ts';

const conforms = conformsWith(gatewayUnderTest({ threads: 2 }));

const PAUSE_MILLISECONDS = 100;
const PATIENCE_MILLISECONDS = 20_000;

function recordOf(name: string, data: string): dnsPacket.Answer {
  return { type: 'A', name, ttl: 1, data };
}

/** Asks for the name until a reply is as wanted. */
async function askUntil({ exchange, name }: Exchange, isWanted: (reply: Buffer) => boolean): Promise<Buffer> {
  const giveUpAt = performance.now() + PATIENCE_MILLISECONDS;
  while (performance.now() < giveUpAt) {
    const reply = await exchange(query({ name, opt: {} }));
    if (reply !== undefined && isWanted(reply)) return reply;
    await wait(PAUSE_MILLISECONDS);
  }
  throw new Error('no such reply came');
}

function ttlsOf(reply: Buffer): (number | undefined)[] {
  const { answers = [], authorities = [] } = decoded(reply).packet;
  return [...answers, ...authorities].map((record) => ('ttl' in record ? record.ttl : undefined));
}

conforms(
  'C16',
  EVERY,
  'when the upstream fails, the answer from before is given with TTL 30 and EDE 3',
  async (stage) => {
    const { upstream, name } = stage;
    upstream.answer(name, 'A', { answers: [recordOf(name, '192.0.2.7')] });
    const fresh = await askUntil(stage, () => true);
    assert.deepEqual(decoded(fresh).extendedErrors, []);
    upstream.answer(name, 'A', { rcode: RCODE.SERVFAIL });
    const stale = await askUntil(stage, (reply) => decoded(reply).extendedErrors.length > 0);
    assert.deepEqual(decoded(stale).extendedErrors, [3]);
    assert.deepEqual([rcodeOf(stale), answersOf(stale), ttlsOf(stale)], [RCODE.NOERROR, answersOf(fresh), [30]]);
    const asked = upstream.queriesFor(name).length;
    await askUntil(stage, () => true);
    assert.equal(upstream.queriesFor(name).length, asked);
  },
);

conforms(
  'C16',
  EVERY,
  'when the upstream is slow, the answer from before is given before it answers',
  async (stage) => {
    const { upstream, name } = stage;
    upstream.answer(name, 'A', { answers: [recordOf(name, '192.0.2.7')] });
    await askUntil(stage, () => true);
    let isHeld = false;
    const held = Promise.withResolvers<void>();
    upstream.answer(name, 'A', () => {
      isHeld = true;
      held.resolve();
    });
    const stale = await askUntil(stage, (reply) => isHeld && decoded(reply).extendedErrors.includes(3));
    assert.deepEqual(ttlsOf(stale), [30]);
  },
);

conforms('C17', EVERY, 'an NXDOMAIN replaces what was known, also when it is stale itself', async (stage) => {
  const { upstream, name } = stage;
  upstream.answer(name, 'A', { answers: [recordOf(name, '192.0.2.7')] });
  await askUntil(stage, () => true);
  upstream.answer(name, 'A', { rcode: RCODE.NXDOMAIN, authorities: [soa('example.org', 1, 1)] });
  const no = await askUntil(stage, (reply) => rcodeOf(reply) === RCODE.NXDOMAIN);
  assert.deepEqual(decoded(no).extendedErrors, []);
  upstream.answer(name, 'A', { rcode: RCODE.SERVFAIL });
  const stale = await askUntil(stage, (reply) => decoded(reply).extendedErrors.length > 0);
  assert.deepEqual([rcodeOf(stale), decoded(stale).extendedErrors, ttlsOf(stale)], [RCODE.NXDOMAIN, [19], [30]]);
});

conforms('H08', ['doh', 'doh-http1'], 'no HTTP cache may keep a stale answer', async (exchange) => {
  const { t, transport, name, stage, upstream } = exchange;
  upstream.answer(name, 'A', { answers: [recordOf(name, '192.0.2.7')] });
  await askUntil(exchange, () => true);
  upstream.answer(name, 'A', { rcode: RCODE.SERVFAIL });
  await askUntil(exchange, (reply) => decoded(reply).extendedErrors.includes(3));
  const { headers, body } = await requestHttps(t, stage, transport, { name });
  assert.deepEqual(ttlsOf(body), [30]);
  assert.equal(headers['cache-control'], 'max-age=0');
});
