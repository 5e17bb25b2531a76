import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuNanoseconds } from './cpu-time.ts';
import { memoryOf, rollupBytes } from './memory-of.ts';
import { parseStat, readStat } from './stat-line.ts';

test('a program name with spaces and parentheses does not move the fields', () => {
  const line = '42 (a) b (c) S 7 42 42 0 -1 4194304 1 2 3 4 100 50 20 10 20 0 3 0 99 1000 200';
  assert.deepEqual(parseStat(line), { parent: 7, userTicks: 100, systemTicks: 50, endedChildrenTicks: 30 });
});

test('a process that does not exist has no account', () => {
  assert.equal(readStat(0x7fff_ffff), undefined);
  assert.throws(() => cpuNanoseconds(0x7fff_ffff), /gone/);
});

test('the CPU time of this process grows as it works', () => {
  const before = cpuNanoseconds(process.pid);
  let sum = 0;
  for (const from = process.cpuUsage(); process.cpuUsage(from).user < 30_000; ) sum += Math.sqrt(sum + 1);
  assert.ok(cpuNanoseconds(process.pid) - before >= 20_000_000);
});

test('memory is read from the lines of smaps_rollup, in octets', () => {
  const text = '5580-7ffd ---p 00000000 00:00 0  [rollup]\nRss:    2048 kB\nPss:      12 kB\nPss_Dirty:   4 kB\n';
  assert.equal(rollupBytes(text, 'Pss'), 12 * 1024);
  assert.equal(rollupBytes(text, 'Rss'), 2048 * 1024);
  assert.equal(rollupBytes(text, 'Swap'), 0);
  assert.ok(memoryOf(process.pid).resident > 1 << 20);
});
