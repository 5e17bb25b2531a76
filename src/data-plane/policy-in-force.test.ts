import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_LOCAL_SETTINGS } from '../../test/fixtures/local-settings.ts';
import { listSource, NO_GROUP_MEMBERS, noRules, tableOfRules, testGroup } from '../../test/fixtures/policy.ts';
import { compileLocalNames } from '../control-plane/local-names/compile-local-names.ts';
import type { LiveSettings } from '../plane-messages/thread-start.ts';
import { DEFAULT_CACHE_SETTINGS } from '../policy/cache-settings.ts';
import { PolicyInForce } from './policy-in-force.ts';

const HASH_KEY = new Uint8Array(16).fill(1);
const LIVE: LiveSettings = {
  groups: [testGroup()],
  groupMembers: NO_GROUP_MEMBERS,
  listErrorCodes: [],
  rebindingExceptions: [],
  access: { plain: [], encrypted: [], localNames: [] },
  cache: DEFAULT_CACHE_SETTINGS,
  blockingUpstreams: [],
  localNames: compileLocalNames(NO_LOCAL_SETTINGS, HASH_KEY).table,
  namesForOthers: undefined,
  dns64: undefined,
  policyGeneration: 1,
};

test('where only groups change, patterns are not made anew', () => {
  const lists = tableOfRules(HASH_KEY, [[listSource('ads'), ['/^ads[0-9]/']]]);
  const rules = noRules(HASH_KEY);
  const inForce = new PolicyInForce(lists, rules, LIVE);
  const { patterns } = inForce.policy.lists;
  inForce.replace(lists, rules, { ...LIVE, groups: [testGroup({ isFiltering: false })], policyGeneration: 2 });
  assert.equal(inForce.policy.lists.patterns, patterns);
  assert.equal(inForce.live.groups[0]!.isFiltering, false);
});

test('where members of groups stay as they are, they are not sorted anew; where they change, the change holds', () => {
  const lists = noRules(HASH_KEY);
  const address = new Uint8Array(16).fill(7);
  const members = (groupIndex: number) => ({
    ...NO_GROUP_MEMBERS,
    networks: [{ address: Uint8Array.from(address), prefixBits: 128, groupIndex }],
  });
  const inForce = new PolicyInForce(lists, lists, { ...LIVE, groupMembers: members(1) });
  const { clientGroups } = inForce;
  inForce.replace(lists, lists, { ...LIVE, groupMembers: members(1), policyGeneration: 2 });
  assert.equal(inForce.clientGroups, clientGroups);
  inForce.replace(lists, lists, { ...LIVE, groupMembers: members(2), policyGeneration: 3 });
  assert.equal(inForce.clientGroups.groupOf(address, ''), 2);
});
