import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCounters, readCounters, ThreadCounters } from '../memory/counters/counters.ts';
import { listenerCounters } from './listener-counters.ts';
import { TCP, UDP } from './listeners/transports.ts';

test('what a listener counts stands in the row of its thread, each under its own name', () => {
  const buffer = createCounters(2);
  const counters = listenerCounters(new ThreadCounters(buffer, 2));
  counters.answersUnsent(UDP, 5);
  for (let i = 0; i < 2; i++) counters.limitHit(TCP, 'connections');
  for (let i = 0; i < 3; i++) counters.protocolError(TCP);
  for (let i = 0; i < 4; i++) counters.connectionOpened(TCP);
  counters.connectionClosed(TCP);
  const [first, second] = readCounters(buffer).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([, count]) => count > 0)),
  );
  assert.deepEqual(first, {});
  assert.deepEqual(second, {
    connectionsOpened: 4,
    connectionsClosed: 1,
    answersUnsent: 5,
    limitHits: 2,
    protocolErrors: 3,
  });
});
