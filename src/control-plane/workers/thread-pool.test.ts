// The pool with threads that only act: what they do wrong is said by their start data.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Recorder } from '../../../test/fixtures/lists/recorder.ts';
import { OperatorError } from '../../errors.ts';
import type { FromThread } from '../../plane-messages/messages.ts';
import type { ThreadStart } from '../../plane-messages/thread-start.ts';
import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import { ThreadPool, type ThreadPoolOptions } from './thread-pool.ts';

type Fault = 'dies at start' | `refuses ${string}` | `dies on ${string}` | `is deaf to ${string}` | 'cannot listen';

/** Tells what it receives as a log line, and what was in force when it started. */
const ACTOR = `
import { parentPort, workerData } from 'node:worker_threads';
const { fault, generation } = workerData;
if (fault === 'dies at start') throw new Error('no structures');
parentPort.on('message', (message) => {
  const { kind, publication } = message;
  if (fault === 'is deaf to ' + kind) return;
  if (fault === 'dies on ' + kind) throw new Error('an error of its own');
  parentPort.postMessage({ kind: 'log', level: 'info', message: kind, details: { generation } });
  if (kind === 'drain') return parentPort.close();
  if (kind === 'listen' && fault === 'cannot listen')
    parentPort.postMessage({ kind: 'listen-failed', publication, socketId: 1, code: 'EX', message: 'no such socket' });
  parentPort.postMessage({ kind: 'acknowledged', publication, ...(fault === 'refuses ' + kind ? { fault: 'of no use' } : {}) });
});
parentPort.postMessage({ kind: 'started' });
`;
const ENTRY = new URL(`data:text/javascript,${encodeURIComponent(ACTOR)}`);
const SOCKET: ListeningSocket = { id: 1, kind: 'udp', address: '127.0.0.1', port: 5300, descriptor: undefined };
const CHANGE = { kind: 'close-sockets', ids: [] } as const;

interface Heard {
  readonly kind: string;
  readonly slot: number;
  readonly generation: number | undefined;
}

function makePool(
  t: TestContext,
  options: Partial<ThreadPoolOptions> & { faultOf?: (slot: number) => Fault | undefined },
) {
  const heard = new Recorder<Heard>();
  const deaths = new Recorder<{ kind: 'death'; slot: number; error: Error | undefined }>();
  const state = { generation: 1 };
  const pool = new ThreadPool({
    threads: 2,
    entry: ENTRY,
    startData: (slot) => ({ generation: state.generation, fault: options.faultOf?.(slot) }) as unknown as ThreadStart,
    socketsFor: () => [SOCKET],
    onMessage: (slot, message: FromThread) => {
      if (message.kind !== 'log') return;
      heard.record({ kind: message.message, slot, generation: Number(message.details.generation) });
    },
    onDeath: (slot, error) => deaths.record({ kind: 'death', slot, error }),
    ...options,
  });
  t.after(() => pool.drain(0));
  return { pool, heard, deaths, state };
}

async function startAndListen(pool: ThreadPool): Promise<void> {
  await pool.start();
  await pool.listen();
}

function isThreadStart(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof OperatorError && error.code === 'THREAD_START' && pattern.test(error.message);
}

test('a thread that dies is started again with what is in force then, and with its sockets; the others go on', async (t) => {
  const { pool, heard, deaths, state } = makePool(t, {});
  await startAndListen(pool);
  const other = pool.workers.get(2);
  state.generation = 2;
  await pool.workers.get(1)!.terminate();
  const again = await heard.until('listen', 3);
  assert.deepEqual(again, { kind: 'listen', slot: 1, generation: 2 });
  assert.deepEqual(
    deaths.events.map(({ slot }) => slot),
    [1],
  );
  assert.equal(pool.workers.get(2), other);
  await pool.publish(CHANGE);
  assert.deepEqual(new Set(heard.of('close-sockets').map(({ slot }) => slot)), new Set([1, 2]));
});

