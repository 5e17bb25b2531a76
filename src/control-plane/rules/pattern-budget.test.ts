import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import {
  type PatternRule,
  RULE_CLASS,
  type RuleCondition,
  type RuleSource,
  TIER,
} from '../../memory/block-table/rule-model.ts';
import { parseRule } from '../../policy/rule.ts';
import { addOwnRules } from './add-own-rules.ts';
import type { OwnRule } from './own-rule.ts';
import { PATTERN_BOUNDS, type PatternBounds, PatternBudget } from './pattern-budget.ts';

const RULES = ['/^ad[0-9]+\\./', '/^track[0-9]+\\./', '||plain.example^', '/^x[0-9]+\\./'];

function ownRules(): OwnRule[] {
  return RULES.map((text, index) => {
    const rule = parseRule(text);
    assert.ok(typeof rule === 'object');
    return { text, rule, line: index + 1 };
  });
}

function sources(count: number): RuleSource[] {
  return Array.from({ length: count }, (_, index) => ({ name: `list ${index}`, kind: 'list', tier: TIER.LISTS }));
}

function globRule(text: string, condition?: RuleCondition): PatternRule {
  const shape = { class: RULE_CLASS.BLOCK, ...(condition && { condition }) };
  return { kind: 'glob', text, shape, line: 1 };
}

/** A glob of single letters, which stand in all names: another one for each number. */
function lettersOf(index: number): string {
  return Array.from(index.toString(26).padStart(3, '0'), (digit) => `*${digit}`).join('');
}

function leftOutCount(budget: PatternBudget, source: number): number {
  return budget.leftOutOf(source).reduce((sum, { lines }) => sum + lines, 0);
}

test('patterns are taken as long as there is room for them, by all sources of a table together; names always', () => {
  const patterns = new PatternBudget({ ...PATTERN_BOUNDS, patterns: 5 }, 1 / 2);
  const builder = new BlockTableBuilder({ hashKey: new Uint8Array(16), contentId: '', sources: sources(3) });
  for (let source = 0; source < 3; source++) addOwnRules(builder, source, ownRules(), patterns);
  assert.deepEqual(
    [0, 1, 2].map((source) => leftOutCount(patterns, source)),
    [1, 1, 2],
  );
  const table = new BlockTable(builder.finish());
  assert.deepEqual(
    table.patterns.map(({ source, text }) => [source, text]),
    [
      [0, '^ad[0-9]+\\.'],
      [0, '^track[0-9]+\\.'],
      [1, '^ad[0-9]+\\.'],
      [1, '^track[0-9]+\\.'],
      [2, '^ad[0-9]+\\.'],
    ],
  );
  assert.equal(table.entryCount, 1);
});

describe('one source takes half of the room at the most, and leaves out what goes beyond', () => {
  const rows: readonly (readonly [keyof PatternBounds, (index: number) => PatternRule, PatternRule])[] = [
    ['patterns', (index) => globRule(`ad${index}s*x`), globRule('other*x')],
    ['runs', (index) => globRule(`goo*${lettersOf(index)}`), globRule('other*x')],
    ['forAllNames', (index) => globRule(lettersOf(index)), globRule('*e')],
    ['automataBytes', (index) => globRule(`ad${index}s*${'abcdefgh'.repeat(9)}`), globRule('other*x')],
    [
      'conditionParts',
      (index) => globRule(`ad${index}s*x`, { denyAllow: ['a.example'] }),
      globRule('other*x', { denyAllow: ['x'] }),
    ],
  ];
  for (const [bound, hostile, ordinary] of rows) {
    test(bound, () => {
      // A tenth of what is allowed, for the sake of time.
      const most = PATTERN_BOUNDS[bound] / 10;
      const budget = new PatternBudget({ ...PATTERN_BOUNDS, [bound]: most }, 1 / 2);
      let taken = 0;
      for (let index = 0; index < 600; index++) if (budget.prepare(0, hostile(index)) !== undefined) taken++;
      assert.ok(taken > 0 && taken <= most / 2, `${taken} taken`);
      assert.equal(leftOutCount(budget, 0), 600 - taken);
      assert.notEqual(budget.prepare(1, ordinary), undefined);
    });
  }
});

test('ordinary regular expressions have room for a thousand from one list', () => {
  const budget = new PatternBudget();
  const rules = Array.from({ length: 1000 }, (_, index): PatternRule => {
    const form = [`^(.+[_.-])?ads${index}?[0-9]*[_.-]`, `(^|\\.)t${index}x(er|ing)?\\.(com|net)$`][index % 2]!;
    return { kind: 'regex', text: form, shape: { class: RULE_CLASS.BLOCK }, line: index + 1 };
  });
  for (const rule of rules) assert.notEqual(budget.prepare(0, rule), undefined, rule.text);
});

