import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProcessorTicks, readProcessorTicks, stolenShare } from './stolen-time.ts';

test('what the host took is a share of all time, and time of guests is not counted twice', () => {
  const before = parseProcessorTicks('cpu  100 10 50 800 20 5 5 10 40 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n');
  const after = parseProcessorTicks('cpu  140 10 70 820 20 5 5 30 60 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n');
  assert.deepEqual(before, { all: 1000, stolen: 10 });
  assert.equal(stolenShare(before, after), 0.2);
});

test('a kernel that does not tell stolen time is one that loses none', () => {
  assert.deepEqual(parseProcessorTicks('cpu  1 2 3 4 5 6 7\n'), { all: 28, stolen: 0 });
  assert.equal(stolenShare({ all: 5, stolen: 0 }, { all: 5, stolen: 0 }), 0);
});

test('this machine tells its own', { skip: process.platform !== 'linux' && '/proc/stat is on Linux only' }, () => {
  const ticks = readProcessorTicks();
  assert.ok(ticks.all > 0 && ticks.stolen >= 0 && ticks.stolen <= ticks.all);
});
