import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noRules, testGroup } from '../../../test/fixtures/policy.ts';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { PART_BYTES_OF_LIST_MAX } from '../../memory/block-table/numbered-parts.ts';
import { TIER } from '../../memory/block-table/rule-model.ts';
import { PolicyTables } from '../../policy/policy-tables.ts';
import { OfferedPatterns } from '../rules/offered-patterns.ts';
import { PATTERN_BOUNDS } from '../rules/pattern-budget.ts';
import { ListReader } from './list-reader.ts';
import { tableSink } from './table-sink.ts';

const HASH_KEY = new Uint8Array(16).fill(3);

/** A list of a stranger, and one of somebody else behind it. */
function tableOf(hostile: readonly string[]) {
  const sources = ['hostile', 'other'].map((name) => ({ name, kind: 'list', tier: TIER.LISTS }) as const);
  const builder = new BlockTableBuilder({ hashKey: HASH_KEY, contentId: '', sources });
  const patterns = new OfferedPatterns();
  const other = ['/^ads[0-9]+x/', '||kids*x.example^$client=192.0.2.1', '||n.example^$client=192.0.2.7'];
  const sinks = [hostile, other].map((lines, index) => {
    const sink = tableSink(builder, index, patterns);
    const reader = new ListReader({ format: 'adblock', subdomains: false, action: 'block' }, sink);
    reader.push(Buffer.from(`${lines.join('\n')}\n`));
    reader.finish();
    return sink;
  });
  patterns.settle();
  const { table } = new PolicyTables(builder.finish(), noRules(HASH_KEY), [testGroup()]).lists;
  return { table, leftOut: sinks[0]!.leftOut.rules, patternsLeftOut: patterns.leftOutOf(0) };
}

function lines(count: number, lineAt: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => lineAt(index));
}

describe('whatever the patterns of a list, a name costs a bounded number of runs, and those of other lists hold', () => {
  const rows: readonly (readonly [string, readonly string[]])[] = [
    ['expressions with more states than there is memory', lines(30, (index) => `/a[ab]{240}x|([ab]?){370}y${index}/`)],
    ['globs that match everything, each for one client', lines(3000, (index) => `*$client=c${index}`)],
    ['more globs than fit', lines(3000, (index) => `ad${index}s*x`)],
  ];
  for (const [title, hostile] of rows) {
    test(title, () => {
      const { table, patternsLeftOut } = tableOf(hostile);
      const forAllNames = table.patterns.filter(({ made }) => made !== undefined && made.literals === undefined);
      assert.ok(table.patterns.length <= PATTERN_BOUNDS.patterns);
      assert.ok(forAllNames.length <= PATTERN_BOUNDS.forAllNames);
      assert.equal(table.patterns.filter(({ source }) => source === 1).length, 2);
      const taken = table.patterns.filter(({ source }) => source === 0).length;
      const leftOut = patternsLeftOut.reduce((sum, { lines: count }) => sum + count, 0);
      assert.equal(taken + leftOut, hostile.length, 'what is not in the table is in the report');
      assert.equal(patternsLeftOut[0]!.first[0]!.lineNumber, taken + 1);
    });
  }
});

test('the conditions of a list take so many octets at the most, and those of other lists find their place', () => {
  const names = Array.from({ length: 300 }, (_, index) => `name${index}.example`).join('|');
  const hostile = lines(400, (index) => `||n${index}.example^$denyallow=${names}|z${index}.example`);
  const { table, leftOut } = tableOf(hostile);
  const bytes = JSON.stringify(table.conditions).length;
  assert.ok(bytes < 1.5 * PART_BYTES_OF_LIST_MAX, `${bytes} octets`);
  assert.ok(leftOut > 0);
  assert.ok(table.conditions.some((condition) => condition?.clients?.only.includes('192.0.2.7')));
});
