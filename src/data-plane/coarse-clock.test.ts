import assert from 'node:assert/strict';
import { test } from 'node:test';
import { coarseClock } from './coarse-clock.ts';

test('a reading holds for 50 ms of timers; then the next question reads the clock again', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let readings = 0;
  const clock = coarseClock(() => 1000 * ++readings);
  assert.equal(clock(), 1000);
  assert.equal(clock(), 1000);
  context.mock.timers.tick(49);
  assert.equal(clock(), 1000);
  context.mock.timers.tick(1);
  assert.equal(clock(), 2000);
  context.mock.timers.tick(500);
  assert.equal(readings, 2);
  assert.equal(clock(), 3000);
});
