import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFromText } from '../../wire/name-text.ts';
import { BlockTableTooLarge, NameArena } from './name-arena.ts';

test('names survive the change from chunk to chunk', () => {
  const arena = new NameArena();
  const names = Array.from(
    { length: 60_000 },
    (_, index) => nameFromText(`name${index}.${'x'.repeat(index % 60)}y.example`)!,
  );
  const references = names.map((name) => arena.append(name, name.length));
  const copy = new Uint8Array(255);
  names.forEach((name, index) => {
    const reference = references[index]!;
    assert.notEqual(reference, 0);
    assert.equal(arena.compare(reference, name, name.length), 0);
    assert.equal(arena.copyName(reference, copy, 0), name.length);
    assert.deepEqual(copy.subarray(0, name.length), name);
  });
  assert.equal(
    arena.nameBytes,
    names.reduce((sum, name) => sum + name.length, 0),
  );
});

test('names are compared in the order of their octets', () => {
  const arena = new NameArena();
  const first = nameFromText('a.example')!;
  const second = nameFromText('b.example')!;
  const reference = arena.append(first, first.length);
  assert.ok(arena.compare(reference, second, second.length) < 0);
  assert.ok(arena.compare(arena.append(second, second.length), first, first.length) > 0);
});

test('more names than offsets can reach are refused in words', () => {
  const arena = new NameArena(2 << 20);
  const name = nameFromText('a-name-of-some-length.example.org')!;
  assert.throws(() => {
    for (let index = 0; index < 100_000; index++) arena.append(name, name.length);
  }, BlockTableTooLarge);
  assert.ok(arena.nameBytes > 1_500_000);
});
