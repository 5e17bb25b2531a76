import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameFromText } from '../../wire/name-text.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { BlockTable, type RuleAction, type RuleScope, TableMatch, type TableSource } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';
import { blockTableText } from './block-table-text.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 255 - 3 * index);
const SOURCES: readonly TableSource[] = [
  { name: 'ads', kind: 'list', action: 'block' },
  { name: 'trackers', kind: 'list', action: 'block' },
  { name: 'exceptions', kind: 'list', action: 'allow' },
  { name: 'rules', kind: 'rules', action: 'block' },
];

interface Entry {
  readonly source: number;
  readonly name: string;
  readonly scope: RuleScope;
  readonly action: RuleAction;
}

function build(entries: readonly Entry[]): SharedArrayBuffer {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'content', sources: SOURCES });
  for (const { source, name, scope, action } of entries) {
    const wireName = nameFromText(name)!;
    builder.add(source, wireName, wireName.length, scope, action);
  }
  return builder.finish();
}

/** Few labels, so that names are often parents, children and doubles of each other. */
const names = fc.array(fc.constantFrom('a', 'b', 'ads', 'example', 'org'), { minLength: 1, maxLength: 5 }).map(join);
const entries = fc.array(
  fc.record({
    source: fc.nat(SOURCES.length - 1),
    name: names,
    scope: fc.constantFrom<RuleScope>('exact', 'subtree'),
    action: fc.constantFrom<RuleAction>('block', 'allow'),
  }),
  { maxLength: 60 },
);

function join(labels: readonly string[]): string {
  return labels.join('.');
}

test('a table tells of any name what a plain search through all entries tells', () => {
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  fc.assert(
    fc.property(entries, fc.array(names, { minLength: 1, maxLength: 20 }), (given, asked) => {
      const table = new BlockTable(build(given), true);
      for (const text of [...asked, ...given.map(({ name }) => name)]) {
        const name = nameFromText(text)!;
        hasher.hash(name, name.length);
        table.find(name, name.length, hasher, match);
        assert.deepEqual({ ...match }, { ...plainSearch(given, text) }, text);
      }
    }),
    { seed: 4711, numRuns: 200 },
  );
});

function plainSearch(given: readonly Entry[], text: string): TableMatch {
  const labels = text.split('.');
  const match = new TableMatch();
  for (const kind of ['rules', 'list'] as const) {
    for (const action of ['allow', 'block'] as const) {
      const which = `${kind === 'rules' ? 'rule' : 'list'}${action === 'allow' ? 'Allow' : 'Block'}` as const;
      const sources = (name: string, whole: boolean): number[] =>
        given
          .filter((entry) => SOURCES[entry.source]!.kind === kind && entry.action === action && entry.name === name)
          .filter((entry) => whole || entry.scope === 'subtree')
          .map((entry) => entry.source);
      for (let count = labels.length; count >= 1; count--) {
        const found = sources(labels.slice(-count).join('.'), count === labels.length);
        if (found.length === 0) continue;
        match[`${which}Source`] = Math.min(...found);
        match[`${which}Suffix`] = count - 1;
        break;
      }
    }
  }
  return match;
}

test('the same entries give the same octets however often they come', () => {
  fc.assert(
    fc.property(entries, (given) => {
      assert.deepEqual(new Uint8Array(build([...given, ...given])), new Uint8Array(build(given)));
    }),
    { seed: 99, numRuns: 60 },
  );
});

test('names whose hashes collide in the 32 bits of a slot are told apart, whichever came first', () => {
  const [one, other] = collidingNames();
  const given: Entry[] = [
    { source: 0, name: one, scope: 'exact', action: 'block' },
    { source: 1, name: other, scope: 'exact', action: 'block' },
  ];
  const hasher = new NameHasher(HASH_KEY);
  const match = new TableMatch();
  const sourceOf = (table: BlockTable, text: string): number => {
    const name = nameFromText(text)!;
    hasher.hash(name, name.length);
    table.find(name, name.length, hasher, match);
    return match.listBlockSource;
  };
  for (const ordered of [given, given.toReversed()]) {
    const both = new BlockTable(build(ordered), true);
    assert.deepEqual([sourceOf(both, one), sourceOf(both, other)], [0, 1]);
  }
  const alone = new BlockTable(build(given.slice(1)));
  assert.deepEqual([sourceOf(alone, one), sourceOf(alone, other)], [-1, 1]);
});

