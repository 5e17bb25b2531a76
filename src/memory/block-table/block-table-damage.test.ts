import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddress } from '../../wire/ip-address.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { BLOCK, listSource, OWN_RULES } from '../../../test/fixtures/policy.ts';
import { NameHasher } from '../name-hash/name-hasher.ts';
import { BlockTable, BlockTableDamaged, TableMatch } from './block-table.ts';
import { BlockTableBuilder } from './block-table-builder.ts';
import { HEADER, HEADER_BYTES, ITEM_WORDS, PROBE_LIMIT, SLOT_WORDS } from './block-table-layout.ts';
import { SCOPE } from './rule-model.ts';

const HASH_KEY = new Uint8Array(16).fill(0x5a);
const NAMES = ['example.org', 'ads.example.org', 'a.b.ads.example.org', 'example.com', 'x.example.net'].map(
  (text) => nameFromText(text)!,
);

function smallTable(): Uint8Array<SharedArrayBuffer> {
  const builder = new BlockTableBuilder({
    hashKey: HASH_KEY,
    contentId: 'c',
    sources: [listSource('list'), OWN_RULES],
  });
  NAMES.forEach((name, index) => {
    builder.add(index % 2, name, name.length, index % 3 === 0 ? SCOPE.EXACT : SCOPE.SUBTREE, BLOCK);
  });
  builder.addPattern(0, { kind: 'glob', text: 'ads*', shape: BLOCK, line: 1 });
  builder.addAddress(0, { firstHex: 'c0000200', lastHex: 'c00002ff', shape: BLOCK, line: 2 });
  builder.addAddress(1, { firstHex: 'c0000210', lastHex: 'c0000220', shape: BLOCK, line: 3 });
  return new Uint8Array(builder.finish());
}

function shared(octets: Uint8Array): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(octets.length);
  new Uint8Array(buffer).set(octets);
  return buffer;
}

const hasher = new NameHasher(HASH_KEY);
const match = new TableMatch();

const ADDRESSES = ['0.0.0.0', '192.0.2.0', '192.0.2.24', '192.0.2.255', '192.0.3.0', '::', 'ffff::'].map((text) => {
  const address = new Uint8Array(16);
  parseAddress(text, address);
  return address;
});

/** Asks for every name and address; whatever the table says must be rules that it has and a suffix that the name has. */
function askAll(table: BlockTable): void {
  for (const name of NAMES) {
    hasher.hash(name, name.length);
    table.find(name, name.length, hasher, match);
    assert.ok(match.count <= hasher.labelCount);
    for (let found = 0; found < match.count; found++) {
      assert.ok(match.suffix[found]! < hasher.labelCount);
      checkItems(table, match.set[found]!);
    }
  }
  for (const address of ADDRESSES) checkItems(table, table.addressSet(address));
}

function checkItems(table: BlockTable, set: number): void {
  for (let at = table.itemsStart(set); at < table.itemsEnd(set); at += ITEM_WORDS) {
    assert.ok(at >= 0 && at + ITEM_WORDS <= table.items.length);
  }
}

test('verified, a table with any one octet changed is refused', () => {
  const octets = smallTable();
  new BlockTable(octets.buffer, true);
  for (let offset = 0; offset < octets.length; offset++) {
    for (const change of [0x01, 0x80, 0xff]) {
      octets[offset]! ^= change;
      assert.throws(() => new BlockTable(octets.buffer, true), BlockTableDamaged, `octet ${offset}`);
      octets[offset]! ^= change;
    }
  }
});

test('a table cut short or prolonged is refused, verified or not', () => {
  const octets = smallTable();
  for (let length = 0; length < octets.length; length++) {
    assert.throws(() => new BlockTable(shared(octets.slice(0, length))), BlockTableDamaged, `${length} octets`);
  }
  for (const more of [1, 8, 4096]) {
    const longer = new Uint8Array(octets.length + more);
    longer.set(octets);
    assert.throws(() => new BlockTable(shared(longer)), BlockTableDamaged);
  }
});

test('other files are refused with a reason', () => {
  assert.throws(() => new BlockTable(shared(Buffer.alloc(1024))), {
    name: 'BlockTableDamaged',
    message: /not a block table/,
  });
  const octets = smallTable();
  const words = new Uint32Array(octets.buffer);
  words[HEADER.LAYOUT_VERSION]!++;
  assert.throws(() => new BlockTable(octets.buffer), { message: /another layout version/ });
});

