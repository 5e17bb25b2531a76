import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameFromText } from '../../wire/name-text.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { ALLOW, BLOCK, listSource, OWN_RULES } from '../../../test/fixtures/policy.ts';
import { rulesAbout, rulesAboutAddress } from '../../../test/fixtures/rules-about.ts';
import { BlockTable } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';
import { blockTableText } from './block-table-text.ts';
import { RULE_CLASS, type RuleShape, type RuleSource, SCOPE, type Scope } from './rule-model.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 255 - 3 * index);
const SOURCES: readonly RuleSource[] = [listSource('ads'), listSource('trackers'), listSource('exceptions'), OWN_RULES];
const OWN = 3;
const { EXACT, BELOW, SUBTREE } = SCOPE;
const IMPORTANT_BLOCK: RuleShape = { class: RULE_CLASS.IMPORTANT_BLOCK };
const SHAPES: readonly (readonly [word: string, shape: RuleShape])[] = [
  ['important block', IMPORTANT_BLOCK],
  ['allow', ALLOW],
  ['block', BLOCK],
];

interface Entry {
  readonly source: number;
  readonly name: string;
  readonly scope: Scope;
  readonly shape: RuleShape;
}

function build(entries: readonly Entry[]): SharedArrayBuffer {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'content', sources: SOURCES });
  for (const { source, name, scope, shape } of entries) {
    const wireName = nameFromText(name)!;
    builder.add(source, wireName, wireName.length, scope, shape);
  }
  return builder.finish();
}

/** Few labels, so that names are often parents, children and doubles of each other. */
const names = fc.array(fc.constantFrom('a', 'b', 'ads', 'example', 'org'), { minLength: 1, maxLength: 5 }).map(join);
const entries = fc.array(
  fc.record({
    source: fc.nat(SOURCES.length - 1),
    name: names,
    scope: fc.constantFrom<Scope>(EXACT, BELOW, SUBTREE),
    shape: fc.constantFrom(...SHAPES.map(([, shape]) => shape)),
  }),
  { maxLength: 60 },
);

function join(labels: readonly string[]): string {
  return labels.join('.');
}

test('a table tells of any name what a plain search through all entries tells', () => {
  fc.assert(
    fc.property(entries, fc.array(names, { minLength: 1, maxLength: 20 }), (given, asked) => {
      const table = new BlockTable(build(given), true);
      for (const text of [...asked, ...given.map(({ name }) => name)]) {
        assert.deepEqual(rulesAbout(table, text), plainSearch(given, text), text);
      }
    }),
    { seed: 4711, numRuns: 200 },
  );
});

/** By length of the match, then by tier, class and source; an entry in several scopes is told once for each. */
function plainSearch(given: readonly Entry[], text: string): string[] {
  const labels = text.split('.');
  const found: string[] = [];
  for (let count = labels.length; count >= 1; count--) {
    const name = labels.slice(-count).join('.');
    const covering = given.filter((entry) => {
      const scopes: readonly Scope[] = count === labels.length ? [EXACT, SUBTREE] : [BELOW, SUBTREE];
      return entry.name === name && scopes.includes(entry.scope);
    });
    for (const tier of [1, 3]) {
      for (const [word, shape] of SHAPES) {
        for (const [index, source] of SOURCES.entries()) {
          if (source.tier !== tier) continue;
          const scopes = covering.filter((entry) => entry.source === index && entry.shape === shape);
          const times = new Set(scopes.map(({ scope }) => scope)).size;
          for (let time = 0; time < times; time++) found.push(`${word} by ${source.name}: ${name}`);
        }
      }
    }
  }
  return found;
}

