import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListSettings } from '../settings/settings.ts';
import { refreshMilliseconds } from './refresh-interval.ts';

const DAY = 86_400_000;

function listOf(name: string): ListSettings {
  const source = { kind: 'url', url: `https://lists.example.org/${name}` } as const;
  return { name, source, action: 'block', format: 'auto', subdomains: false, refreshSeconds: 86_400 };
}

const KEY = new Uint8Array(16);
const intervals = Array.from({ length: 100 }, (_, index) => refreshMilliseconds(listOf(`list${index}`), KEY));

test('lists of the same age are due at different times: at theirs at the latest, a tenth before at the earliest', () => {
  assert.ok(intervals.every((interval) => interval > 0.9 * DAY && interval <= DAY));
  const tenths = new Set(intervals.map((interval) => Math.floor((DAY - interval) / (DAY / 100))));
  assert.equal(tenths.size, 10, 'all over the tenth');
});

test('a list is always left alone for the same time, on another installation for another', () => {
  assert.equal(refreshMilliseconds(listOf('list7'), KEY), intervals[7]);
  assert.notEqual(refreshMilliseconds(listOf('list7'), new Uint8Array(16).fill(1)), intervals[7]);
});
