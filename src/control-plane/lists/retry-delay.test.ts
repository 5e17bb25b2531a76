import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryDelayMilliseconds } from './retry-delay.ts';

test('delays double from 5 seconds to an hour and stay there', () => {
  const delays = [1, 2, 3, 10, 11, 50].map((failures) => retryDelayMilliseconds(failures, () => 0.5) / 1000);
  assert.deepEqual(delays, [5, 10, 20, 2560, 3600, 3600]);
});

test('chance moves a delay by a quarter at most', () => {
  assert.equal(
    retryDelayMilliseconds(1, () => 0),
    3750,
  );
  assert.ok(retryDelayMilliseconds(1, () => 0.999_999) <= 6250);
});