test('a rule that is taken back is not there, whatever list it is in and whichever came first', () => {
  for (const order of ['before', 'behind']) {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
    const name = nameFromText('ads.example.org')!;
    const takeBack = () => builder.remove(name, name.length, SUBTREE, { class: RULE_CLASS.BLOCK });
    if (order === 'before') takeBack();
    builder.add(0, name, name.length, SUBTREE, BLOCK);
    builder.add(1, name, name.length, SUBTREE, BLOCK);
    builder.add(1, name, name.length, SUBTREE, IMPORTANT_BLOCK);
    builder.add(2, name, name.length, EXACT, BLOCK);
    builder.add(2, name, name.length, SUBTREE, { class: RULE_CLASS.BLOCK, response: { kind: 'refused' } });
    if (order === 'behind') takeBack();
    builder.remove(nameFromText('other.example')!, 15, SUBTREE, BLOCK);
    builder.addPattern(0, { kind: 'regex', text: 'ads', shape: BLOCK, line: 1 });
    builder.addPattern(1, { kind: 'glob', text: 'ads', shape: BLOCK, line: 2 });
    builder.removePattern({ kind: 'regex', text: 'ads', shape: { class: RULE_CLASS.BLOCK } });
    const table = new BlockTable(builder.finish(), true);
    const kept = [
      'important block by trackers: ads.example.org',
      'block by exceptions giving {"kind":"refused"}: ads.example.org',
      'block by exceptions: ads.example.org',
    ];
    assert.deepEqual(rulesAbout(table, 'ads.example.org'), kept);
    assert.deepEqual(rulesAbout(table, 'www.ads.example.org'), kept.slice(0, 2));
    assert.deepEqual(
      table.patterns.map(({ kind, line }) => [kind, line]),
      [['glob', 2]],
    );
  }
});

test('what a source says twice is counted as repeated, what another says too is not', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('ads.example.org')!;
  for (const source of [0, 0, 1, 0]) builder.add(source, name, name.length, EXACT, BLOCK);
  builder.add(0, name, name.length, SUBTREE, BLOCK);
  assert.equal(builder.repeatedCount, 2);
});

test('a source that says endlessly much about one name is cut short, and the others are not', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('ads.example.org')!;
  let taken = 0;
  for (let type = 0; type < 1000; type++) {
    const shape: RuleShape = { class: RULE_CLASS.BLOCK, condition: { types: { except: false, numbers: [type] } } };
    if (builder.add(0, name, name.length, EXACT, shape)) taken++;
  }
  assert.equal(taken, 64);
  assert.ok(builder.add(1, name, name.length, EXACT, BLOCK));
  assert.equal(rulesAbout(new BlockTable(builder.finish(), true), 'ads.example.org').length, 65);
});

const alias = (number: number): RuleShape => {
  return { class: RULE_CLASS.BLOCK, response: { kind: 'alias', target: `n${number}.example` } };
};
const NULL_ADDRESSES: RuleShape = {
  class: RULE_CLASS.BLOCK,
  response: {
    kind: 'records',
    records: [
      { type: 1, rdataHex: '0'.repeat(8) },
      { type: 28, rdataHex: '0'.repeat(32) },
    ],
  },
};

/** How many of `count` rules about names of their own are taken. */
function addMany(builder: BlockTableBuilder, source: number, count: number, shapeOf: (number: number) => RuleShape) {
  let taken = 0;
  for (let number = 0; number < count; number++) {
    const name = nameFromText(`n${number}.example`)!;
    if (builder.add(source, name, name.length, EXACT, shapeOf(number))) taken++;
  }
  return taken;
}

test('a rule whose response is one too many is not taken, and those before it stay', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('ads.example.org')!;
  assert.equal(addMany(builder, OWN, 66_000, alias), 65_471);
  assert.ok(builder.add(0, name, name.length, EXACT, alias(7)));
  const table = new BlockTable(builder.finish(), true);
  assert.deepEqual(rulesAbout(table, 'ads.example.org'), [
    'block by ads giving {"kind":"alias","target":"n7.example"}: ads.example.org',
  ]);
});

test('a list cannot use up the responses of those behind it, nor all together what plain lists need', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  assert.equal(addMany(builder, 0, 20_000, alias), 8192);
  assert.equal(
    addMany(builder, 1, 20_000, (number) => alias(30_000 + number)),
    8192,
  );
  addMany(builder, OWN, 66_000, (number) => alias(60_000 + number));
  assert.equal(
    addMany(builder, 2, 1, () => alias(200_000)),
    0,
  );
  const plain: readonly RuleShape[] = [
    BLOCK,
    NULL_ADDRESSES,
    { ...BLOCK, response: { kind: 'nxdomain', isBlock: true } },
    { ...BLOCK, response: { kind: 'nodata' } },
    { ...BLOCK, response: { kind: 'drop' } },
  ];
  for (const shape of plain)
    assert.equal(
      addMany(builder, 2, 1, () => shape),
      1,
      JSON.stringify(shape),
    );
});

