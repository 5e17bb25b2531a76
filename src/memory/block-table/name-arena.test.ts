import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFromText } from '../../wire/name-text.ts';
import { BlockTableTooLarge, NameArena } from './name-arena.ts';

test('names survive the change from chunk to chunk', () => {
  const arena = new NameArena(2);
  const names = Array.from(
    { length: 60_000 },
    (_, index) => nameFromText(`name${index}.${'x'.repeat(index % 60)}y.example`)!,
  );
  const references = names.map((name) => arena.append(name, name.length));
  names.forEach((name, index) => {
    const reference = references[index]!;
    assert.notEqual(reference, 0);
    assert.equal(arena.compare(reference, name, name.length), 0);
  });
});

test('what stands in the table at a reference is the set and the name', () => {
  for (const setIndexBytes of [2, 4] as const) {
    const arena = new NameArena(setIndexBytes);
    const names = Array.from({ length: 60_000 }, (_, index) => nameFromText(`name${index}.example`)!);
    const references = names.map((name) => arena.append(name, name.length));
    for (const [index, reference] of references.entries()) arena.changeSet(reference, index);
    const table = Buffer.concat([...arena.pieces()]);
    assert.equal(table.length, arena.byteLength);
    names.forEach((name, index) => {
      const nameOffset = references[index]! + setIndexBytes;
      assert.equal(arena.set(references[index]!), index);
      assert.equal(table.readUIntLE(references[index]!, setIndexBytes), index);
      assert.deepEqual(new Uint8Array(table.subarray(nameOffset, nameOffset + name.length)), name);
    });
  }
});

test('an arena takes over the entries of another one with their sets', () => {
  const narrow = new NameArena(2);
  const wide = new NameArena(4);
  const name = nameFromText('one.two.example')!;
  const reference = narrow.append(name, name.length);
  narrow.changeSet(reference, 0xfffe);
  const adopted = wide.adopt(narrow, reference);
  assert.equal(wide.compare(adopted, name, name.length), 0);
  assert.equal(wide.set(adopted), 0xfffe);
});

test('names are compared in the order of their octets', () => {
  const arena = new NameArena(2);
  const first = nameFromText('a.example')!;
  const second = nameFromText('b.example')!;
  const reference = arena.append(first, first.length);
  assert.ok(arena.compare(reference, second, second.length) < 0);
  assert.ok(arena.compare(arena.append(second, second.length), first, first.length) > 0);
});

test('more names than offsets can reach are refused in words', () => {
  const arena = new NameArena(2, 2 << 20);
  const name = nameFromText('a-name-of-some-length.example.org')!;
  assert.throws(() => {
    for (let index = 0; index < 100_000; index++) arena.append(name, name.length);
  }, BlockTableTooLarge);
  assert.ok(arena.byteLength > 1_500_000);
});