test('a publication does not wait for a thread that dies of it, nor for threads that are all gone', {
  timeout: 20_000,
}, async (t) => {
  const { pool, deaths } = makePool(t, { faultOf: () => 'dies on close-sockets' });
  await startAndListen(pool);
  await pool.publish(CHANGE);
  assert.deepEqual(
    deaths.events.map(({ error }) => error?.message),
    ['an error of its own', 'an error of its own'],
  );
  await pool.drain(0);
  await pool.publish(CHANGE);
});

test('a publication that one thread cannot use is told to whoever made it, once all have answered', async (t) => {
  const { pool, heard } = makePool(t, { faultOf: (slot) => (slot === 1 ? 'refuses close-sockets' : undefined) });
  await startAndListen(pool);
  await assert.rejects(pool.publish(CHANGE), { message: 'of no use' });
  assert.equal(heard.of('close-sockets').length, 2);
});

test('a publication waits for a thread that is starting', async (t) => {
  const { pool, heard } = makePool(t, {});
  await startAndListen(pool);
  await pool.workers.get(1)!.terminate();
  while (!pool.workers.has(1)) await new Promise(setImmediate);
  await pool.publish(CHANGE);
  assert.deepEqual(new Set(heard.of('close-sockets').map(({ slot }) => slot)), new Set([1, 2]));
});

test('a thread that cannot start at all is an error of the start, and is not started again', async (t) => {
  const { pool, deaths } = makePool(t, { faultOf: (slot) => (slot === 2 ? 'dies at start' : undefined) });
  await assert.rejects(pool.start(), isThreadStart(/^query thread 2 did not start: no structures$/));
  assert.deepEqual(deaths.events, []);
  assert.ok(!pool.workers.has(2));
});

test('the pool is not ready when a thread ends while it opens its listeners', async (t) => {
  const { pool } = makePool(t, { faultOf: (slot) => (slot === 1 ? 'dies on listen' : undefined) });
  await pool.start();
  await assert.rejects(
    pool.listen(),
    isThreadStart(/^query thread 1 ended before all was ready: an error of its own$/),
  );
});

test('the pool is not ready when a listener cannot be opened', async (t) => {
  const { pool } = makePool(t, { faultOf: () => 'cannot listen' });
  await pool.start();
  await assert.rejects(pool.listen(), isThreadStart(/^a listener could not be opened: no such socket$/));
});

test('a thread that cannot be started again is tried until it can', async (t) => {
  let refusals = 2;
  let isRestart = false;
  const { pool, heard, deaths } = makePool(t, {
    startData: () => {
      if (isRestart && refusals-- > 0) throw new Error('no thread to be had');
      return {} as ThreadStart;
    },
  });
  await startAndListen(pool);
  isRestart = true;
  await pool.workers.get(1)!.terminate();
  await heard.until('listen', 3);
  const reasons = deaths.events.map(({ error }) => error?.message);
  assert.deepEqual(reasons, [undefined, 'no thread to be had', 'no thread to be had']);
});

test('a pool that drains starts nothing again, and a thread that is just starting gets no sockets', async (t) => {
  const { pool, heard, deaths } = makePool(t, {});
  await startAndListen(pool);
  await pool.workers.get(1)!.terminate();
  while (!pool.workers.has(1)) await new Promise(setImmediate);
  await pool.drain(1_000);
  assert.equal(pool.workers.size, 0);
  assert.equal(heard.of('listen').length, 2);
  assert.deepEqual(new Set(heard.of('drain').map(({ slot }) => slot)), new Set([1, 2]));
  assert.equal(deaths.events.length, 1);
});

test('a thread that does not end when it should is ended', async (t) => {
  const { pool } = makePool(t, { faultOf: () => 'is deaf to drain' });
  await startAndListen(pool);
  await pool.drain(0);
  assert.equal(pool.workers.size, 0);
});