test('a list with more different rules than lists have is cut short, and goes on with those it has', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const shapes = Array.from({ length: 300 }, (_, type) =>
    Array.from({ length: 300 }, (_, number): RuleShape => {
      return { ...alias(number), condition: { types: { except: false, numbers: [type] } } };
    }),
  ).flat();
  assert.equal(
    addMany(builder, 0, shapes.length, (number) => shapes[number]!),
    65_536,
  );
  assert.equal(
    addMany(builder, 0, 300, (number) => shapes[number]!),
    300,
  );
  assert.equal(
    addMany(builder, 1, 300, (number) => shapes.at(-1 - number)!),
    300,
  );
});

test('what is taken back costs no place of what is there', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('ads.example.org')!;
  for (let number = 0; number < 9000; number++) builder.remove(name, name.length, EXACT, alias(number), 0);
  for (let number = 0; number < 9000; number++)
    builder.removePattern({ kind: 'glob', text: 'a*', shape: alias(number) }, 0);
  assert.equal(
    addMany(builder, 0, 1, () => alias(0)),
    1,
  );
  assert.equal(new BlockTable(builder.finish(), true).responses.length, 2);
});

test('a source that takes rules back without end is cut short', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('ads.example.org')!;
  let taken = 0;
  for (let time = 0; time < 70_000; time++) if (builder.remove(name, name.length, EXACT, BLOCK, 0)) taken++;
  assert.equal(taken, 65_536);
  assert.ok(builder.remove(name, name.length, EXACT, BLOCK, 1));
});

test('one source takes back what it said itself, and nobody else', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const name = nameFromText('ads.example.org')!;
  const range = { firstHex: 'c0000201', lastHex: 'c0000201', shape: BLOCK, line: 1 };
  for (const source of [0, 1]) {
    builder.add(source, name, name.length, EXACT, BLOCK);
    builder.addPattern(source, { kind: 'regex', text: 'ads', shape: BLOCK, line: 1 });
    builder.addAddress(source, range);
  }
  builder.remove(name, name.length, EXACT, BLOCK, 1);
  builder.removePattern({ kind: 'regex', text: 'ads', shape: BLOCK }, 1);
  builder.removeAddress(range, 1);
  const table = new BlockTable(builder.finish(), true);
  assert.deepEqual(rulesAbout(table, 'ads.example.org'), ['block by ads: ads.example.org']);
  assert.deepEqual(
    table.patterns.map(({ source }) => source),
    [0],
  );
  assert.deepEqual(rulesAboutAddress(table, address('192.0.2.1')), ['block by ads']);
});

test('a rule about addresses that is taken back is not there, and others about them are', () => {
  for (const order of ['before', 'behind']) {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
    const range = { firstHex: 'c0000200', lastHex: 'c00002ff', shape: BLOCK, line: 1 };
    const takeBack = () => builder.removeAddress({ ...range, shape: { class: RULE_CLASS.BLOCK } });
    if (order === 'before') takeBack();
    for (const source of [0, 1]) builder.addAddress(source, range);
    builder.addAddress(0, { ...range, shape: IMPORTANT_BLOCK });
    builder.addAddress(2, { ...range, firstHex: 'c0000201' });
    if (order === 'behind') takeBack();
    const table = new BlockTable(builder.finish(), true);
    assert.deepEqual(rulesAboutAddress(table, address('192.0.2.0')), ['important block by ads']);
    assert.deepEqual(rulesAboutAddress(table, address('192.0.2.1')), ['important block by ads', 'block by exceptions']);
  }
});

test('of records that add up, those that are taken back go, and the rule with the last of them', () => {
  const shapeOf = (...addresses: string[]): RuleShape => {
    const records = addresses.map((rdataHex) => ({ type: 1, rdataHex }));
    return { class: RULE_CLASS.BLOCK, response: { kind: 'records', records } };
  };
  const name = nameFromText('ads.example.org')!;
  const left = (removed: readonly RuleShape[]): string[] => {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
    builder.add(0, name, name.length, EXACT, shapeOf('01010101', '02020202'));
    for (const shape of removed) builder.remove(name, name.length, EXACT, shape);
    return rulesAbout(new BlockTable(builder.finish(), true), 'ads.example.org');
  };
  assert.deepEqual(left([shapeOf('03030303'), BLOCK]).length, 1);
  assert.deepEqual(left([shapeOf('01010101')]), [
    'block by ads giving {"kind":"records","records":[{"type":1,"rdataHex":"02020202"}]}: ads.example.org',
  ]);
  assert.deepEqual(left([shapeOf('01010101'), shapeOf('02020202')]), []);
});

