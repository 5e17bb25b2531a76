import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BLOCK, listSource } from '../../../test/fixtures/policy.ts';
import { RuleItems } from './rule-items.ts';
import { type RuleSource, SCOPE, TIER } from './rule-model.ts';
import { RuleSets, SET_IS_FULL } from './rule-sets.ts';

const SOURCES = Array.from({ length: 100 }, (_, index) => listSource(`list${index}`));

/** The set with the rules of sources from `first` to `last`. */
function setOf(sets: RuleSets, items: RuleItems, first: number, last: number): number {
  let set = 0;
  for (let source = first; source <= last; source++) {
    set = sets.with(set, items.itemOf(source, SCOPE.EXACT, BLOCK));
    if (set === SET_IS_FULL) return set;
  }
  return set;
}

test('where no room is left for another set those that are there are still found, and dropping some makes room', () => {
  const items = new RuleItems(SOURCES);
  const sets = new RuleSets(items, 100);
  const ten = setOf(sets, items, 0, 9);
  const other = setOf(sets, items, 20, 24);
  assert.equal(setOf(sets, items, 40, 49), SET_IS_FULL);
  assert.equal(setOf(sets, items, 0, 9), ten);
  const members = [ten, other].map((set) => [...sets.members(set)]);

  const used = new Uint32Array(sets.count);
  used[ten] = 1;
  used[other] = 1;
  sets.keepOnly(used);
  assert.equal(sets.count, 3, 'the empty set and two others');
  assert.equal(sets.all.length, 15);
  assert.deepEqual(
    [ten, other].map((set) => [...sets.members(used[set]!)]),
    members,
  );
  assert.equal(setOf(sets, items, 20, 24), used[other]);
  assert.notEqual(setOf(sets, items, 40, 49), SET_IS_FULL);
});

test('it is time to drop sets when they have more than four million members, and no more when they are gone', () => {
  const items = new RuleItems(SOURCES);
  const sets = new RuleSets(items);
  const all = setOf(sets, items, 0, 99);
  const conditional = (number: number) =>
    items.itemOf(number % 100, SCOPE.EXACT, { ...BLOCK, condition: { types: { except: false, numbers: [number] } } });
  let count = 0;
  for (; !sets.isCrowded && count < 50_000; count++) sets.with(all, conditional(count));
  assert.ok(sets.isCrowded && sets.all.length > 4_000_000);
  const used = new Uint32Array(sets.count);
  used[all] = 1;
  sets.keepOnly(used);
  assert.equal(sets.isCrowded, false);
  assert.equal(sets.all.length, 100);
});

test('the more room is taken by sets in use, the sooner those that are not are dropped, and before none is left', () => {
  const items = new RuleItems(SOURCES);
  const sets = new RuleSets(items, 400);
  const used = (...kept: readonly number[]) => {
    const marks = new Uint32Array(sets.count);
    for (const set of kept) marks[set] = 1;
    return marks;
  };
  // Of 50 sources in a row, on the way to which 1 + 2 + … are made.
  let first = 0;
  let inUse: number[] = [];
  while (first < 80) {
    const next = sets.with(setOf(sets, items, first, first + 3), items.itemOf(first + 4, SCOPE.EXACT, BLOCK));
    assert.notEqual(next, SET_IS_FULL, `${inUse.length} sets of five in use`);
    inUse.push(next);
    first += 2;
    if (!sets.isCrowded) continue;
    const marks = used(...inUse);
    sets.keepOnly(marks);
    inUse = inUse.map((set) => marks[set]!);
  }
  assert.equal(new Set(inUse).size, 40);
});

test('what conditions about one name may cost is bounded for each list, and not for the operator', () => {
  const own: RuleSource = { name: 'rules', kind: 'rules', tier: TIER.OWN_RULES };
  const items = new RuleItems([...SOURCES, own]);
  const sets = new RuleSets(items);
  const itemOf = (source: number, mark: number) => {
    const denyAllow = Array.from({ length: 190 }, (_, index) => `n${index}.x${mark}`);
    return items.itemOf(source, SCOPE.SUBTREE, { ...BLOCK, condition: { denyAllow } });
  };
  const taken = (source: number) => {
    let set = sets.with(0, items.itemOf(source, SCOPE.SUBTREE, BLOCK));
    let count = 0;
    for (let mark = 0; mark < 10; mark++) {
      const next = sets.with(set, itemOf(source, mark));
      if (next === SET_IS_FULL) continue;
      set = next;
      count++;
    }
    assert.notEqual(sets.with(set, items.itemOf(source, SCOPE.EXACT, BLOCK)), SET_IS_FULL, 'one without a condition');
    return count;
  };
  assert.deepEqual([taken(0), taken(1), taken(100)], [3, 3, 10]);
  const several = sets.with(sets.with(0, itemOf(0, 1)), itemOf(0, 2));
  assert.notEqual(sets.with(several, itemOf(1, 3)), SET_IS_FULL);
});
