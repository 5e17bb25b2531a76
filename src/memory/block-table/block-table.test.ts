import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getHeapStatistics } from 'node:v8';
import { nameFromText } from '../../wire/name-text.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { BlockTable, type RuleAction, type RuleScope, TableMatch, type TableSource } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 17 * index);

const SOURCES: readonly TableSource[] = [
  { name: 'first', kind: 'list', action: 'block' },
  { name: 'second', kind: 'list', action: 'block' },
  { name: 'good', kind: 'list', action: 'allow' },
  { name: 'rules', kind: 'rules', action: 'block' },
];
const [FIRST, SECOND, GOOD, RULES] = [0, 1, 2, 3];

type Entry = readonly [source: number, name: string, scope: RuleScope, action: RuleAction];

function tableOf(entries: readonly Entry[], sources = SOURCES): BlockTable {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'test', sources });
  for (const [source, text, scope, action] of entries) {
    const name = nameFromText(text)!;
    assert.ok(builder.add(source, name, name.length, scope, action), text);
  }
  return new BlockTable(builder.finish(), true);
}

/** What a table says about a name, with matched names instead of suffix indexes; absent classes are left out. */
function ask(table: BlockTable, text: string, hashKey = HASH_KEY): Record<string, string> {
  const name = nameFromText(text)!;
  const hasher = new NameHasher(hashKey);
  hasher.hash(name, name.length);
  const match = new TableMatch();
  table.find(name, name.length, hasher, match);
  const labels = text.split('.');
  const found: Record<string, string> = {};
  for (const which of ['ruleAllow', 'ruleBlock', 'listAllow', 'listBlock'] as const) {
    const source = match[`${which}Source`];
    const suffix = match[`${which}Suffix`];
    assert.equal(source < 0, suffix < 0);
    if (source >= 0) {
      found[which] = `${table.sources[source]!.name}: ${labels.slice(labels.length - 1 - suffix).join('.')}`;
    }
  }
  return found;
}

test('an exact name is found itself, and nothing beside, below or above it', () => {
  const table = tableOf([[FIRST, 'ads.example.org', 'exact', 'block']]);
  assert.deepEqual(ask(table, 'ads.example.org'), { listBlock: 'first: ads.example.org' });
  for (const other of ['a.ads.example.org', 'example.org', 'org', 'bads.example.org', 'ads.example.com', 'ads']) {
    assert.deepEqual(ask(table, other), {}, other);
  }
});

test('a subtree covers its top and everything below it, by whole labels', () => {
  const table = tableOf([[FIRST, 'example.org', 'subtree', 'block']]);
  for (const covered of ['example.org', 'www.example.org', 'a.b.c.d.example.org']) {
    assert.deepEqual(ask(table, covered), { listBlock: 'first: example.org' }, covered);
  }
  for (const other of ['badexample.org', 'org', 'example.org.example.com']) {
    assert.deepEqual(ask(table, other), {}, other);
  }
});

test('of several sources the first in configured order is named, in whatever order they were added', () => {
  const entries: Entry[] = [
    [SECOND, 'example.org', 'exact', 'block'],
    [FIRST, 'example.org', 'exact', 'block'],
    [SECOND, 'example.com', 'exact', 'block'],
    [FIRST, 'example.com', 'subtree', 'block'],
    [SECOND, 'example.net', 'subtree', 'block'],
    [FIRST, 'example.net', 'exact', 'block'],
  ];
  for (const order of [entries, entries.toReversed()]) {
    const table = tableOf(order);
    assert.equal(table.entryCount, 3);
    assert.deepEqual(ask(table, 'example.org'), { listBlock: 'first: example.org' });
    assert.deepEqual(ask(table, 'example.com'), { listBlock: 'first: example.com' });
    assert.deepEqual(ask(table, 'example.net'), { listBlock: 'first: example.net' });
    assert.deepEqual(ask(table, 'www.example.com'), { listBlock: 'first: example.com' });
    assert.deepEqual(ask(table, 'www.example.net'), { listBlock: 'second: example.net' });
  }
});

test('for each class, apart from the others, the longest match is told', () => {
  const table = tableOf([
    [FIRST, 'org', 'subtree', 'block'],
    [SECOND, 'a.example.org', 'subtree', 'block'],
    [GOOD, 'example.org', 'subtree', 'allow'],
    [RULES, 'b.a.example.org', 'exact', 'allow'],
    [RULES, 'example.org', 'subtree', 'block'],
    [RULES, 'org', 'subtree', 'allow'],
  ]);
  assert.deepEqual(ask(table, 'b.a.example.org'), {
    ruleAllow: 'rules: b.a.example.org',
    ruleBlock: 'rules: example.org',
    listAllow: 'good: example.org',
    listBlock: 'second: a.example.org',
  });
  assert.deepEqual(ask(table, 'c.b.a.example.org'), {
    ruleAllow: 'rules: org',
    ruleBlock: 'rules: example.org',
    listAllow: 'good: example.org',
    listBlock: 'second: a.example.org',
  });
  assert.deepEqual(ask(table, 'www.example.net'), {});
});

