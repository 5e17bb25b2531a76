import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { nameFromText } from '../../wire/name-text.ts';
import { ALLOW, BLOCK, listSource, OWN_RULES } from '../../../test/fixtures/policy.ts';
import { rulesAbout, rulesAboutAddress } from '../../../test/fixtures/rules-about.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { BlockTable, TableMatch } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';
import { RULE_CLASS, type RuleShape, type RuleSource, SCOPE, type Scope } from './rule-model.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 17 * index);

const SOURCES: readonly RuleSource[] = [listSource('first'), listSource('second'), listSource('good'), OWN_RULES];
const [FIRST, SECOND, GOOD, RULES] = [0, 1, 2, 3];
const { EXACT, BELOW, SUBTREE } = SCOPE;

type Entry = readonly [source: number, name: string, scope: Scope, shape: RuleShape];

function tableOf(entries: readonly Entry[], sources = SOURCES): BlockTable {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'test', sources });
  for (const [source, text, scope, shape] of entries) {
    const name = nameFromText(text)!;
    assert.ok(builder.add(source, name, name.length, scope, shape), text);
  }
  return new BlockTable(builder.finish(), true);
}

test('an exact name is found itself, and nothing beside, below or above it', () => {
  const table = tableOf([[FIRST, 'ads.example.org', EXACT, BLOCK]]);
  assert.deepEqual(rulesAbout(table, 'ads.example.org'), ['block by first: ads.example.org']);
  for (const other of ['a.ads.example.org', 'example.org', 'org', 'bads.example.org', 'ads.example.com', 'ads']) {
    assert.deepEqual(rulesAbout(table, other), [], other);
  }
});

test('a subtree covers its top and everything below it, by whole labels', () => {
  const table = tableOf([[FIRST, 'example.org', SUBTREE, BLOCK]]);
  for (const covered of ['example.org', 'www.example.org', 'a.b.c.d.example.org']) {
    assert.deepEqual(rulesAbout(table, covered), ['block by first: example.org'], covered);
  }
  for (const other of ['badexample.org', 'org', 'example.org.example.com']) {
    assert.deepEqual(rulesAbout(table, other), [], other);
  }
});

test('a scope below a name covers what lies below it, and not the name itself', () => {
  const table = tableOf([[FIRST, 'example.org', BELOW, BLOCK]]);
  assert.deepEqual(rulesAbout(table, 'a.www.example.org'), ['block by first: example.org']);
  assert.deepEqual(rulesAbout(table, 'example.org'), []);
});

test('every source of a name is told, in configured order, in whatever order they were added', () => {
  const entries: Entry[] = [
    [SECOND, 'example.org', EXACT, BLOCK],
    [FIRST, 'example.org', EXACT, BLOCK],
    [SECOND, 'example.com', EXACT, BLOCK],
    [FIRST, 'example.com', SUBTREE, BLOCK],
  ];
  for (const order of [entries, entries.toReversed()]) {
    const table = tableOf(order);
    assert.equal(table.entryCount, 2);
    assert.deepEqual(rulesAbout(table, 'example.org'), ['block by first: example.org', 'block by second: example.org']);
    assert.deepEqual(rulesAbout(table, 'example.com'), ['block by first: example.com', 'block by second: example.com']);
    assert.deepEqual(rulesAbout(table, 'www.example.com'), ['block by first: example.com']);
  }
});

test('matches are told longest first, and the rules of each by rank', () => {
  const table = tableOf([
    [FIRST, 'org', SUBTREE, BLOCK],
    [SECOND, 'a.example.org', SUBTREE, BLOCK],
    [GOOD, 'example.org', SUBTREE, ALLOW],
    [RULES, 'example.org', SUBTREE, BLOCK],
    [SECOND, 'example.org', SUBTREE, { class: RULE_CLASS.IMPORTANT_BLOCK }],
  ]);
  assert.deepEqual(rulesAbout(table, 'b.a.example.org'), [
    'block by second: a.example.org',
    'block by rules: example.org',
    'important block by second: example.org',
    'allow by good: example.org',
    'block by first: org',
  ]);
  assert.deepEqual(rulesAbout(table, 'www.example.net'), []);
});

