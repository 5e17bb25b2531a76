import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundTicks, spreadHeights } from './chart-ticks.ts';

test('an axis has round numbers and reaches its highest value', () => {
  assert.deepEqual(roundTicks(38.8), [0, 10, 20, 30, 40]);
  assert.deepEqual(roundTicks(7), [0, 2, 4, 6, 8]);
  assert.deepEqual(roundTicks(0.9), [0, 0.25, 0.5, 0.75, 1]);
  assert.deepEqual(roundTicks(100), [0, 25, 50, 75, 100]);
  assert.ok(roundTicks(0).length >= 2);
});

test('labels of lines that end at one height stand below each other', () => {
  const heights = spreadHeights([101, 100, 102, 200], 15);
  const sorted = [...heights].sort((one, other) => one - other);
  for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i]! - sorted[i - 1]! >= 15);
  assert.ok(heights[1]! < heights[0]! && heights[0]! < heights[2]!);
  assert.deepEqual(spreadHeights([10, 50], 15), [10, 50]);
  assert.deepEqual(spreadHeights([], 15), []);
});
