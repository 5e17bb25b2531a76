import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResultRow } from '../scenario.ts';
import { isReached } from '../scenario.ts';
import { againstBest } from './compare.ts';
import { median } from './statistics.ts';

const measures = [{ name: 'cost', unit: 'us', digits: 2 }];
const row = (subject: string, role: ResultRow['role'], cost: readonly (number | null)[]): ResultRow => ({
  subject,
  role,
  samples: { cost },
});

test('the gateway is held against the cheapest peer; what is only shown, and void runs, do not count', () => {
  const rows = [
    row('sotto', 'gateway', [2, 4, 6]),
    row('dear', 'peer', [9, 9, 9]),
    row('cheap', 'peer', [4, 4, null]),
    row('plain', 'shown', [1, 1, 1]),
    row('silent', 'peer', [null, null, null]),
  ];
  const target = againstBest({ table: { title: 'load', measures, rows }, against: 'peer', atMost: 0.8 });
  assert.equal(target?.what, 'load: cost against cheap');
  assert.deepEqual(target.values, [0.5, 1]);
  assert.equal(isReached(target, median(target.values)), true);
});

test('without a peer there is nothing to hold it against', () => {
  const rows = [row('sotto', 'gateway', [1])];
  assert.equal(againstBest({ table: { title: 'load', measures, rows }, against: 'peer', atMost: 1 }), undefined);
});

test('a limit from below is missed by less, and nothing measured is neither', () => {
  const target = { what: '', limit: 10, bound: 'at least', unit: '', values: [] } as const;
  assert.equal(isReached(target, 9), false);
  assert.equal(isReached(target, 10), true);
  assert.equal(isReached(target, median(target.values)), undefined);
});
