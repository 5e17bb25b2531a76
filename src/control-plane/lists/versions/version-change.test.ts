import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonToHoldBack, type VersionChange } from './version-change.ts';

const LIMITS = { blocksMorePercent: 5, smallerPercent: 50 };
const SAME: VersionChange = {
  rulesBefore: 1000,
  rulesAfter: 1000,
  added: 0,
  removed: 0,
  forAnybodyBefore: 1000,
  forAnybodyAfter: 1000,
  leadingBefore: 0,
  leadingAfter: 0,
  newLeading: 0,
  answered: 200,
  newlyBlocked: 0,
};

const cases: [string, Partial<VersionChange>, RegExp | undefined][] = [
  ['nothing changes', {}, undefined],
  ['it blocks a little more', { newlyBlocked: 9 }, undefined],
  ['it blocks 5 % more', { newlyBlocked: 10 }, /^would block 10 of the 200 names answered in the last hour \(5\.0 %\)/],
  ['it blocks most, of few names', { answered: 6, newlyBlocked: 4 }, undefined],
  ['it blocks five of few names', { answered: 6, newlyBlocked: 5 }, /5 of the 6 names/],
  ['it lost a little less than half', { rulesAfter: 501, forAnybodyAfter: 501 }, undefined],
  ['it lost half', { rulesAfter: 500, forAnybodyAfter: 500 }, /^has 500 rules where it had 1,000 \(50\.0 % less\)/],
  ['it lost everything', { rulesAfter: 0, forAnybodyAfter: 0 }, /^has 0 rules where/],
  ['one rule is left', { rulesAfter: 1, forAnybodyAfter: 1 }, /^has 1 rule where it had 1,000 \(99\.9 % less\)/],
  [
    'as many rules are for single clients now',
    { added: 600, removed: 600, forAnybodyAfter: 400 },
    /^has 400 rules for anybody where it had 1,000 \(60\.0 % less\)/,
  ],
  ['a tiny list halves', { rulesBefore: 9, rulesAfter: 1, forAnybodyBefore: 9, forAnybodyAfter: 1 }, undefined],
  [
    'it is ten times as long, and nobody asks for any of it',
    { rulesAfter: 10_000, added: 9_000, forAnybodyAfter: 10_000 },
    undefined,
  ],
  [
    'it leads elsewhere for the first time',
    { leadingAfter: 1, newLeading: 1 },
    /^leads to addresses or other names of its own choice by 1 new rule, as it never did before/,
  ],
  ['it leads elsewhere as it did', { leadingBefore: 30, leadingAfter: 34, newLeading: 4 }, undefined],
  [
    'half of what leads elsewhere is new',
    { leadingBefore: 30, leadingAfter: 30, newLeading: 15 },
    /by 15 new rules, of 30 such rules/,
  ],
  ['a few rules lead elsewhere, and a few more', { leadingBefore: 1, leadingAfter: 5, newLeading: 4 }, undefined],
  ['nothing was answered', { answered: 0 }, undefined],
];
for (const [what, change, reason] of cases) {
  test(`a version is ${reason === undefined ? 'taken' : 'held back'} where ${what}`, () => {
    const said = reasonToHoldBack({ ...SAME, ...change }, LIMITS, 'block');
    if (reason === undefined) assert.equal(said, undefined);
    else assert.match(said ?? '', reason);
  });
}

test('of an allow list it is said what it no longer allows', () => {
  const said = reasonToHoldBack({ ...SAME, newlyBlocked: 100 }, LIMITS, 'allow');
  assert.match(said ?? '', /^would no longer allow 100 of the 200 names answered in the last hour \(50\.0 %\)/);
});

test('other limits are kept', () => {
  const change = { ...SAME, newlyBlocked: 30, rulesAfter: 300, forAnybodyAfter: 300 };
  assert.match(
    reasonToHoldBack(change, { blocksMorePercent: 15, smallerPercent: 100 }, 'block') ?? '',
    /30 of the 200/,
  );
  assert.equal(reasonToHoldBack(change, { blocksMorePercent: 16, smallerPercent: 71 }, 'block'), undefined);
});
