import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANYBODY, listSource, OWN_RULES, tableOfRules, testGroup } from '../../test/fixtures/policy.ts';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { RULE_CLASS } from '../memory/block-table/rule-model.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { nameFromText } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { BlockTexts } from './block-texts.ts';
import { Decision, decide, REASON, type Reason } from './decide.ts';
import { PolicyTables } from './policy-tables.ts';
import { patternRuleText } from './rule-text.ts';
import { parseRule } from './rule.ts';

const HASH_KEY = new Uint8Array(16).fill(8);

function policyOf(lists: Readonly<Record<string, readonly string[]>>, rules: readonly string[] = []): PolicyTables {
  const listed = Object.entries(lists).map(([name, lines]) => [listSource(name), lines] as const);
  return new PolicyTables(tableOfRules(HASH_KEY, listed), tableOfRules(HASH_KEY, [[OWN_RULES, rules]]), [testGroup()]);
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(octets);
}

/** Where no more than the source is known. */
function sourceText(texts: BlockTexts, reason: Reason, source: number): Uint8Array {
  const decision = Object.assign(new Decision(), { reason, source });
  return texts.textOf(decision, new Uint8Array(1), 1, new NameHasher(HASH_KEY));
}

test('a block names the list it comes from, or the own rules', () => {
  const texts = new BlockTexts(policyOf({ stevenblack: [] }));
  assert.equal(textOf(sourceText(texts, REASON.LIST_BLOCKS, 0)), 'blocked by stevenblack');
  assert.equal(textOf(sourceText(texts, REASON.RULE_BLOCKS, 1)), 'blocked by a rule of this gateway');
  assert.equal(textOf(sourceText(texts, REASON.NOT_ALLOWLISTED, -1)), 'not on an allow list');
});

test('a source that is not there, as after a change of tables, still gets a text', () => {
  const texts = new BlockTexts(policyOf({}));
  assert.equal(textOf(sourceText(texts, REASON.LIST_BLOCKS, 5)), 'blocked');
  assert.equal(textOf(sourceText(texts, REASON.LIST_BLOCKS, -1)), 'blocked');
});

test('however long or odd a list is named, the text is UTF-8 of at most 100 octets without control characters', () => {
  for (const name of [
    'x'.repeat(500),
    'ж'.repeat(99),
    '👾'.repeat(60),
    `a${'👾'.repeat(60)}`,
    'two\nlines\0',
    '\ud800',
  ]) {
    const octets = sourceText(new BlockTexts(policyOf({ [name]: [] })), REASON.LIST_BLOCKS, 0);
    assert.ok(octets.length <= 100, `${octets.length} octets`);
    const text = textOf(octets);
    assert.doesNotMatch(text, /\p{Cc}/u);
    assert.ok(text.startsWith('blocked by '));
  }
  const cut = sourceText(new BlockTexts(policyOf({ ['👾'.repeat(60)]: [] })), REASON.LIST_BLOCKS, 0);
  assert.equal(textOf(cut), `blocked by ${'👾'.repeat(22)}`);
});

test('the same octets are handed out each time', () => {
  const texts = new BlockTexts(policyOf({ ads: [] }));
  assert.equal(sourceText(texts, REASON.LIST_BLOCKS, 0), sourceText(texts, REASON.LIST_BLOCKS, 0));
});

function blockText(policy: PolicyTables, name: string, texts = new BlockTexts(policy)): string {
  const wireName = nameFromText(name)!;
  const hasher = new NameHasher(HASH_KEY);
  hasher.hash(wireName, wireName.length);
  const decision = new Decision();
  decide(policy, testGroup(), ANYBODY, wireName, wireName.length, TYPE.A, hasher, decision);
  const octets = texts.textOf(decision, wireName, wireName.length, hasher);
  assert.ok(octets.length <= 100, `${octets.length} octets`);
  return textOf(octets);
}

test('the text says which rule of the list blocks, as it is written', () => {
  const policy = policyOf({ ads: ['||ads.example^', '|exact.example^', '*.below.example', '/^track[0-9]/'] }, [
    '||own.example^',
  ]);
  const texts = new BlockTexts(policy);
  assert.equal(blockText(policy, 'a.www.ads.example', texts), 'blocked by ads: ||ads.example^');
  assert.equal(blockText(policy, 'exact.example', texts), 'blocked by ads: |exact.example^');
  assert.equal(blockText(policy, 'www.below.example', texts), 'blocked by ads: *.below.example');
  for (let time = 0; time < 2; time++)
    assert.equal(blockText(policy, 'track7.example', texts), 'blocked by ads: /^track[0-9]/');
  assert.equal(blockText(policy, 'own.example', texts), 'blocked by a rule of this gateway: ||own.example^');
  assert.equal(blockText(policy, 'ads.example', texts), 'blocked by ads: ||ads.example^');
});

test('a block by address says which address of the answer it is', () => {
  const texts = new BlockTexts(policyOf({ ads: [], ['x'.repeat(70)]: [] }));
  for (const [address, text] of [
    ['203.0.113.77', 'blocked by ads: 203.0.113.77'],
    ['2001:db8::7', 'blocked by ads: 2001:db8::7'],
  ] as const) {
    const octets = new Uint8Array(16);
    assert.ok(parseAddress(address, octets));
    const decision = Object.assign(new Decision(), { reason: REASON.LIST_BLOCKS, source: 0 });
    assert.equal(textOf(texts.textOfAddress(decision, octets)), text);
    decision.source = 2;
    assert.equal(textOf(texts.textOfAddress(decision, octets)), text.replace('ads', 'a rule of this gateway'));
    decision.source = 1;
    const cut = texts.textOfAddress(decision, new Uint8Array(16).fill(0xff));
    assert.equal(textOf(cut), `blocked by ${'x'.repeat(70)}: ffff:ffff:ffff:ff`);
    decision.source = 9;
    assert.equal(textOf(texts.textOfAddress(decision, octets)), 'blocked');
  }
});

test('a pattern that begins with || is said as it was written', () => {
  for (const rule of ['||ads*.example^', '||ads*track.*.example', '||ads-', '/^ads[0-9]/', '/(?:^|\\.)ads(a|b)$/'])
    assert.equal(patternRuleText({ ...patternOf(rule), class: RULE_CLASS.BLOCK }), rule);
});

function patternOf(text: string): { kind: 'regex' | 'glob'; text: string } {
  const rule = parseRule(text);
  if (typeof rule === 'string' || !('text' in rule.subject)) return assert.fail(text);
  return rule.subject;
}

test('odd octets of a name are written as digits, and what does not fit is cut off', () => {
  const odd = '\\000\\007\\255a\\.b\\\\c\\032.example';
  const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.example`;
  const policy = policyOf({ ads: [], trackers: [`|${odd}^`, `||${long}^`] });
  assert.equal(blockText(policy, odd), 'blocked by trackers: |\\000\\007\\255a\\046b\\092c\\032.example^');
  assert.equal(blockText(policy, long), `blocked by trackers: ||${long}`.slice(0, 100));
  for (let length = 60; length < 64; length++) {
    const name = `${'a'.repeat(length)}.${'\\001'.repeat(20)}.example`;
    const cut = blockText(policyOf({ ads: [`||${name}^`] }), name);
    assert.ok(`blocked by ads: ||${name}`.startsWith(cut) && cut.length > 96, cut);
  }
});
