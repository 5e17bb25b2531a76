import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { knownName } from '../../wire/name-text.ts';
import { CHECK_ZONE, createSightings, Sightings } from './sightings.ts';

const DOH = 3;
const token = fc.stringMatching(/^[0-9a-f]{16}$/);
const nameOf = (label: string) => knownName(`${label}.${CHECK_ZONE}`);

test('what one thread noted another finds, with its transport, for a minute', () => {
  fc.assert(
    fc.property(token, fc.nat(3), fc.nat(1e6), (label, transport, now) => {
      const buffer = createSightings();
      new Sightings(buffer).note(nameOf(label), transport, now);
      const reader = new Sightings(buffer);
      assert.equal(reader.find(label, now), transport);
      assert.equal(reader.find(label, now + 60), transport);
      assert.equal(reader.find(label, now + 61), -1);
    }),
    { seed: 11 },
  );
});

test('what nobody asked is not found, however many others were', () => {
  fc.assert(
    fc.property(fc.uniqueArray(token, { minLength: 2, maxLength: 600 }), ([missing, ...labels]) => {
      const sightings = new Sightings(createSightings());
      for (const label of labels) sightings.note(nameOf(label), DOH, 5);
      assert.equal(sightings.find(missing!, 5), -1);
      assert.equal(sightings.find(labels.at(-1)!, 5), DOH, 'the last one has its place');
    }),
    { seed: 12, numRuns: 30 },
  );
});

test('notes stand beside each other, and one that is like another in half its digits is not it', () => {
  const sightings = new Sightings(createSightings());
  const labels = Array.from({ length: 200 }, (_, index) =>
    (0xabc_def0_0000_0000n + BigInt(index)).toString(16).padStart(16, '0'),
  );
  for (const label of labels) sightings.note(nameOf(label), DOH, 5);
  for (const label of labels) {
    assert.equal(sightings.find(label, 5), DOH);
    assert.equal(sightings.find(`1${label.slice(1)}`, 5), -1);
    assert.equal(sightings.find(`${label.slice(0, 8)}1${label.slice(9)}`, 5), -1);
  }
});

test('thousands of questions by others within a check leave most notes where they are', () => {
  const sightings = new Sightings(createSightings());
  let state = 1;
  const drawn = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
  const labels = Array.from({ length: 200 }, () =>
    [drawn(), drawn()].map((half) => half.toString(16).padStart(8, '0')).join(''),
  );
  for (const label of labels) sightings.note(nameOf(label), DOH, 5);
  for (let i = 0; i < 3_000; i++)
    sightings.note(nameOf([drawn(), drawn()].map((half) => half.toString(16).padStart(8, '0')).join('')), DOH, 5);
  const kept = labels.filter((label) => sightings.find(label, 5) === DOH).length;
  assert.ok(kept > 140, `${kept} of 200`);
});

test('labels that are no tokens are neither noted nor found', () => {
  const sightings = new Sightings(createSightings());
  for (const label of ['x', '0123456789abcdeg', '0123456789abcde', '0123456789abcdef0', 'constructor'])
    sightings.note(nameOf(label), DOH, 5);
  for (const label of ['', 'x', '0123456789abcdeg', '0000000000000000', '__proto__'])
    assert.equal(sightings.find(label, 5), -1);
});
