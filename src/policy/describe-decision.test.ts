import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANYBODY, listSource, OWN_RULES, tableOfRules, testGroup } from '../../test/fixtures/policy.ts';
import type { RuleSource } from '../memory/block-table/rule-model.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameFromText } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { Decision, decide } from './decide.ts';
import { type DecisionDescription, describeDecision } from './describe-decision.ts';
import type { GroupPolicy } from './group-policy.ts';
import { PolicyTables } from './policy-tables.ts';

const HASH_KEY = new Uint8Array(16).fill(3);
const SERVICE: RuleSource = { name: 'chat', kind: 'service', tier: 2 };
const SAFE_SEARCH: RuleSource = { name: 'google', kind: 'safe-search', tier: 2 };
const KIDS: RuleSource = { name: 'kids', kind: 'group-rules', tier: 0 };

const LISTS = tableOfRules(HASH_KEY, [
  [listSource('ads'), ['||ads.example^', '*.below.example', '/^track[0-9]/']],
  [listSource('good'), ['@@|good.ads.example^']],
]);
const RULES = tableOfRules(HASH_KEY, [
  [OWN_RULES, ['||example.net^', '@@|www.example.net^']],
  [SERVICE, ['||chat.example^']],
  [SAFE_SEARCH, ['|search.example^$dnsrewrite=safe.search.example']],
  [KIDS, ['||games.example^']],
]);

function describe(
  name: string,
  mode: GroupPolicy['mode'] = 'blocklist',
  listsComplete = true,
  isFiltering = true,
): DecisionDescription {
  const group = testGroup({ mode, listsComplete, isFiltering, start: 'refuse' });
  const policy = new PolicyTables(LISTS, RULES, [group]);
  const wireName = nameFromText(name)!;
  const hasher = new NameHasher(HASH_KEY);
  hasher.hash(wireName, wireName.length);
  const decision = new Decision();
  decide(policy, group, ANYBODY, wireName, wireName.length, TYPE.A, hasher, decision);
  return describeDecision(decision, policy, wireName, hasher);
}

test('a block by a list says which list, which listed name, and in a sentence', () => {
  assert.deepEqual(describe('x.y.ads.example'), {
    action: 'block',
    reason: 'list-blocks',
    sourceName: 'ads',
    sourceKind: 'list',
    matchedName: 'ads.example',
    ruleText: '||ads.example^',
    sentence: 'x.y.ads.example is blocked: the list "ads" names ads.example and all below it',
  });
});

test('each verdict has its sentence', () => {
  const sentences = [
    describe('ads.example').sentence,
    describe('good.ads.example').sentence,
    describe('a.example.net').sentence,
    describe('www.example.net').sentence,
    describe('www.chat.example').sentence,
    describe('search.example').sentence,
    describe('games.example').sentence,
    describe('a.below.example').sentence,
    describe('track1.example').sentence,
    describe('example.org').sentence,
    describe('ads.example', 'blocklist', true, false).sentence,
    describe('example.org', 'blocklist', false).sentence,
    describe('example.org', 'allowlist').sentence,
    describe('x-dnsotls-ds.metric.gstatic.com', 'allowlist').sentence,
  ];
  assert.deepEqual(sentences, [
    'ads.example is blocked: the list "ads" names it',
    'good.ads.example is allowed: the list "good" names it',
    'a.example.net is blocked: a rule of the policy names example.net and all below it',
    'www.example.net is allowed: a rule of the policy names it',
    'www.chat.example is blocked: the blocked service "chat" names chat.example and all below it',
    'search.example leads to safe.search.example: safe search names it',
    'games.example is blocked: a rule of the group names it',
    'a.below.example is blocked: the list "ads" names all below below.example',
    'track1.example is blocked: the list "ads" has the pattern /^track[0-9]/',
    'example.org is allowed: no list and no rule names it',
    'ads.example is allowed: filtering is paused',
    'example.org is not answered yet: no verdict is possible before all lists have arrived',
    'example.org is blocked: in allowlist mode, no list and no rule allows it',
    'x-dnsotls-ds.metric.gstatic.com is allowed: Android needs it to accept the gateway as Private DNS, so lists cannot block it',
  ]);
});

test('where nobody spoke no source is named', () => {
  assert.deepEqual(describe('.'), {
    action: 'allow',
    reason: 'no-rule',
    sourceName: undefined,
    sourceKind: undefined,
    matchedName: undefined,
    ruleText: undefined,
    sentence: '. is allowed: no list and no rule names it',
  });
});
