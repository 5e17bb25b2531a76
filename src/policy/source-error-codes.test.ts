import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RuleSource, TIER } from '../memory/block-table/rule-model.ts';
import { sourceErrorCodes } from './source-error-codes.ts';

function source(kind: RuleSource['kind'], name: string): RuleSource {
  return { kind, name, tier: TIER.LISTS };
}

test('what the operator blocks is Blocked, what a group chose is Filtered, and a list may say otherwise', () => {
  const sources = [
    source('list', 'ads'),
    source('list', 'court'),
    source('rules', 'court'),
    source('group-rules', 'kids'),
    source('service', 'tiktok'),
    source('safe-search', 'google'),
    source('list', 'constructor'),
  ];
  assert.deepEqual([...sourceErrorCodes(sources, [['court', 16]])], [15, 16, 15, 17, 17, 17, 15]);
});
