import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FloodBudget } from '../../http2/flood-budget.ts';
import { COST } from './abuse-costs.ts';

function chargesUntilEmpty(budget: FloodBudget, points: number, between: () => void = () => {}): number {
  for (let charges = 1; charges <= 5000; charges++) {
    if (!budget.charge(points)) return charges;
    between();
  }
  return Number.POSITIVE_INFINITY;
}

test('a client that only resets streams is cut off after some hundred', () => {
  const charges = chargesUntilEmpty(new FloodBudget(() => 0), COST.RESET);
  assert.ok(charges > 100 && charges < 500, `${charges}`);
});

test('a client that only sends refused requests is cut off after about a hundred', () => {
  const charges = chargesUntilEmpty(new FloodBudget(() => 0), COST.REFUSED_REQUEST);
  assert.ok(charges > 50 && charges < 200, `${charges}`);
});

test('a client that asks more than it cancels may go on', () => {
  const budget = new FloodBudget(() => 0);
  const earn = (): void => {
    for (let query = 0; query < COST.RESET; query++) budget.earn();
  };
  assert.equal(chargesUntilEmpty(budget, COST.RESET, earn), Number.POSITIVE_INFINITY);
});

test('a client that pings once a second may go on without a query', () => {
  let now = 0;
  const pings = chargesUntilEmpty(new FloodBudget(() => now), COST.CONTROL_FRAME, () => {
    now += 1000;
  });
  assert.equal(pings, Number.POSITIVE_INFINITY);
});
