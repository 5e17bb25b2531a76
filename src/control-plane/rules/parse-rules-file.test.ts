import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseRulesFile, parsingRulesFile } from './parse-rules-file.ts';
import { PATTERN_BOUNDS } from './pattern-budget.ts';

describe('a rules file', () => {
  test('holds a rule a line, with comments and empty lines between them', () => {
    const text = '\uFEFF# mine\n! too\n\n||ads.example^\r\n  @@||good.ads.example^  \n#comment\n/^ad[0-9]+\\./';
    const { rules, faultCount } = parseRulesFile(text);
    assert.deepEqual(
      rules.map((rule) => [rule.line, rule.text]),
      [
        [4, '||ads.example^'],
        [5, '@@||good.ads.example^'],
        [7, '/^ad[0-9]+\\./'],
      ],
    );
    assert.equal(faultCount, 0);
  });

  test('has comments that begin with any character, and says of rules for web pages that they are some', () => {
    const comments = ['#@ me', '#$ 5', '#?', '#% of all', '#1', '#'];
    const { rules, faults, faultCount } = parseRulesFile(
      [...comments, '##.ad', '#@#.ad', '#$#x', '#?#x', '#%#x'].join('\n'),
    );
    assert.deepEqual(rules, []);
    assert.deepEqual(
      faults.map(({ line }) => line),
      [7, 8, 9, 10, 11],
    );
    assert.equal(faultCount, 5);
  });

  test('says what is wrong with a line, and takes the others', () => {
    const { rules, faults, faultCount } = parseRulesFile(
      '||a.example^\n||b.example^$nonsense\nexample.org##.ad\n||c.example^\n',
    );
    assert.deepEqual(
      rules.map(({ line }) => line),
      [1, 4],
    );
    assert.equal(faultCount, 2);
    assert.deepEqual(
      faults.map(({ line }) => line),
      [2, 3],
    );
    assert.match(faults[0]!.message, /"\|\|b\.example\^\$nonsense": an option that is not known/);
  });

  test('shows the first faults of many and counts all', () => {
    const { faults, faultCount } = parseRulesFile('||a b^\n'.repeat(500));
    assert.equal(faultCount, 500);
    assert.equal(faults.length, 10);
  });

  test('with a line of any length, or without an end, is read', () => {
    const { rules, faults } = parseRulesFile(`||a.example^\n${'x'.repeat(1e6)}\n||b.example^`);
    assert.equal(rules.length, 2);
    assert.deepEqual(faults, [{ line: 2, message: 'longer than 4096 characters' }]);
  });

  test('is read piece by piece, each pattern by itself', () => {
    const stepsOf = (text: string): number => {
      const work = parsingRulesFile(text);
      let steps = 0;
      while (work.next().done !== true) steps++;
      return steps;
    };
    assert.ok(stepsOf('||a.example^\n'.repeat(10_000)) >= 30);
    assert.ok(stepsOf('/^a[0-9]+x/\n'.repeat(100)) >= 100);
    assert.ok(stepsOf('\n'.repeat(100_000)) >= 50);
  });

  test('with more patterns than any table takes is not looked at pattern by pattern', () => {
    const { rules, faultCount, faults } = parseRulesFile(
      `${'/^a[0-9]+x/\n'.repeat(PATTERN_BOUNDS.patterns + 1_000)}||a.example^\n`,
    );
    assert.equal(rules.length, PATTERN_BOUNDS.patterns + 1);
    assert.equal(rules.at(-1)?.text, '||a.example^');
    assert.equal(faultCount, 1_000);
    assert.match(faults[0]!.message, /there are too many patterns before it/);
  });

  test('has at most 100,000 rules', () => {
    const { rules, faults } = parseRulesFile('||a.example^\n'.repeat(100_001));
    assert.equal(rules.length, 100_000);
    assert.match(faults[0]!.message, /at most 100,000 rules; a \[\[list\]\] holds more/);
  });
});
