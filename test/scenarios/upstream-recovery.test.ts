// Scenarios: an upstream that goes away and comes back, with the real times. The way back is found within five seconds.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { startBreakableLink } from '../peers/breakable-link.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { startScriptedServer } from '../peers/scripted-doh-server.ts';
import { scriptedUpstream, watchedUpstream } from '../peers/scripted-upstream.ts';
import type { UpstreamEvent } from '../../src/upstream/upstream.ts';

/** What the gateway promises. */
const RECOVERY_MILLISECONDS = 5_000;

/** Fails the test if `event` takes longer than the promise. */
async function withinPromise(test: TestContext, event: Promise<unknown>): Promise<void> {
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('not back within 5 s')), RECOVERY_MILLISECONDS);
  });
  await Promise.race([event, late]);
  clearTimeout(timer);
  test.diagnostic(`back after ${Math.round(performance.now() - startedAt)} ms`);
}

describe('a server that is stopped and started again', () => {
  test('is reported down once and up once, fails quickly meanwhile, and is found again', async (t) => {
    const { servers, certificate, ask, events, reported } = await scriptedUpstream(t);
    assert.ok((await ask()).ok);
    const { port } = servers[0]!;
    await servers[0]!.stop();
    const outcomes = [];
    for (let index = 0; index < 20; index++) outcomes.push(await ask(`n${index}.example.org`));
    for (const outcome of outcomes) {
      assert.ok(!outcome.ok);
      assert.equal(outcome.code, 'unreachable');
      assert.match(outcome.detail, /connection refused/);
    }
    const again = await startScriptedServer({ ...certificate, port });
    t.after(() => again.stop());
    await withinPromise(t, reported('up', 2));
    assert.ok((await ask()).ok);
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['up', 'down', 'up'],
    );
    assert.deepEqual(events[1], {
      kind: 'down',
      server: PEER_HOST_NAME,
      code: 'unreachable',
      detail: 'dns.example.org at 127.0.0.1: connection refused',
    });
  });

  test('that lied meanwhile is believed again once it answers properly', async (t) => {
    const { servers, ask, events, reported } = await scriptedUpstream(t);
    const { respond } = servers[0]!;
    servers[0]!.respond = ({ reply }) => reply({ ':status': 404 });
    for (let index = 0; index < 5; index++) assert.ok(!(await ask()).ok);
    await reported('down');
    servers[0]!.respond = respond;
    await withinPromise(t, reported('up'));
    assert.ok((await ask()).ok);
    assert.equal(events[0]!.kind === 'down' && events[0]!.code, 'bad-reply');
  });
});

describe('a network that swallows everything and comes back', () => {
  test('is found again: its connections stay dead, as after a suspend', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const { ask, reported } = watchedUpstream(t, [
      { ...settings, url: `https://${PEER_HOST_NAME}:${link.port}/dns-query` },
    ]);
    assert.ok((await ask()).ok);
    link.freeze();
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'timeout');
    await reported('down');
    link.mend();
    await withinPromise(t, reported('up', 2));
    assert.ok((await ask()).ok);
  });

  test('is found by probe() alone, without any query', async (t) => {
    const { servers, certificate, upstream, reported } = await scriptedUpstream(t);
    const { port } = servers[0]!;
    await servers[0]!.stop();
    assert.equal(await upstream.probe(), false);
    const again = await startScriptedServer({ ...certificate, port });
    t.after(() => again.stop());
    await withinPromise(t, reported('up'));
    assert.equal(await upstream.probe(), true);
  });
});