test('rules keep their conditions and responses, each described once', () => {
  const onlyA: RuleShape = { class: RULE_CLASS.BLOCK, condition: { types: { except: false, numbers: [1] } } };
  const sameAgain: RuleShape = { class: RULE_CLASS.BLOCK, condition: { types: { except: false, numbers: [1] } } };
  const alias: RuleShape = { class: RULE_CLASS.BLOCK, response: { kind: 'alias', target: 'safe.example' } };
  const table = tableOf([
    [FIRST, 'example.org', SUBTREE, onlyA],
    [FIRST, 'example.com', SUBTREE, sameAgain],
    [FIRST, 'example.com', SUBTREE, alias],
    [FIRST, 'example.com', SUBTREE, BLOCK],
  ]);
  assert.deepEqual(rulesAbout(table, 'example.com'), [
    'block by first giving {"kind":"alias","target":"safe.example"}: example.com',
    'block by first if {"types":{"except":false,"numbers":[1]}}: example.com',
    'block by first: example.com',
  ]);
  assert.deepEqual([table.conditions.length, table.responses.length], [2, 2]);
});

test('an address is in the ranges that cover it, with every source of each', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (source: number, firstHex: string, lastHex: string, shape = BLOCK): void => {
    assert.ok(builder.addAddress(source, { firstHex, lastHex, shape, line: 1 }));
  };
  add(FIRST, 'c0000200', 'c00002ff');
  add(SECOND, 'c0000280', 'c0000281');
  add(GOOD, 'c0000281', 'c0000281', ALLOW);
  add(FIRST, 'c0000280', 'c0000280');
  add(SECOND, 'ffffff00', 'ffffffff');
  add(FIRST, `20010db8${'0'.repeat(24)}`, `20010db8${'f'.repeat(24)}`);
  add(SECOND, 'f'.repeat(32), 'f'.repeat(32));
  add(GOOD, `${'f'.repeat(31)}0`, `${'f'.repeat(31)}e`, ALLOW);
  const table = new BlockTable(builder.finish(), true);
  const ask = (text: string): string[] => {
    const address = new Uint8Array(16);
    assert.ok(parseAddress(text, address));
    return rulesAboutAddress(table, address);
  };
  assert.deepEqual(ask('192.0.2.0'), ['block by first']);
  assert.deepEqual(ask('192.0.2.128'), ['block by first', 'block by second']);
  assert.deepEqual(ask('192.0.2.129'), ['allow by good', 'block by first', 'block by second']);
  assert.deepEqual(ask('192.0.2.130'), ['block by first']);
  assert.deepEqual(ask('192.0.2.255'), ['block by first']);
  assert.deepEqual(ask('255.255.255.255'), ['block by second']);
  assert.deepEqual(ask('2001:db8::7'), ['block by first']);
  assert.deepEqual(ask('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'), ['block by second']);
  for (const other of [
    '192.0.1.255',
    '192.0.3.0',
    '0.0.0.0',
    '::',
    '2001:db7::',
    '2001:db9::',
    '::1:0:0:0',
    'ffff::',
  ]) {
    assert.deepEqual(ask(other), [], other);
  }
});

test('what is no range of addresses is not added', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  for (const [firstHex, lastHex] of [
    ['c0000201', 'c0000200'],
    ['c00002', 'c00003'],
    ['c0000200', 'f'.repeat(32)],
    ['xyz', 'xyz'],
  ] as const)
    assert.equal(builder.addAddress(FIRST, { firstHex, lastHex, shape: BLOCK, line: 1 }), false);
});

test('patterns stand in order of precedence, each once, with its first line', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (source: number, text: string, shape: RuleShape, line: number): void => {
    assert.ok(builder.addPattern(source, { kind: 'regex', text, shape, line }));
  };
  add(SECOND, 'b', BLOCK, 1);
  add(FIRST, 'a', BLOCK, 9);
  add(FIRST, 'a', BLOCK, 10);
  add(GOOD, 'c', ALLOW, 2);
  add(RULES, 'd', BLOCK, 3);
  add(FIRST, 'e', { class: RULE_CLASS.IMPORTANT_BLOCK }, 4);
  const { patterns } = new BlockTable(builder.finish(), true);
  assert.deepEqual(
    patterns.map(({ text, source, line }) => [text, source, line]),
    [
      ['d', RULES, 3],
      ['e', FIRST, 4],
      ['c', GOOD, 2],
      ['a', FIRST, 9],
      ['b', SECOND, 1],
    ],
  );
});