test('a rule that is taken back where the sets are as many as two octets can tell leaves the others', () => {
  const sources = Array.from({ length: 20 }, (_, index) => listSource(`list${index}`));
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  // Set 65,536 is the one that is left.
  for (let mask = 1; mask <= 65_532; mask++) {
    const name = nameFromText(`n${mask}.example`)!;
    for (let source = 0; source < 16; source++)
      if ((mask & (1 << source)) !== 0) builder.add(source, name, name.length, SUBTREE, BLOCK);
  }
  const name = nameFromText('victim.example')!;
  builder.add(17, name, name.length, SUBTREE, BLOCK);
  builder.add(17, name, name.length, SUBTREE, IMPORTANT_BLOCK);
  builder.add(18, name, name.length, SUBTREE, BLOCK);
  builder.remove(name, name.length, SUBTREE, IMPORTANT_BLOCK);
  const buffer = builder.finish();
  assert.deepEqual(rulesAbout(new BlockTable(buffer, true), 'victim.example'), [
    'block by list17: victim.example',
    'block by list18: victim.example',
  ]);
});

test('the text of a table with many sets tells the set of every name', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const typed = (number: number): RuleShape => {
    return { class: RULE_CLASS.BLOCK, condition: { types: { except: false, numbers: [number] } } };
  };
  // Two rules of 300 about each name.
  for (let number = 0; number < 66_000; number++) {
    const name = nameFromText(`n${number}.example`)!;
    builder.add(OWN, name, name.length, EXACT, typed(Math.floor(number / 300)));
    builder.add(OWN, name, name.length, SUBTREE, typed(number % 300));
  }
  const text = blockTableText(builder.finish());
  const set = / set (\d+), n65999\.example\.?\n/.exec(text)?.[1];
  assert.ok(Number(set) > 65_535);
  assert.match(text, new RegExp(`\\nset ${set}: rank 7 block .* condition .*; rank 7 block .* condition .*\\n`));
});

test('sets that no name has any more take no room in the table', () => {
  const sources = Array.from({ length: 64 }, (_, index) => listSource(`list${index}`));
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  const random = new NameHasher(HASH_KEY);
  const listsOf = (index: number) =>
    sources.flatMap((_, source) => {
      random.hash(Uint8Array.of(3, index >>> 8, index & 0xff, source, 0), 5);
      return (random.fullLow & 1) === 1 ? [source] : [];
    });
  const given = Array.from({ length: 3000 }, (_, index) => `n${index}.example`);
  for (const [index, text] of given.entries()) {
    const name = nameFromText(text)!;
    for (const source of listsOf(index)) builder.add(source, name, name.length, EXACT, BLOCK);
  }
  const buffer = builder.finish();
  const table = new BlockTable(buffer, true);
  for (const [index, text] of given.entries())
    assert.deepEqual(
      rulesAbout(table, text),
      listsOf(index).map((source) => `block by list${source}: ${text}`),
    );
  const rules = given.reduce((sum, _, index) => sum + listsOf(index).length, 0);
  assert.ok(buffer.byteLength < 16 * rules, `${buffer.byteLength} octets for ${rules} rules`);
  assert.deepEqual(new Uint8Array(builder.finish()), new Uint8Array(buffer));
});

test('sets that are dropped while names come in leave every name its rules', () => {
  const sources = Array.from({ length: 256 }, (_, index) => listSource(`list${index}`));
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  const given = Array.from({ length: 200 }, (_, index) => `n${index}.example`);
  const random = new NameHasher(HASH_KEY);
  // An order of its own for each name, so that hardly a set on the way is another name's: five million members.
  const listsOf = (index: number) =>
    sources
      .map((_, source) => {
        random.hash(Uint8Array.of(2, index, source, 0), 4);
        return { source, place: random.fullLow };
      })
      .sort((a, b) => a.place - b.place)
      .map(({ source }) => source)
      .slice(1);
  for (const [index, text] of given.entries()) {
    const name = nameFromText(text)!;
    for (const source of listsOf(index)) assert.ok(builder.add(source, name, name.length, EXACT, BLOCK));
  }
  const table = new BlockTable(builder.finish(), true);
  for (const [index, text] of given.entries()) {
    const naming = new Set(listsOf(index));
    const expected = sources.flatMap(({ name }, source) => (naming.has(source) ? [`block by ${name}: ${text}`] : []));
    assert.deepEqual(rulesAbout(table, text), expected);
  }
});