test('unverified, a table with octets changed at random is refused or searched within its bounds', () => {
  const good = smallTable();
  const words = good.length / 4;
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(words - 1), fc.oneof(fc.nat(64), fc.nat(good.length), fc.integer())), {
        minLength: 1,
        maxLength: 12,
      }),
      (changes) => {
        const octets = good.slice();
        const view = new DataView(octets.buffer);
        for (const [word, value] of changes) view.setInt32(4 * word, value, true);
        const table = openIfPossible(shared(octets));
        if (table !== undefined) askAll(table);
      },
    ),
    { seed: 1234, numRuns: 3000 },
  );
});

test('unverified, a table whose slots and names are all noise is searched within its bounds', () => {
  const good = smallTable();
  const words = new Uint32Array(good.buffer);
  const contentEnd = HEADER_BYTES + 4 * words[HEADER.FILTER_WORDS]! + 8 * words[HEADER.SLOT_COUNT]!;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: contentEnd, maxLength: contentEnd }), (noise) => {
      const octets = good.slice();
      octets.set(noise.subarray(HEADER_BYTES), HEADER_BYTES);
      const table = openIfPossible(shared(octets));
      assert.ok(table !== undefined, 'slots are not read before they are asked for');
      askAll(table);
    }),
    { seed: 5678, numRuns: 500 },
  );
});

test('a search ends after the table-wide bound although every slot seems to fit', () => {
  const slotCount = 3 * PROBE_LIMIT;
  const good = smallTable();
  const goodWords = new Uint32Array(good.buffer);
  const slotsOffset = HEADER_BYTES + 4 * goodWords[HEADER.FILTER_WORDS]!;
  const goodSetsOffset = slotsOffset + 8 * goodWords[HEADER.SLOT_COUNT]!;
  const addedBytes = slotsOffset + 8 * slotCount - goodSetsOffset;
  const buffer = new SharedArrayBuffer(good.length + addedBytes);
  const octets = new Uint8Array(buffer);
  octets.set(good.subarray(0, slotsOffset));
  octets.set(good.subarray(goodSetsOffset), goodSetsOffset + addedBytes);
  const words = new Uint32Array(buffer);
  words[HEADER.BYTE_LENGTH] = octets.length;
  words[HEADER.HOME_SLOTS] = 1;
  words[HEADER.SLOT_COUNT] = slotCount;
  words[HEADER.PROBE_MAX] = PROBE_LIMIT + 1;
  assert.throws(() => new BlockTable(buffer), BlockTableDamaged);

  // The name's real entry stands just behind the bound, and slots of the same hash that lead nowhere in front of it.
  words[HEADER.PROBE_MAX] = PROBE_LIMIT;
  const name = NAMES[0]!;
  hasher.hash(name, name.length);
  const slots = words.subarray(slotsOffset / 4);
  const realEntry = entryOf(goodWords.subarray(slotsOffset / 4), hasher.fullHigh >>> 0) + addedBytes;
  for (let slot = 0; slot < slotCount; slot++) {
    slots[SLOT_WORDS * slot] = hasher.fullHigh;
    slots[SLOT_WORDS * slot + 1] = slot > PROBE_LIMIT ? realEntry : 1;
  }
  const table = new BlockTable(buffer);
  table.find(name, name.length, hasher, match);
  assert.equal(match.count, 0, 'behind the bound nothing is found');
  slots[SLOT_WORDS * PROBE_LIMIT + 1] = realEntry;
  table.find(name, name.length, hasher, match);
  assert.equal(match.count, 1, 'within the bound it is');
});

function openIfPossible(buffer: SharedArrayBuffer): BlockTable | undefined {
  try {
    return new BlockTable(buffer);
  } catch (error) {
    assert.ok(error instanceof BlockTableDamaged, String(error));
    return undefined;
  }
}

function entryOf(slots: Uint32Array, hash: number): number {
  for (let index = 0; index < slots.length; index += SLOT_WORDS) {
    if (slots[index] === hash) return slots[index + 1]!;
  }
  return assert.fail('no such entry');
}
