import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameToText } from '../../wire/name-text.ts';
import { wire } from '../../../test/fixtures/local-names.ts';
import { EndedNames } from './ended-names.ts';

function textsOf(names: EndedNames): string[] {
  return [...names.all].map((name) => nameToText(name));
}

test('names that have ended stay known, the newest 1,000 of them, and those in force all', () => {
  const names = new EndedNames();
  const owners = Array.from({ length: 3_000 }, (_, index) => wire(`device${index}`));
  names.note(owners);
  assert.equal(textsOf(names).length, 3_000);
  // The same name twice, as of two families.
  names.note([...owners.slice(0, 1), ...owners.slice(0, 1)]);
  const known = textsOf(names);
  assert.equal(known.length, 1_001);
  assert.ok(known.includes('device0') && known.includes('device2999') && !known.includes('device1999'));
  names.note([]);
  assert.equal(textsOf(names).length, 1_000);
  assert.ok(textsOf(names).includes('device0'));
});
