import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANYBODY, listSource, OWN_RULES, tableOfRules, testGroup } from '../../test/fixtures/policy.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { knownName } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { ACTION, Decision, decide } from './decide.ts';
import { type GroupNames, PolicyTables } from './policy-tables.ts';

const HASH_KEY = new Uint8Array(16).fill(4);
const ADS = tableOfRules(HASH_KEY, [[listSource('ads'), ['/^ads[0-9]/', '||kids.example^$ctag=user_child']]]);
const OTHER_ADS = tableOfRules(HASH_KEY, [[listSource('ads'), ['/^ads[5-9]/', '||kids.example^$ctag=user_child']]]);
const RULES = tableOfRules(HASH_KEY, [[OWN_RULES, ['/^own[0-9]/']]]);

/** The same octets as they come to another thread. */
function copyOf(buffer: SharedArrayBuffer): SharedArrayBuffer {
  const copy = new SharedArrayBuffer(buffer.byteLength);
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}

function isBlocked(policy: PolicyTables, tags: readonly string[], text: string): boolean {
  const name = knownName(text);
  const hasher = new NameHasher(HASH_KEY);
  hasher.hash(name, name.length);
  const decision = new Decision();
  decide(policy, testGroup({ tags }), ANYBODY, name, name.length, TYPE.A, hasher, decision);
  return decision.action === ACTION.BLOCK;
}

test('tables that come again keep their patterns, and see the groups as they are now', () => {
  const before = new PolicyTables(ADS, RULES, [testGroup()]);
  assert.equal(isBlocked(before, [], 'kids.example'), false);
  const after = new PolicyTables(copyOf(ADS), copyOf(RULES), [testGroup({ tags: ['user_child'] })], before);
  assert.equal(after.lists.patterns, before.lists.patterns);
  assert.equal(after.rules.patterns, before.rules.patterns);
  assert.equal(isBlocked(after, ['user_child'], 'kids.example'), true);
});

test('where groups have not changed either, conditions are kept; and other groups, tags or tables make them anew', () => {
  const kids = testGroup({ tags: ['user_child'] });
  const before = new PolicyTables(ADS, RULES, [testGroup(), kids]);
  const conditionsWith = (lists: SharedArrayBuffer, groups: GroupNames) =>
    new PolicyTables(lists, RULES, groups, before).lists.conditions;
  assert.equal(
    conditionsWith(copyOf(ADS), [testGroup(), testGroup({ tags: ['user_child'] })]),
    before.lists.conditions,
  );
  assert.notEqual(conditionsWith(ADS, [testGroup(), testGroup({ tags: ['user_admin'] })]), before.lists.conditions);
  assert.notEqual(conditionsWith(ADS, [testGroup(), testGroup({ ...kids, name: 'other' })]), before.lists.conditions);
  assert.notEqual(conditionsWith(ADS, [testGroup()]), before.lists.conditions);
  assert.notEqual(conditionsWith(OTHER_ADS, [testGroup(), kids]), before.lists.conditions);
});

test('a table with other content takes nothing over', () => {
  const before = new PolicyTables(ADS, RULES, [testGroup()]);
  assert.equal(isBlocked(before, [], 'ads1.example'), true);
  const after = new PolicyTables(OTHER_ADS, RULES, [testGroup()], before);
  assert.equal(isBlocked(after, [], 'ads1.example'), false);
  assert.equal(isBlocked(after, [], 'ads7.example'), true);
  assert.equal(isBlocked(after, [], 'own7.example'), true);
});
