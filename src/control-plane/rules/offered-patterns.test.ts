import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PatternRule, RULE_CLASS, type RuleCondition } from '../../memory/block-table/rule-model.ts';
import { OfferedPatterns } from './offered-patterns.ts';
import { PATTERN_BOUNDS } from './pattern-budget.ts';

const BLOCK = { class: RULE_CLASS.BLOCK };

function regexRule(text: string, line = 1, condition?: RuleCondition): PatternRule {
  return { kind: 'regex', text, shape: condition === undefined ? BLOCK : { ...BLOCK, condition }, line };
}

/** The texts that find a place, by list. */
function placed(lists: readonly (readonly PatternRule[])[], bounds = PATTERN_BOUNDS) {
  const patterns = new OfferedPatterns(bounds);
  const texts = lists.map((): string[] => []);
  for (const [source, rules] of lists.entries())
    for (const rule of rules) patterns.take(source, rule, ({ text }) => texts[source]!.push(text));
  patterns.settle();
  return { patterns, texts };
}

/** Five letters in a row, from different ones on. */
function letters(index: number): string {
  const first = 0x61 + (index % 20);
  return `[${String.fromCharCode(first)}-${String.fromCharCode(first + 4)}]`;
}

function many(count: number, textAt: (index: number) => string): PatternRule[] {
  return Array.from({ length: count }, (_, index) => regexRule(textAt(index), index + 1));
}

/** Characters that no other number has. */
function own(index: number): string {
  return index.toString(36).padStart(3, '0');
}

const HONEST = ['^ads[0-9]+x', '^[a-z]+[0-9]$', '^track[0-9]+\\.'].map((text) => regexRule(text));

describe('however many lists want all of something, a list behind them finds a place for a few', () => {
  const tenth = Object.fromEntries(Object.entries(PATTERN_BOUNDS).map(([bound, most]) => [bound, most / 10]));
  const bounds = { ...PATTERN_BOUNDS, ...tenth };
  const rows: readonly (readonly [string, (list: number) => readonly PatternRule[]])[] = [
    ['runs', (list) => many(400, (index) => `om${list}o.*${letters(index)}${letters(Math.floor(index / 20))}`)],
    ['room in memory', (list) => many(90, (index) => `goo.*[xz][a-f]?${index}q|goo[0-9]{3}w${list}|[0-9]{8}x${index}`)],
    ['all names', (list) => many(300, (index) => `${letters(index)}[0-4]${letters(Math.floor(index / 20))}${list}?`)],
    [
      'conditions',
      (list) =>
        Array.from({ length: 200 }, (_, index) =>
          regexRule(`^x${index}`, 1, { clients: { only: [`c${list}-${index}`], except: [] } }),
        ),
    ],
  ];
  for (const [what, hostile] of rows) {
    test(what, () => {
      const { texts, patterns } = placed([...[0, 1, 2, 3, 4].map(hostile), HONEST], bounds);
      assert.deepEqual(
        texts[5],
        HONEST.map(({ text }) => text),
      );
      assert.deepEqual(patterns.leftOutOf(5), []);
      assert.ok(patterns.leftOutOf(0).length > 0);
      const counts = texts.slice(0, 5).map(({ length }) => length);
      assert.ok(Math.min(...counts) > Math.max(...counts) / 2, counts.join());
    });
  }
});

test('lists that say the same have it all, and the rest of what each says too', () => {
  const common = many(1400, (index) => `^${own(index)}ads[0-9]x`);
  const { texts } = placed([common, common, [...common, ...HONEST]]);
  assert.deepEqual(
    texts.map(({ length }) => length),
    [1400, 1400, 1403],
  );
});

test('a line that is said many times takes the place of one', () => {
  const { texts } = placed([[...many(20_000, () => '^ads[0-9]x'), ...HONEST]]);
  assert.deepEqual(texts[0], ['^ads[0-9]x', ...HONEST.map(({ text }) => text)]);
});

test('of a list of more patterns than could ever find a place the first ones do, and all others are counted', () => {
  const { texts, patterns } = placed([many(15_000, (index) => `^${own(index)}stat-[0-9]`), HONEST]);
  assert.equal(texts[1]!.length, HONEST.length);
  assert.ok(texts[0]!.length > 2000);
  const leftOut = patterns.leftOutOf(0).reduce((sum, { lines }) => sum + lines, 0);
  assert.equal(texts[0]!.length + leftOut, 15_000);
  assert.equal(texts[0]![0], '^000stat-[0-9]');
});
