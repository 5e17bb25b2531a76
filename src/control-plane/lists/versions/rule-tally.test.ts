import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RuleTally, VERSION, type Version } from './rule-tally.ts';

test('counts different rules of each version and those of both, in whatever order and number they come', () => {
  const halves = fc.constantFrom(0, 1, -1, 0x7fff_ffff, -0x8000_0000, 5);
  const rule = fc.tuple(halves, halves, fc.constantFrom<Version>(VERSION.BEFORE, VERSION.AFTER));
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 200 }), (rules) => {
      const tally = new RuleTally(0);
      const seen = { [VERSION.BEFORE]: new Set<string>(), [VERSION.AFTER]: new Set<string>() };
      for (const [high, low, version] of rules) {
        tally.count(high, low, version);
        seen[version].add(`${high >>> 0} ${low >>> 0}`);
      }
      const both = [...seen[VERSION.BEFORE]].filter((key) => seen[VERSION.AFTER].has(key)).length;
      assert.deepEqual(
        [tally.before, tally.after, tally.both],
        [seen[VERSION.BEFORE].size, seen[VERSION.AFTER].size, both],
      );
    }),
    { seed: 4711, numRuns: 300 },
  );
});

test('grows as far as it is needed', () => {
  const tally = new RuleTally(0);
  const rules = 100_000;
  for (let rule = 0; rule < rules; rule++) tally.count(Math.imul(rule, 0x9e37_79b1), rule, VERSION.BEFORE);
  for (let rule = rules / 2; rule < 2 * rules; rule++) tally.count(Math.imul(rule, 0x9e37_79b1), rule, VERSION.AFTER);
  assert.deepEqual([tally.before, tally.after, tally.both], [rules, 1.5 * rules, rules / 2]);
});

test('hashes at the very end of their range find a place', () => {
  const tally = new RuleTally(0);
  for (let low = 0; low < 700; low++) tally.count(-1, low, VERSION.BEFORE);
  assert.equal(tally.before, 700);
});