describe('the search for a way back', () => {
  test('does not wait for what hangs since before the network came back', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const url = `https://${PEER_HOST_NAME}:${link.port}/dns-query`;
    // Attempts that began too early end long after this test.
    const limits = { connectMilliseconds: 60_000, probeMilliseconds: 200, deadlineMilliseconds: 200 };
    const { ask, reported } = watchedUpstream(t, [{ ...settings, url }], { limits });
    link.freeze();
    while (link.connections < 2) assert.ok(!(await ask()).ok);
    link.mend();
    await withinPromise(t, reported('up'));
    assert.ok((await ask()).ok);
  });

  test('opens no more than three connections at once to an address that swallows them', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const url = `https://${PEER_HOST_NAME}:${link.port}/dns-query`;
    const limits = { connectMilliseconds: 60_000, probeMilliseconds: 20, deadlineMilliseconds: 100 };
    const { ask } = watchedUpstream(t, [{ ...settings, url }], { limits });
    link.freeze();
    for (let count = 0; count < 15; count++) assert.ok(!(await ask()).ok);
    assert.ok(link.connections >= 3 && link.connections <= 5, `${link.connections} connections`);
  });

  test('tells who waits for it that nothing works, though it goes on', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const url = `https://${PEER_HOST_NAME}:${link.port}/dns-query`;
    const limits = { connectMilliseconds: 300, probeMilliseconds: 20, deadlineMilliseconds: 400 };
    const { ask, upstream, reported } = watchedUpstream(t, [{ ...settings, url }], { limits });
    link.freeze();
    assert.ok(!(await ask()).ok);
    await reported('down');
    assert.equal(await upstream.probe(), false);
    assert.equal(await upstream.probe(), false);
    link.mend();
    await withinPromise(t, reported('up'));
  });

  test('asks the other addresses as well when the one that was good has died', async (t) => {
    const { servers, ask, upstream } = await scriptedUpstream(t, { servers: 2 });
    assert.ok((await ask()).ok);
    await servers[0]!.stop();
    assert.equal(await upstream.probe(), true);
    assert.equal(servers[1]!.requests.length, 1);
  });

  test('tells a connection that never came up from a server that says nothing', async (t) => {
    const { servers, settings } = await scriptedUpstream(t);
    const link = await startBreakableLink(servers[0]!.port);
    t.after(() => link.stop());
    const limits = { connectMilliseconds: 300 };
    const url = `https://${PEER_HOST_NAME}:${link.port}/dns-query`;
    link.freeze();
    const swallowing = watchedUpstream(t, [{ ...settings, url }], { limits });
    assert.equal(await swallowing.upstream.probe(), false);
    assert.match(detailOf(swallowing.events), /no answer to the connection attempt/);
    servers[0]!.respond = () => {};
    const silent = watchedUpstream(t, [settings], { limits });
    assert.equal(await silent.upstream.probe(), false);
    assert.match(detailOf(silent.events), /connected, but no answer/);
    assert.equal(servers[0]!.requests.length, 1, 'a probe that was given up is not asked again');
  });
});

function detailOf(events: readonly UpstreamEvent[]): string {
  const event = events.find(({ kind }) => kind === 'down');
  return event?.kind === 'down' ? event.detail : '';
}

test('nobody asks, nobody probes: after its time the search rests until the next question', async (t) => {
  const limits = { probeMilliseconds: 10, interestMilliseconds: 50, staleMilliseconds: 20 };
  const { servers, certificate, ask, reported } = await scriptedUpstream(t, { limits });
  const { port } = servers[0]!;
  await servers[0]!.stop();
  assert.ok(!(await ask()).ok);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const again = await startScriptedServer({ ...certificate, port });
  t.after(() => again.stop());
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(again.sessions.length, 0, 'it was not probed');
  assert.ok((await ask()).ok, 'an old failure does not stop a new question');
  await reported('up');
});

test('an address that failed beside a good one is taken back when it works again', async (t) => {
  const limits = { probeMilliseconds: 20 };
  const { servers, certificate, ask, events } = await scriptedUpstream(t, { servers: 2, limits });
  const { port } = servers[0]!;
  assert.ok((await ask()).ok);
  await servers[0]!.stop();
  assert.ok((await ask()).ok);
  assert.ok((await ask()).ok);
  const again = await startScriptedServer({ ...certificate, port });
  t.after(() => again.stop());
  await again.asked(1);
  while (!again.requests.some(({ query }) => query.includes('www'))) assert.ok((await ask()).ok);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['up'],
    'the server as a whole was never down',
  );
});
