import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { COUNTER_NAMES, counterIndex, createCounters, readCounters, ThreadCounters } from './counters.ts';

test('a thread sees its own counts and nobody else moves', () => {
  const buffer = createCounters(3);
  const second = new ThreadCounters(buffer, 2);
  second.increment(counterIndex('queriesUdp'));
  second.increment(counterIndex('queriesUdp'));
  second.increment(counterIndex('logLinesSuppressed'));
  const rows = readCounters(buffer);
  assert.equal(rows.length, 3);
  assert.equal(rows[1]!.queriesUdp, 2);
  assert.equal(rows[1]!.logLinesSuppressed, 1);
  const sums = rows.map((row) => Object.values(row).reduce((sum, count) => sum + count, 0));
  assert.deepEqual(sums, [0, 3, 0]);
});

test('every name has its own place', () => {
  const buffer = createCounters(1);
  const counters = new ThreadCounters(buffer, 1);
  COUNTER_NAMES.forEach((name, place) => {
    for (let i = 0; i <= place; i++) counters.increment(counterIndex(name));
  });
  const [row] = readCounters(buffer);
  assert.deepEqual(
    COUNTER_NAMES.map((name) => row![name]),
    COUNTER_NAMES.map((_, place) => place + 1),
  );
});

test('a restarted thread continues its row', () => {
  const buffer = createCounters(1);
  new ThreadCounters(buffer, 1).increment(0);
  new ThreadCounters(buffer, 1).increment(0);
  assert.equal(readCounters(buffer)[0]!.queriesUdp, 2);
});

test('a count passes 2^32 without wrapping', () => {
  const buffer = createCounters(1);
  new Float64Array(buffer)[0] = 2 ** 32 - 1;
  const counters = new ThreadCounters(buffer, 1);
  counters.increment(0);
  counters.increment(0);
  assert.equal(readCounters(buffer)[0]!.queriesUdp, 2 ** 32 + 1);
});

test('a slot without a row is refused', () => {
  const buffer = createCounters(2);
  for (const slot of [0, 3, -1, 1.5, Number.NaN]) assert.throws(() => new ThreadCounters(buffer, slot), RangeError);
});

test('rows share no cache line, wherever the buffer begins', () => {
  const buffer = createCounters(2);
  new ThreadCounters(buffer, 1).increment(COUNTER_NAMES.length - 1);
  new ThreadCounters(buffer, 2).increment(0);
  const counts = new Float64Array(buffer);
  const lastOfFirst = counts.indexOf(1);
  const firstOfSecond = counts.indexOf(1, lastOfFirst + 1);
  assert.ok((firstOfSecond - lastOfFirst) * 8 >= 64 + 8);
});

test('threads count side by side and nothing is lost', async () => {
  const buffer = createCounters(3);
  const code = `
    const { workerData } = require('node:worker_threads');
    import(workerData.module).then(({ ThreadCounters }) => {
      const counters = new ThreadCounters(workerData.buffer, workerData.slot);
      for (let i = 0; i < 200_000; i++) counters.increment(5);
    });`;
  const module = new URL('./counters.ts', import.meta.url).href;
  const workers = [1, 2, 3].map((slot) => new Worker(code, { eval: true, workerData: { buffer, slot, module } }));
  await Promise.all(workers.map((worker) => once(worker, 'exit')));
  assert.deepEqual(
    readCounters(buffer).map((row) => row.answersFromUpstream),
    [200_000, 200_000, 200_000],
  );
});

test('counting allocates nothing once it is warm', (context) => {
  const allocatedBytes = (): number | undefined =>
    (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
  if (allocatedBytes() === undefined) return context.skip('this Node does not tell what was allocated');
  const counters = new ThreadCounters(createCounters(1), 1);
  const rounds = 1_000_000;
  const count = (): void => {
    for (let i = 0; i < rounds; i++) counters.increment(3);
  };
  count();
  count();
  const before = allocatedBytes()!;
  count();
  assert.ok((allocatedBytes()! - before) / rounds < 1);
});