/** As a table has them. */
function address(ipv4: string): Uint8Array {
  return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...ipv4.split('.').map(Number));
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
    { source: 0, name: one, scope: EXACT, shape: BLOCK },
    { source: 1, name: other, scope: EXACT, shape: BLOCK },
  ];
  for (const ordered of [given, given.toReversed()]) {
    const both = new BlockTable(build(ordered), true);
    assert.deepEqual(
      [one, other].map((name) => rulesAbout(both, name)),
      [[`block by ads: ${one}`], [`block by trackers: ${other}`]],
    );
  }
  const alone = new BlockTable(build(given.slice(1)));
  assert.deepEqual(
    [one, other].map((name) => rulesAbout(alone, name).length),
    [0, 1],
  );
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
  builder.add(0, name, name.length, EXACT, BLOCK);
  assert.deepEqual(builder.finish(), builder.finish());
  builder.add(1, nameFromText('example.com')!, 13, EXACT, BLOCK);
  assert.equal(new BlockTable(builder.finish(), true).entryCount, 2);
});

test('a table written piece by piece is the same one, larger than a piece or not', () => {
  for (const count of [0, 3, 100_000]) {
    const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'pieces', sources: SOURCES });
    for (let index = 0; index < count; index++) {
      const name = nameFromText(`n${index}.example`)!;
      builder.add(index % 4, name, name.length, EXACT, BLOCK);
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
    for (const name of given) builder.add(0, name, name.length, EXACT, BLOCK);
    return new Uint8Array(builder.finish());
  });
  assert.deepEqual(octets[1], octets[0]);
  assert.deepEqual(octets[2], octets[0]);
});

test('octets that are no name, and the root, are not added', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (octets: Uint8Array, length = octets.length) => builder.add(0, octets, length, SUBTREE, BLOCK);
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
  assert.throws(() => builder.add(4, nameFromText('example.org')!, 13, EXACT, BLOCK), RangeError);
});

/** A small list compiled with a fixed key: any change of the layout or of the hash shows here. UPDATE_GOLDEN=1 rewrites it. */
test('the compiled form of a small list is the one on record', () => {
  const golden = new URL('../../../test/golden/block-table.txt', import.meta.url);
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: 'content', sources: SOURCES });
  const add = (source: number, text: string, scope: Scope, shape: RuleShape): void => {
    const name = nameFromText(text)!;
    builder.add(source, name, name.length, scope, shape);
  };
  add(0, 'ads.example.org', EXACT, BLOCK);
  add(0, 'banner.example.com', EXACT, BLOCK);
  add(1, 'ads.example.org', SUBTREE, BLOCK);
  add(1, 'metrics.example.net', SUBTREE, BLOCK);
  add(1, 'good.metrics.example.net', EXACT, ALLOW);
  add(1, 'odd\\.label\\007.example.org', EXACT, BLOCK);
  add(2, 'shop.example', BELOW, ALLOW);
  add(3, 'example', SUBTREE, IMPORTANT_BLOCK);
  add(3, 'www.example', EXACT, ALLOW);
  add(3, 'ads.example.org', EXACT, ALLOW);
  add(0, 'typed.example.net', SUBTREE, { class: 3, condition: { types: { except: true, numbers: [28] } } });
  add(3, 'search.example', EXACT, { class: 3, response: { kind: 'alias', target: 'safe.search.example' } });
  builder.addPattern(1, { kind: 'regex', text: '^ads[0-9]', shape: BLOCK, line: 7 });
  builder.addPattern(3, { kind: 'glob', text: 'good*.example', shape: ALLOW, line: 2 });
  builder.addAddress(0, { firstHex: 'c6336400', lastHex: 'c63364ff', shape: BLOCK, line: 8 });
  builder.addAddress(1, { firstHex: 'c6336410', lastHex: 'c6336410', shape: BLOCK, line: 1 });
  builder.addAddress(2, { firstHex: 'c6336400', lastHex: 'c6336410', shape: ALLOW, line: 1 });
  const text = blockTableText(builder.finish());
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
});
