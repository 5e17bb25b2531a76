import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, quantile, ratios, spreadOf } from './statistics.ts';

test('the median is the middle run, or lies between the two middle ones', () => {
  assert.equal(median([9, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('a quantile lies between the neighbors in proportion', () => {
  assert.equal(quantile([0, 10, 20, 30, 40], 0.5), 20);
  assert.equal(quantile([0, 100], 0.99), 99);
  assert.equal(quantile([7], 0.99), 7);
});

test('the spread has the smallest and the largest run', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { median: 2, smallest: 1, largest: 3, count: 3 });
});

test('ratios are formed within a round, and a round with a void run has none', () => {
  assert.deepEqual(ratios([2, 9, null, 8], [4, 3, 5, undefined]), [0.5, 3]);
});
