// Hostile patterns: kept seeds (patterns/*, a pattern a line), and mutations of them made on each run from a fixed seed.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { measurePattern, type PatternKind } from '../../src/policy/patterns/pattern-fault.ts';
import { INSTRUCTIONS_MAX } from '../../src/policy/patterns/pattern-program.ts';
import { PatternSet } from '../../src/policy/patterns/pattern-set.ts';
import { nameFromText } from '../../src/wire/name-text.ts';

const SEED = 20_261_122;
const files = globSync(join(import.meta.dirname, 'patterns', '*'));
const KINDS: readonly PatternKind[] = ['regex', 'glob'];
const NAMES = [
  'ads.example.com',
  `${'a'.repeat(63)}.${'a'.repeat(63)}.${'a'.repeat(63)}.${'a'.repeat(61)}`,
  'tracker12.com',
  'x\\000\\.\\255.y',
].map((text) => nameFromText(text)!);

/** Whatever it is, it is refused with a reason, or it is small and says the same of a name twice, alone and among others. */
function check(text: string): void {
  for (const kind of KINDS) {
    const size = measurePattern(kind, text);
    if (typeof size === 'string') assert.match(size, /\S/);
    else assert.ok(size > 0 && size <= INSTRUCTIONS_MAX);
    const alone = new PatternSet([{ kind, text, rank: 15 }]);
    const among = new PatternSet([
      { kind: 'regex', text: 'ads', rank: 15 },
      { kind, text, rank: 3 },
    ]);
    for (const name of NAMES) {
      const isMatch = alone.match(name, name.length) === 1;
      assert.ok(!isMatch || typeof size === 'number', 'what is refused matches nothing');
      assert.equal(alone.match(name, name.length) === 1, isMatch);
      assert.equal([...among.found.subarray(0, among.match(name, name.length))].includes(1), isMatch);
    }
  }
}

function linesOf(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n');
}

describe('kept fuzz seeds of patterns', () => {
  assert.ok(files.length > 0);
  for (const file of files) {
    test(`each line of ${basename(file)} is used or refused with a reason`, () => linesOf(file).forEach(check));
  }
});

test('mutations of the seeds are used or refused with a reason', () => {
  const piece = fc.constantFrom(
    '(',
    ')',
    '[',
    ']',
    '{1,9}',
    '*',
    '+',
    '?',
    '|',
    '^',
    '$',
    '\\',
    '(?',
    '[:',
    ':]',
    '-',
    '.',
    'é',
    '\\b',
  );
  const mutation = fc.record({
    line: fc.constantFrom(...files.flatMap(linesOf)),
    at: fc.nat(80),
    text: fc.oneof(piece, fc.string({ maxLength: 6 })),
    cut: fc.nat(80),
  });
  const property = fc.property(mutation, ({ line, at, text, cut }) =>
    check(line.slice(0, at) + text + line.slice(at, at + cut)),
  );
  fc.assert(property, { seed: SEED, numRuns: 1000 });
});
