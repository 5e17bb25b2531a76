import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlockTable, type RuleAction, type RuleScope, type TableSource } from '../memory/block-table/block-table.ts';
import { BlockTableBuilder } from '../memory/block-table/block-table-builder.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameFromText } from '../wire/name-text.ts';
import { Decision, decide } from './decide.ts';
import { type DecisionDescription, describeDecision } from './describe-decision.ts';
import type { PolicyMode } from './policy-settings.ts';

const HASH_KEY = new Uint8Array(16).fill(3);
const SOURCES: readonly TableSource[] = [
  { name: 'ads', kind: 'list', action: 'block' },
  { name: 'good', kind: 'list', action: 'allow' },
  { name: 'rules', kind: 'rules', action: 'block' },
];

function describe(name: string, mode: PolicyMode = 'blocklist', listsComplete = true): DecisionDescription {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (source: number, text: string, scope: RuleScope, action: RuleAction): void => {
    const wireName = nameFromText(text)!;
    builder.add(source, wireName, wireName.length, scope, action);
  };
  add(0, 'ads.example', 'subtree', 'block');
  add(1, 'good.ads.example', 'exact', 'allow');
  add(2, 'example.net', 'subtree', 'block');
  add(2, 'www.example.net', 'exact', 'allow');
  const table = new BlockTable(builder.finish());
  const wireName = nameFromText(name)!;
  const hasher = new NameHasher(HASH_KEY);
  hasher.hash(wireName, wireName.length);
  const decision = new Decision();
  decide(
    table,
    { mode, blockResponse: { kind: 'nodata' }, blockTtlSeconds: 1, start: 'refuse', rebindingProtection: false },
    listsComplete,
    wireName,
    wireName.length,
    hasher,
    decision,
  );
  return describeDecision(decision, table, wireName, hasher);
}

test('a block by a list says which list, which listed name, and in a sentence', () => {
  assert.deepEqual(describe('x.y.ads.example'), {
    action: 'block',
    reason: 'list-blocks',
    sourceName: 'ads',
    sourceKind: 'list',
    matchedName: 'ads.example',
    sentence: 'x.y.ads.example is blocked: the list "ads" names ads.example and all below it',
  });
});

test('each verdict has its sentence', () => {
  const sentences = [
    describe('ads.example').sentence,
    describe('good.ads.example').sentence,
    describe('a.example.net').sentence,
    describe('www.example.net').sentence,
    describe('example.org').sentence,
    describe('example.org', 'blocklist', false).sentence,
    describe('example.org', 'allowlist').sentence,
    describe('x-dnsotls-ds.metric.gstatic.com', 'allowlist').sentence,
  ];
  assert.deepEqual(sentences, [
    'ads.example is blocked: the list "ads" names it',
    'good.ads.example is allowed: the list "good" names it',
    'a.example.net is blocked: a rule of the policy names example.net and all below it',
    'www.example.net is allowed: a rule of the policy names it',
    'example.org is allowed: no list and no rule names it',
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
    sentence: '. is allowed: no list and no rule names it',
  });
});
