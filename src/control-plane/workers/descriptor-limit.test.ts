import assert from 'node:assert/strict';
import { test } from 'node:test';
import { descriptorLimit } from './descriptor-limit.ts';

test('the limit of descriptors is the soft one, and none where the system has or tells none', () => {
  const limits = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units\nMax processes             7                    7                    processes\nMax open files            ${soft}                 4096                 files\n`;
  assert.equal(descriptorLimit(limits('1024')), 1024);
  assert.equal(descriptorLimit(limits('unlimited')), Number.POSITIVE_INFINITY);
  assert.equal(descriptorLimit(''), Number.POSITIVE_INFINITY);
  if (process.platform === 'linux') assert.ok(descriptorLimit() > 0);
});
