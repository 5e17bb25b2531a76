import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameFromText } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';
import { SPECIAL_USE, specialUseOf } from './special-use.ts';

const hasher = new NameHasher(new Uint8Array(16));

function useOf(text: string, type: number = TYPE.A) {
  const name = nameFromText(text)!;
  hasher.hash(name, name.length);
  return specialUseOf(name, name.length, type, hasher);
}

test('L01 L02 L06 L07 L10 special-use names and everything below them are answered here', () => {
  for (const name of ['localhost', 'a.b.localhost']) assert.equal(useOf(name), SPECIAL_USE.LOOPBACK, name);
  for (const name of ['resolver.arpa', '_dns.resolver.arpa']) assert.equal(useOf(name), SPECIAL_USE.NO_DATA, name);
  for (const name of [
    'invalid',
    'x.test',
    'printer.local',
    'x.onion',
    'x.alt',
    'db.internal',
    'home.arpa',
    'nas.home.arpa',
  ]) {
    assert.equal(useOf(name), SPECIAL_USE.NON_EXISTENT, name);
  }
});

test('names that only look like them are not', () => {
  for (const name of [
    '.',
    'arpa',
    'example.org',
    'notlocal',
    'local.example.org',
    'xhome.arpa',
    'test.org',
    'mylocalhost',
    'home\\.arpa',
  ]) {
    assert.equal(useOf(name), SPECIAL_USE.NONE, name);
  }
});

test('L06 the DS of home.arpa itself is asked for: its delegation is insecure, and validators must see that', () => {
  assert.equal(useOf('home.arpa', TYPE.DS), SPECIAL_USE.NONE);
  assert.equal(useOf('nas.home.arpa', TYPE.DS), SPECIAL_USE.NON_EXISTENT);
});