/** Two among 300,000 names, of which about ten pairs share half of their hash. */
function collidingNames(): readonly [string, string] {
  const hasher = new NameHasher(HASH_KEY);
  const seen = new Map<number, string>();
  for (let index = 0; index < 300_000; index++) {
    const text = `n${index}.example`;
    const name = nameFromText(text)!;
    hasher.hash(name, name.length);
    const earlier = seen.get(hasher.fullHigh);
    if (earlier !== undefined) return [earlier, text];
    seen.set(hasher.fullHigh, text);
  }
  return assert.fail('no two names collide');
}

test('finishing twice gives the same table, and names may be added in between', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('example.org')!;
  builder.add(0, name, name.length, 'exact', 'block');
  assert.deepEqual(builder.finish(), builder.finish());
  builder.add(1, nameFromText('example.com')!, 13, 'exact', 'block');
  assert.equal(new BlockTable(builder.finish(), true).entryCount, 2);
});

test('a table written piece by piece is the same one, larger than a piece or not', () => {
  for (const count of [0, 3, 100_000]) {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'pieces', sources: SOURCES });
    for (let index = 0; index < count; index++) {
      const name = nameFromText(`n${index}.example`)!;
      builder.add(index % 4, name, name.length, 'exact', 'block');
    }
    let written = new Uint8Array(0);
    builder.writeTo((byteLength) => {
      written = new Uint8Array(byteLength).fill(0xff);
      return (octets, offset) => written.set(octets, offset);
    });
    const finished = builder.finish();
    assert.equal(new BlockTable(finished, true).entryCount, count);
    assert.deepEqual(Buffer.compare(written, new Uint8Array(finished)), 0);
  }
});

test('a number of names that was expected wrongly changes nothing about the table', () => {
  const given = Array.from({ length: 3_000 }, (_, index) => nameFromText(`n${index}.example`)!);
  const octets = [0, 3_000, 100_000].map((expectedNames) => {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES, expectedNames });
    for (const name of given) builder.add(0, name, name.length, 'exact', 'block');
    return new Uint8Array(builder.finish());
  });
  assert.deepEqual(octets[1], octets[0]);
  assert.deepEqual(octets[2], octets[0]);
});

test('octets that are no name, and the root, are not added', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (octets: Uint8Array, length = octets.length) => builder.add(0, octets, length, 'subtree', 'block');
  assert.equal(add(Uint8Array.of(0)), false, 'the root');
  assert.equal(add(Uint8Array.of()), false, 'nothing');
  assert.equal(add(Uint8Array.of(3, 1, 2, 3)), false, 'no root octet');
  assert.equal(add(Uint8Array.of(3, 1, 2, 0)), false, 'a label past the end');
  assert.equal(add(Uint8Array.of(1, 65, 0, 0)), false, 'octets after the root octet');
  assert.equal(add(Uint8Array.of(1, 97, 0), 4), false, 'a length past the buffer');
  assert.equal(add(Uint8Array.of(64, ...new Uint8Array(64).fill(97), 0)), false, 'a label of 64 octets');
  const tooLong = new Uint8Array(257);
  for (let offset = 0; offset < 256; offset += 2) tooLong.set([1, 97], offset);
  assert.equal(add(tooLong), false, 'a name of 257 octets');
  assert.equal(builder.entryCount, 0);
});

test('a source that does not exist is refused', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  assert.throws(() => builder.add(4, nameFromText('example.org')!, 13, 'exact', 'block'), RangeError);
});

/** A small list compiled with a fixed key: any change of the layout or of the hash shows here. UPDATE_GOLDEN=1 rewrites it. */
test('the compiled form of a small list is the one on record', () => {
  const golden = new URL('../../../test/golden/block-table.txt', import.meta.url);
  const text = blockTableText(
    build([
      { source: 0, name: 'ads.example.org', scope: 'exact', action: 'block' },
      { source: 0, name: 'banner.example.com', scope: 'exact', action: 'block' },
      { source: 1, name: 'ads.example.org', scope: 'subtree', action: 'block' },
      { source: 1, name: 'metrics.example.net', scope: 'subtree', action: 'block' },
      { source: 1, name: 'good.metrics.example.net', scope: 'exact', action: 'allow' },
      { source: 1, name: 'odd\\.label\\007.example.org', scope: 'exact', action: 'block' },
      { source: 2, name: 'shop.example', scope: 'subtree', action: 'allow' },
      { source: 3, name: 'example', scope: 'subtree', action: 'block' },
      { source: 3, name: 'www.example', scope: 'exact', action: 'allow' },
      { source: 3, name: 'ads.example.org', scope: 'exact', action: 'allow' },
    ]),
  );
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});
