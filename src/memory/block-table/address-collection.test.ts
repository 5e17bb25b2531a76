import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BLOCK, listSource } from '../../../test/fixtures/policy.ts';
import { rulesAboutAddress } from '../../../test/fixtures/rules-about.ts';
import { BlockTable } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';
import { AddressCollection } from './address-collection.ts';
import { RuleItems } from './rule-items.ts';
import { type RuleShape, SCOPE } from './rule-model.ts';
import { RuleSets } from './rule-sets.ts';

const HASH_KEY = Uint8Array.from({ length: 16 }, (_, index) => 3 * index);
const SOURCES = Array.from({ length: 16 }, (_, index) => listSource(`list${index}`));

function hex(number: number): string {
  return (0x0a00_0000 + number).toString(16).padStart(8, '0');
}

/** 10.0.0.0 and the addresses behind it, by number. */
function address(number: number): Uint8Array {
  const octets = new Uint8Array(16);
  octets.set([0xff, 0xff, 10, number >>> 16, (number >>> 8) & 0xff, number & 0xff], 10);
  return octets;
}

function shapeFor(client: number): RuleShape {
  return { ...BLOCK, condition: { clients: { only: [`c${client}`], except: [] } } };
}

test('a list of ranges that overlap, each with a condition of its own, makes a table of no more than the sixteen-fold', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  let listBytes = 0;
  for (let first = 0; first < 8000; first++) {
    const rule = { firstHex: hex(first), lastHex: hex(first + 63), shape: shapeFor(first), line: 1 };
    assert.ok(builder.addAddress(0, rule));
    listBytes += `||10.0.0.0-10.0.0.63^$client=c${first}\n`.length;
  }
  const buffer = builder.finish();
  assert.ok(buffer.byteLength <= 16 * listBytes, `${buffer.byteLength} octets from ${listBytes}`);
});

test('of one source sixteen rules cover an address, and those of the others stand beside them', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  for (let client = 0; client < 100; client++)
    builder.addAddress(0, { firstHex: hex(client), lastHex: hex(1000 - client), shape: shapeFor(client), line: 1 });
  for (let source = 1; source < SOURCES.length; source++)
    builder.addAddress(source, { firstHex: hex(500), lastHex: hex(500), shape: BLOCK, line: 1 });
  const table = new BlockTable(builder.finish(), true);
  assert.equal(rulesAboutAddress(table, address(3)).length, 4);
  const rules = rulesAboutAddress(table, address(500));
  assert.deepEqual(
    rules.slice(16),
    SOURCES.slice(1).map(({ name }) => `block by ${name}`),
  );
  assert.equal(rulesAboutAddress(table, address(1000)).length, 1);
  assert.equal(rulesAboutAddress(table, address(1001)).length, 0);
});

test('a rule for which there is no room at some addresses holds at the others, and is counted', () => {
  const items = new RuleItems(SOURCES);
  const sets = new RuleSets(items);
  const collection = new AddressCollection(items);
  const add = (first: number, last: number, client: number) => {
    const range = { firstHex: hex(first), lastHex: hex(last), shape: shapeFor(client), line: client + 1 };
    assert.ok(collection.add(range, items.itemOf(0, SCOPE.EXACT, range.shape)));
  };
  for (let client = 0; client < 16; client++) add(0, 10 + client, client);
  for (const [client, last] of [
    [16, 5],
    [17, 100],
    [18, 100],
  ] as const)
    add(0, last, client);
  const section = collection.layOut(sets);
  const clientsAt = (number: number): (string | undefined)[] => {
    let set = 0;
    for (let at = 0; at < section.length && section[at + 3]! <= 0x0a00_0000 + number; at += 5) set = section[at + 4]!;
    return [...sets.members(set)].map((item) => items.conditions[items.condition(item) - 1]?.clients?.only[0]);
  };
  assert.equal(clientsAt(10).length, 16);
  assert.ok(!clientsAt(10).includes('c17'));
  assert.ok(clientsAt(11).includes('c17') && !clientsAt(11).includes('c18'));
  assert.deepEqual(clientsAt(26), ['c17', 'c18']);
  const { rules, first: told } = collection.told(0, sets).leftOut;
  assert.deepEqual(
    [rules, told.map(({ line, lastHex }) => [line, lastHex.slice(-8)])],
    [
      3,
      [
        [17, hex(5)],
        [18, hex(100)],
        [19, hex(100)],
      ],
    ],
  );
  assert.deepEqual(collection.told(1, sets).leftOut, { rules: 0, first: [] });
});

test('at an address the conditions of a list may cost no more than at a name', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (source: number, count: number, mark: string) => {
    const only = Array.from({ length: count }, (_, index) => `${mark}${index}`);
    const shape = { ...BLOCK, condition: { clients: { only, except: [] } } };
    return builder.addAddress(source, { firstHex: hex(0), lastHex: hex(9), shape, line: 1 });
  };
  assert.deepEqual([add(0, 600, 'a'), add(0, 500, 'b'), add(0, 500, 'c'), add(1, 500, 'd')], [false, true, true, true]);
  assert.deepEqual(
    SOURCES.map((_, source) => builder.toldAddresses(source).leftOut.rules).filter((count) => count > 0),
    [1],
  );
  const table = new BlockTable(builder.finish(), true);
  assert.equal(rulesAboutAddress(table, address(3)).length, 2);
});

