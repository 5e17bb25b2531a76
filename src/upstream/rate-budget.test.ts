import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RateBudget } from './rate-budget.ts';

function takeAll(budget: RateBudget): number {
  let taken = 0;
  while (budget.available) {
    budget.take();
    taken++;
  }
  return taken;
}

test('a budget holds one second of requests and fills up with time', () => {
  let now = 0;
  const budget = new RateBudget(10, () => now);
  assert.equal(takeAll(budget), 10);
  now += 350;
  assert.equal(takeAll(budget), 3);
  now += 60;
  assert.equal(takeAll(budget), 1, 'fractions are kept');
  now += 3_600_000;
  assert.equal(takeAll(budget), 10, 'not more than a second is saved up');
});

test('a share below one request per second still lets one through', () => {
  let now = 0;
  const budget = new RateBudget(0.5, () => now);
  assert.equal(takeAll(budget), 1);
  now += 1999;
  assert.equal(takeAll(budget), 0);
  now += 1;
  assert.equal(takeAll(budget), 1);
});

test('no limit is no limit', () => {
  const budget = new RateBudget(undefined, () => 0);
  for (let count = 0; count < 10_000; count++) budget.take();
  assert.ok(budget.available);
});