test('what several sources say in the same words is run once, so they pay for it once', () => {
  const budget = new PatternBudget({ ...PATTERN_BOUNDS, runs: 10, automataBytes: 3000 });
  for (let source = 0; source < 500; source++) assert.notEqual(budget.prepare(source, globRule('ads*x')), undefined);
  const other = Array.from({ length: 20 }, (_, index) => budget.prepare(0, globRule(`ads${index}*x`)));
  assert.ok(other.includes(undefined));
});

test('the rarer the piece of text that a pattern needs, the more of its kind there is room for', () => {
  const taken = (pieceAt: (index: number) => string) => {
    const budget = new PatternBudget({ ...PATTERN_BOUNDS, runs: 100 });
    return Array.from({ length: 200 }, (_, index) =>
      budget.prepare(0, globRule(`*${pieceAt(index)}*${lettersOf(index)}`)),
    ).filter((prepared) => prepared !== undefined).length;
  };
  const characters = [3, 4, 5, 6, 9];
  assert.deepEqual(
    characters.map((count) => taken((index) => `${twoLetters(index)}googleads`.slice(0, count))),
    [25, 33, 50, 100, 100],
  );
  const ofOctets = taken(
    (index) => `\\\\${String(130 + Math.floor(index / 99)).padStart(3, '0')}\\\\${100 + (index % 99)}`,
  );
  assert.equal(ofOctets, 25, 'octets that are no characters');
  const alike = [() => 'googleads', (index: number) => `google${twoLetters(index)}`];
  assert.deepEqual(alike.map(taken), [26, 26], 'pieces that one name may all have');
});

function twoLetters(index: number): string {
  return String.fromCharCode(0x61 + Math.floor(index / 26), 0x61 + (index % 26));
}

describe('of patterns made for it no name has to run half as many as there is room for', () => {
  // Of all pieces that begin at one place of it, none begins as one at another place.
  const name = Array.from({ length: 80 }, (_, index) => `${twoLetters(7 * index)}q`).join('');
  const runsFor = (texts: Iterable<string>) => {
    const budget = new PatternBudget({ ...PATTERN_BOUNDS, automataBytes: 1 << 30 });
    let runs = 0;
    for (const text of texts) {
      const literals = budget.prepare(0, { kind: 'regex', text, shape: { class: RULE_CLASS.BLOCK }, line: 1 })?.made
        ?.literals;
      if (literals?.some((literal) => name.includes(literal))) runs++;
    }
    return runs;
  };
  function* ofAllPieces(): Generator<string> {
    for (const [mark, characters] of [6, 7, 8, 5, 6, 7, 4, 3].entries())
      for (let first = 0; first + characters <= name.length; first++)
        yield `${name.slice(first, first + characters)}.*[xz]${mark}?`;
  }
  const rows: readonly (readonly [string, Iterable<string>])[] = [
    ['all with one piece', Array.from({ length: 3500 }, (_, index) => `${name.slice(0, 9)}.*[xz]${index}q`)],
    ['with pieces from all places of the name, of each length', ofAllPieces()],
  ];
  for (const [what, texts] of rows) {
    test(what, () => {
      const runs = runsFor(texts);
      assert.ok(runs > 300 && runs < PATTERN_BOUNDS.runs / 2, `${runs}`);
    });
  }
});

test('after many patterns that cannot be used a source is not looked at any more, and others are', () => {
  const budget = new PatternBudget();
  for (let index = 0; index < 5000; index++) {
    budget.prepare(0, {
      kind: 'regex',
      text: `a[ab]{240}x|([ab]?){370}y${index}`,
      shape: { class: RULE_CLASS.BLOCK },
      line: 1,
    });
  }
  assert.equal(leftOutCount(budget, 0), 5000);
  const reasons = budget.leftOutOf(0).map(({ reasonText, lines }) => `${lines} ${reasonText.slice(0, 30)}`);
  assert.deepEqual(reasons, ['500 a pattern that cannot be used:', '4500 a pattern behind too many that']);
  assert.equal(budget.prepare(0, globRule('ads*x')), undefined);
  assert.notEqual(budget.prepare(1, globRule('ads*x')), undefined);
});

test('an expression that cannot be used is named with what is wrong, and never gets here', () => {
  const rule = parseRule('/(a)\\1/');
  assert.ok(typeof rule === 'string');
  assert.match(rule, /^"\/\(a\)\\1\/": its pattern cannot be used: /);
  const shape = { class: RULE_CLASS.BLOCK };
  assert.equal(new PatternBudget().prepare(0, { kind: 'regex', text: '(a)\\1', shape, line: 1 }), undefined);
});