test('a rule waits behind none that needs more room than has come free', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (last: number, clients: number, mark: string) => {
    const only = Array.from({ length: clients }, (_, index) => `${mark}${index}`);
    const shape = clients === 0 ? BLOCK : { ...BLOCK, condition: { clients: { only, except: [] } } };
    assert.ok(builder.addAddress(0, { firstHex: hex(0), lastHex: hex(last), shape, line: 1 }));
  };
  add(100, 400, 'long');
  for (let short = 0; short < 15; short++) add(10 + short, 1, `short${short}`);
  add(100, 300, 'waits');
  add(100, 3, 'small');
  add(100, 0, 'plain');
  const table = new BlockTable(builder.finish(), true);
  const clientsAt = (number: number) =>
    rulesAboutAddress(table, address(number)).map((rule) => /long|waits|small/.exec(rule)?.[0] ?? rule);
  assert.deepEqual(clientsAt(60).sort(), ['block by list0', 'long', 'small']);
});

test('where there is no room for the sets of addresses, the rules without a place are counted', () => {
  const items = new RuleItems(SOURCES);
  const sets = new RuleSets(items, 3);
  const collection = new AddressCollection(items);
  for (let client = 0; client < 3; client++) {
    const shape = shapeFor(client);
    collection.add(
      { firstHex: hex(client), lastHex: hex(9), shape, line: 1 },
      items.itemOf(client, SCOPE.EXACT, shape),
    );
  }
  collection.layOut(sets);
  assert.deepEqual(
    [0, 1, 2, 3].map((source) => collection.told(source, sets).leftOut.rules),
    [1, 1, 1, 0],
  );
});

test('what a source says again about the same addresses is told with its line, and nothing else is', () => {
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
  const add = (source: number, line: number, first: number, last: number, shape = BLOCK) =>
    builder.addAddress(source, { firstHex: hex(first), lastHex: hex(last), shape, line });
  for (let line = 20; line > 0; line--) add(0, line, 7 * (line % 8), 7 * (line % 8) + 3);
  add(0, 21, 0, 2);
  add(0, 22, 1, 3);
  add(0, 23, 0, 3, shapeFor(1));
  add(1, 24, 0, 3);
  const told = SOURCES.map((_, source) => builder.toldAddresses(source).repeated);
  assert.deepEqual(
    told.map(({ rules }) => rules).filter((count) => count > 0),
    [12],
  );
  assert.deepEqual(
    told[0]!.first.map(({ line, firstHex }) => [line, firstHex.slice(-8)]),
    [1, 2, 3, 4, 5].map((line) => [line, hex(7 * line)]),
  );
});

test('a list has so many rules about addresses at the most, and leaves room for the others', () => {
  const items = new RuleItems(SOURCES);
  const collection = new AddressCollection(items, 100);
  const add = (source: number, number: number) =>
    collection.add(
      { firstHex: hex(number), lastHex: hex(number), shape: BLOCK, line: 1 },
      items.itemOf(source, SCOPE.EXACT, BLOCK),
    );
  const taken = Array.from({ length: 200 }, (_, number) => add(0, number)).filter(Boolean);
  assert.equal(taken.length, 100);
  assert.ok(add(1, 0));
});

test('ranges are cut right wherever they lie, to the last address there is', () => {
  const bases = [0n, (1n << 32n) - 20n, (1n << 64n) - 20n, (0xffffn << 32n) + 0xffff_fff0n, (1n << 128n) - 40n];
  const hexOf = (value: bigint) => value.toString(16).padStart(32, '0');
  const ranges = fc.array(fc.record({ source: fc.nat(15), first: fc.nat(30), length: fc.nat(20) }), { maxLength: 9 });
  fc.assert(
    fc.property(fc.constantFrom(...bases), ranges, (base, given) => {
      const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
      const isCovered = ({ first, length }: { first: number; length: number }, number: number) =>
        first <= number && number <= Math.min(first + length, 39);
      for (const { source, first, length } of given) {
        const last = base + BigInt(Math.min(first + length, 39));
        const range = { firstHex: hexOf(base + BigInt(first)), lastHex: hexOf(last), shape: BLOCK, line: 1 };
        assert.ok(builder.addAddress(source, range));
      }
      const table = new BlockTable(builder.finish(), true);
      for (let number = 0; number < 40; number++) {
        const sources = new Set(given.filter((range) => isCovered(range, number)).map(({ source }) => source));
        const expected = [...sources].sort((a, b) => a - b).map((source) => `block by list${source}`);
        const octets = Uint8Array.from(Buffer.from(hexOf(base + BigInt(number)), 'hex'));
        assert.deepEqual(rulesAboutAddress(table, octets), expected);
      }
    }),
    { seed: 815, numRuns: 300 },
  );
});

test('a table tells of any address the rules whose ranges it lies in', () => {
  const ranges = fc.array(
    fc.record({ source: fc.nat(3), first: fc.nat(30), length: fc.nat(20), client: fc.nat(2), times: fc.nat(2) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(ranges, (given) => {
      const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources: SOURCES });
      for (const { source, first, length, client, times } of given)
        for (let time = 0; time <= times; time++)
          builder.addAddress(source, {
            ...{ firstHex: hex(first), lastHex: hex(first + length) },
            ...{ shape: shapeFor(client), line: 1 },
          });
      const table = new BlockTable(builder.finish(), true);
      for (let number = 0; number < 52; number++) {
        const covering = given.filter(({ first, length }) => first <= number && number <= first + length);
        const expected = new Set(
          covering.map(
            ({ source, client }) => `block by list${source} if ${JSON.stringify(shapeFor(client).condition)}`,
          ),
        );
        assert.deepEqual(rulesAboutAddress(table, address(number)).sort(), [...expected].sort());
      }
    }),
    { seed: 815, numRuns: 150 },
  );
});