test('names of any octets and of the greatest length are kept and told apart', () => {
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
  const deepest = Array.from({ length: 127 }, () => 'x').join('.');
  const table = tableOf([
    [FIRST, longest, EXACT, BLOCK],
    [SECOND, deepest, EXACT, BLOCK],
    [FIRST, 'nul\\000.example.org', EXACT, BLOCK],
    [SECOND, 'dot\\.ted.example.org', EXACT, BLOCK],
  ]);
  assert.deepEqual(rulesAbout(table, longest), [`block by first: ${longest}`]);
  assert.deepEqual(rulesAbout(table, deepest), [`block by second: ${deepest}`]);
  assert.deepEqual(rulesAbout(table, `${longest.slice(0, -1)}e`), []);
  assert.equal(rulesAbout(table, 'nul\\000.example.org').length, 1);
  assert.deepEqual(rulesAbout(table, 'nul\\001.example.org'), []);
  assert.deepEqual(rulesAbout(table, 'dot.ted.example.org'), []);
});

test('a table without names finds nothing', () => {
  const table = tableOf([]);
  assert.equal(table.entryCount, 0);
  assert.deepEqual(rulesAbout(table, 'www.example.org'), []);
});

test('the root name, asked for, matches nothing', () => {
  const table = tableOf([[FIRST, 'org', SUBTREE, BLOCK]]);
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  match.count = 7;
  hasher.hash(Uint8Array.of(0), 1);
  table.find(Uint8Array.of(0), 1, hasher, match);
  assert.equal(match.count, 0);
});

test('a table carries its sources, content id and key; a hasher of another key finds nothing in it', () => {
  const sources = [listSource('Werbung – "все"')];
  const table = tableOf([[0, 'example.org', EXACT, BLOCK]], sources);
  assert.deepEqual(table.sources, sources);
  assert.equal(table.contentId, 'test');
  assert.deepEqual(table.hashKey, HASH_KEY);
  assert.deepEqual(rulesAbout(table, 'example.org', new Uint8Array(16).fill(9)), []);
});

test('with more than 65,536 different sets every name still tells its own sources', () => {
  const lists = 257;
  const sources = Array.from({ length: lists }, (_, index) => listSource(`list${index}`));
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'many', sources });
  for (let a = 0; a < lists; a++) {
    for (let b = 0; b < lists; b++) {
      const name = nameFromText(`n${a}x${b}.example.org`)!;
      builder.add(a, name, name.length, EXACT, BLOCK);
      builder.add(b, name, name.length, SUBTREE, BLOCK);
    }
  }
  const table = new BlockTable(builder.finish(), true);
  for (let a = 0; a < lists; a += 8) {
    for (let b = 0; b < lists; b++) {
      const listed = `n${a}x${b}.example.org`;
      const [first, second] = [Math.min(a, b), Math.max(a, b)].map((it) => `block by list${it}: ${listed}`);
      assert.deepEqual(rulesAbout(table, listed), a === b ? [first, first] : [first, second]);
      assert.deepEqual(rulesAbout(table, `www.${listed}`), [`block by list${b}: ${listed}`]);
    }
  }
});

test('looking a name up allocates nothing', (t) => {
  if (allocatedBytes() === undefined) return t.skip('this Node.js does not count allocated bytes');
  const table = tableOf([
    [FIRST, 'example.org', SUBTREE, BLOCK],
    [GOOD, 'www.example.org', EXACT, ALLOW],
  ]);
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  const names = ['www.example.org', 'a.b.c.example.org', 'www.example.com'].map((text) => nameFromText(text)!);
  const calls = 300_000;
  // The smallest object takes 16 octets; V8 counts in steps of its allocation buffers.
  const unavoidable = 2 * calls;
  let least = Number.POSITIVE_INFINITY;
  // The first rounds run before the compiler has settled.
  for (let round = 0; round < 20 && least > unavoidable; round++) {
    const before = allocatedBytes()!;
    for (let call = 0; call < calls; call++) {
      const name = names[call % 3]!;
      hasher.hash(name, name.length);
      table.find(name, name.length, hasher, match);
    }
    least = Math.min(least, allocatedBytes()! - before);
  }
  assert.ok(least <= unavoidable, `${least} octets in ${calls} calls`);
});

function allocatedBytes(): number | undefined {
  return (getHeapStatistics() as { total_allocated_bytes?: number }).total_allocated_bytes;
}
