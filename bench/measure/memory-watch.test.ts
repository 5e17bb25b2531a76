import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { endWithUs } from '../../test/fixtures/end-with-us.ts';
import { treeBytes, watchMemory } from './memory-watch.ts';

/** Holds 64 MB of its own, and says so. */
const HOLDER = 'globalThis.held = Buffer.alloc(64e6, 1); console.log("held"); setInterval(() => {}, 1e6);';

test('memory of a child counts, and no longer does when it has ended', { timeout: 20_000 }, async () => {
  const before = treeBytes(process.pid);
  const words = [...endWithUs(), process.execPath, '-e', HOLDER];
  const child = spawn(words[0]!, words.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const during = treeBytes(process.pid);
  child.kill('SIGKILL');
  await once(child, 'close');
  const after = treeBytes(process.pid);
  assert.ok(during - before > 64e6, `${during - before} octets more with it`);
  assert.ok(during - after > 64e6, `${during - after} octets less without it`);
});

test('a watch samples until it is stopped', { timeout: 20_000 }, async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let ticks = 0;
  const watch = watchMemory(process.pid, () => {
    if (++ticks === 3) resolve();
  });
  await promise;
  watch.stop();
  assert.equal(watch.samples.length, 3);
  assert.ok(watch.samples.every(({ bytes }) => bytes > 1e6));
  assert.ok(watch.samples[0]!.at <= watch.samples[2]!.at);
});
