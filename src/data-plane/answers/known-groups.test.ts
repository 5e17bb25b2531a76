import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NOT_FILED, offsetOfFinding } from './filed-finding.ts';
import { forgetGroups, isCleanFor, type KnownGroups, noteCleanFor, noteFindingFor } from './known-groups.ts';
import { isUpstreamBlock } from '../../policy/upstream-block.ts';

const nothing = (): KnownGroups => ({ cleanGroups: 0, otherCleanGroup: 0, inspection: 0 });

describe('what is known of an answer by groups', () => {
  test('any of the first 32 groups is found clean beside the others, and one of the rest', () => {
    const known = nothing();
    for (const group of [0, 7, 31, 200]) assert.equal(noteCleanFor(known, group), true);
    for (let group = 0; group < 256; group++)
      assert.equal(isCleanFor(known, group), [0, 7, 31, 200].includes(group), `group ${group}`);
  });

  test('one group that may not have it is told where the reason stands, and no other is', () => {
    for (const [group, offset] of [
      [0, 12],
      [31, 65_535],
      [255, 40],
    ] as const) {
      const known = nothing();
      assert.equal(noteFindingFor(known, group, offset), true);
      assert.equal(isUpstreamBlock(known.inspection), false);
      for (let other = 0; other < 256; other++)
        assert.equal(offsetOfFinding(known.inspection, other), other === group ? offset : NOT_FILED);
      // As an entry of the cache gives it back.
      assert.equal(offsetOfFinding(known.inspection | 0, group), offset);
    }
    assert.equal(offsetOfFinding(0, 0), NOT_FILED);
  });

  test('who comes second finds no room, so that nothing is filed anew at each hit', () => {
    const known = nothing();
    noteCleanFor(known, 40);
    noteFindingFor(known, 1, 12);
    const before = { ...known };
    assert.deepEqual([noteCleanFor(known, 41), noteFindingFor(known, 2, 30)], [false, false]);
    assert.deepEqual(known, before);
  });

  test('with new rules all of it is forgotten, but not that an upstream blocks', () => {
    const known = nothing();
    noteCleanFor(known, 3);
    noteCleanFor(known, 40);
    noteFindingFor(known, 1, 12);
    forgetGroups(known);
    assert.deepEqual(known, nothing());
    const blocked = { ...nothing(), inspection: -2 };
    assert.equal(noteFindingFor(blocked, 1, 12), false);
    forgetGroups(blocked);
    assert.equal(blocked.inspection, -2);
  });
});
