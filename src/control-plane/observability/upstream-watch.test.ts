import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Upstream, UpstreamOutcome } from '../../upstream/upstream.ts';
import { UpstreamWatch } from './upstream-watch.ts';

const DOWN: UpstreamOutcome = { ok: false, code: 'unreachable', detail: 'connection refused' };
const UP = { ok: true, server: 'dns.example.org' } as UpstreamOutcome;

function startWatch(t: TestContext) {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const world = { outcome: DOWN, asked: 0, told: [] as string[] };
  const upstream = {
    exchange: async () => {
      world.asked++;
      return world.outcome;
    },
  } as unknown as Upstream;
  const watch = new UpstreamWatch({
    upstream,
    onReachable: (server) => world.told.push(`up ${server}`),
    onUnreachable: (code) => world.told.push(`down ${code}`),
  });
  t.after(() => watch.stop());
  const passes = async (milliseconds: number) => {
    t.mock.timers.tick(milliseconds);
    await new Promise(setImmediate);
  };
  return { watch, world, passes };
}

test('an outage is told once, asked about every two seconds, and its end is told once', async (t) => {
  const { watch, world, passes } = startWatch(t);
  await watch.probe();
  for (let tries = 1; tries <= 3; tries++) await passes(2_000);
  assert.equal(world.asked, 4);
  world.outcome = UP;
  await passes(2_000);
  assert.deepEqual(world.told, ['down unreachable', 'up dns.example.org']);
  await passes(60_000);
  assert.equal(world.asked, 5);
  assert.equal(watch.isReachable, true);
});

test('threads that report an outage do not multiply the questions', async (t) => {
  const { watch, world, passes } = startWatch(t);
  for (let reports = 1; reports <= 10; reports++) {
    await watch.probe();
    await passes(100);
  }
  assert.equal(world.asked, 10);
  for (let steps = 1; steps <= 20; steps++) await passes(100);
  assert.equal(world.asked, 11);
});

test('nothing is asked once it is stopped', async (t) => {
  const { watch, world, passes } = startWatch(t);
  await watch.probe();
  watch.stop();
  await passes(60_000);
  await watch.probe();
  assert.equal(world.asked, 1);
});