test('F09 an exception line of a block list counts as an allowing list', () => {
  const table = tableOf([
    [FIRST, 'example.org', 'subtree', 'block'],
    [FIRST, 'good.example.org', 'subtree', 'allow'],
  ]);
  assert.deepEqual(ask(table, 'good.example.org'), {
    listAllow: 'first: good.example.org',
    listBlock: 'first: example.org',
  });
});

test('names of any octets and of the greatest length are kept and told apart', () => {
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`;
  const deepest = Array.from({ length: 127 }, () => 'x').join('.');
  const table = tableOf([
    [FIRST, longest, 'exact', 'block'],
    [SECOND, deepest, 'exact', 'block'],
    [FIRST, 'nul\\000.example.org', 'exact', 'block'],
    [SECOND, 'dot\\.ted.example.org', 'exact', 'block'],
  ]);
  assert.equal(ask(table, longest).listBlock, `first: ${longest}`);
  assert.equal(ask(table, deepest).listBlock, `second: ${deepest}`);
  assert.deepEqual(ask(table, `${longest.slice(0, -1)}e`), {});
  assert.deepEqual(Object.keys(ask(table, 'nul\\000.example.org')), ['listBlock']);
  assert.deepEqual(ask(table, 'nul\\001.example.org'), {});
  assert.deepEqual(ask(table, 'dot.ted.example.org'), {});
});

test('a table without names finds nothing', () => {
  const table = tableOf([]);
  assert.equal(table.entryCount, 0);
  assert.deepEqual(ask(table, 'www.example.org'), {});
});

test('the root name, asked for, matches nothing', () => {
  const table = tableOf([[FIRST, 'org', 'subtree', 'block']]);
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  match.listBlockSource = 7;
  hasher.hash(Uint8Array.of(0), 1);
  table.find(Uint8Array.of(0), 1, hasher, match);
  assert.equal(match.listBlockSource, -1);
});

test('a table carries its sources, content id and key; a hasher of another key finds nothing in it', () => {
  const sources: TableSource[] = [{ name: 'Werbung – "все"', kind: 'list', action: 'block' }];
  const table = tableOf([[0, 'example.org', 'exact', 'block']], sources);
  assert.deepEqual(table.sources, sources);
  assert.equal(table.contentId, 'test');
  assert.deepEqual(table.hashKey, HASH_KEY);
  assert.deepEqual(ask(table, 'example.org', new Uint8Array(16).fill(9)), {});
});

test('with more than 65,536 different source sets every name still tells its own sources', () => {
  const lists = 257;
  const sources = Array.from({ length: lists }, (_, index): TableSource => {
    return { name: `list${index}`, kind: 'list', action: 'block' };
  });
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'many', sources });
  const nameOf = (a: number, b: number): Uint8Array => nameFromText(`n${a}x${b}.example.org`)!;
  for (let a = 0; a < lists; a++) {
    for (let b = 0; b < lists; b++) {
      const name = nameOf(a, b);
      builder.add(a, name, name.length, 'exact', 'block');
      builder.add(b, name, name.length, 'subtree', 'block');
    }
  }
  const table = new BlockTable(builder.finish(), true);
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  for (let a = 0; a < lists; a++) {
    for (let b = 0; b < lists; b++) {
      const name = nameOf(a, b);
      hasher.hash(name, name.length);
      table.find(name, name.length, hasher, match);
      if (match.listBlockSource !== Math.min(a, b)) assert.fail(`${a} and ${b} gave ${match.listBlockSource}`);
      const below = nameFromText(`www.n${a}x${b}.example.org`)!;
      hasher.hash(below, below.length);
      table.find(below, below.length, hasher, match);
      if (match.listBlockSource !== b) assert.fail(`below ${a} and ${b}: ${match.listBlockSource}`);
    }
  }
});

test('looking a name up allocates nothing', (t) => {
  if (allocatedBytes() === undefined) return t.skip('this Node.js does not count allocated bytes');
  const table = tableOf([
    [FIRST, 'example.org', 'subtree', 'block'],
    [GOOD, 'www.example.org', 'exact', 'allow'],
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
