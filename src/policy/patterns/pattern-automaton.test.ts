import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FIRST_STATE } from './automaton-states.ts';
import { isFoundIn, type ReadyAutomaton, readyAutomaton } from './made-pattern.ts';
import { parseGlob } from './parse-glob.ts';
import { parseRegex } from './parse-regex.ts';
import { PatternAutomaton } from './pattern-automaton.ts';
import { compileProgram, type PatternProgram } from './pattern-program.ts';

const SEED = 20_261_122;

const WORK_MAX = 10_000_000;

function automatonOf(regex: string): ReadyAutomaton {
  return ready(compileProgram(parseRegex(regex)));
}

function ready(program: PatternProgram): ReadyAutomaton {
  const automaton = new PatternAutomaton(program);
  assert.ok(automaton.makeAll(WORK_MAX));
  return readyAutomaton(automaton.start, program.classes, program.classOf, automaton.steps);
}

function stateCount({ steps, first }: ReadyAutomaton): number {
  return (FIRST_STATE * (steps.length - first)) / first;
}

function isFound(automaton: ReadyAutomaton, text: string): boolean {
  return isFoundIn(automaton, Buffer.from(text, 'latin1'), 0, text.length);
}

/** Regular expressions that JavaScript reads alike; small, since its engine takes exponential time. */
const regexes: fc.Memo<string> = fc.memo((depth) => {
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(atoms(depth), repetitions()).map(([atom, repetition]) => atom + repetition) },
    { weight: 1, arbitrary: fc.constantFrom('^', '$', '\\b', '\\B') },
  );
  return fc.array(fc.array(part, { maxLength: 3 }), { minLength: 1, maxLength: 3 }).map(alternatives);
});

const atoms: fc.Memo<string> = fc.memo((depth) => {
  const single = fc.constantFrom(
    'a',
    'b',
    '\\.',
    '-',
    '.',
    '[ab]',
    '[^a]',
    '[a-c_]',
    '\\d',
    '\\w',
    '[^.\\w]',
    '1',
    'B',
  );
  if (depth <= 1) return single;
  const group = regexes(depth - 1);
  return fc.oneof(
    { weight: 3, arbitrary: single },
    { weight: 1, arbitrary: group.map((regex) => `(?:${regex})`) },
    { weight: 1, arbitrary: group.map((regex) => `(${regex})`) },
  );
});

function alternatives(branches: readonly (readonly string[])[]): string {
  return branches.map((parts) => parts.join('')).join('|');
}

function repetitions(): fc.Arbitrary<string> {
  return fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}', '{1,3}', '*?', '+?');
}

const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '-', '_', '1'), maxLength: 10 });

test('regular expressions find what the engine of the language finds', () => {
  const property = fc.property(regexes(3), fc.array(texts, { minLength: 1, maxLength: 8 }), (regex, all) => {
    const automaton = automatonOf(regex);
    const model = new RegExp(regex, 'i');
    for (const text of all) assert.equal(isFound(automaton, text), model.test(text), `/${regex}/ in ${text}`);
  });
  fc.assert(property, { seed: SEED, numRuns: 3000 });
});

test('a pattern with many states finds what it says', () => {
  // Each letter of the last nine may or may not have been an a.
  const regex = '(a|b)*a(a|b){9}$';
  const automaton = automatonOf(regex);
  const model = new RegExp(regex);
  const property = fc.property(
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 10, maxLength: 40, size: 'max' }),
    (text) => assert.equal(isFound(automaton, text), model.test(text), text),
  );
  fc.assert(property, { seed: SEED, numRuns: 1000 });
  assert.ok(stateCount(automaton) > 1000);
});

test('making stops where there are more states than the work allows, and says so', () => {
  const automaton = new PatternAutomaton(compileProgram(parseRegex('(a|b)*a(a|b){200}$')));
  assert.equal(automaton.makeAll(50_000), false);
  assert.ok(automaton.stateCount < 3000, `${automaton.stateCount} states`);
});

test('globs match whole names, and their stars any characters', () => {
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '-'), minLength: 1, maxLength: 8 });
  const property = fc.property(globs, fc.array(texts, { minLength: 1, maxLength: 8 }), (glob, all) => {
    const automaton = ready(compileProgram(parseGlob(glob)));
    for (const text of all) assert.equal(isFound(automaton, text), matchesGlob(glob, text), `${glob} on ${text}`);
  });
  fc.assert(property, { seed: SEED, numRuns: 2000 });
});

function matchesGlob(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  if (glob[0] !== '*') return text[0] === glob[0] && matchesGlob(glob.slice(1), text.slice(1));
  return matchesGlob(glob.slice(1), text) || (text !== '' && matchesGlob(glob, text.slice(1)));
}

describe('patterns that cost others exponential time', () => {
  const hostile = [
    ['(a+)+$', 'a'],
    ['^(a|a)*$', 'a'],
    ['(a|aa)+$', 'a'],
    ['([a-z]+)*\\.x$', 'a'],
    ['(.*)*x(.*)*y$', 'x'],
  ] as const;
  for (const [regex, letter] of hostile) {
    test(`${regex} takes a handful of states on a name of 250 octets`, () => {
      const automaton = automatonOf(regex);
      assert.equal(isFound(automaton, `${letter.repeat(249)}!`), false);
      assert.ok(stateCount(automaton) <= 10, `${stateCount(automaton)} states`);
    });
  }
});

describe('what regular expressions of lists mean', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['^[^.[:space:]]+\\.x$', ['ab.x'], ['a.b.x', '.x']],
    ['^[[:alnum:]]{2}[[:digit:]]$', ['ab1', 'a11'], ['a-1', 'abc']],
    ['[[:^alnum:]]', ['a-b'], ['ab']],
    ['^[]a]$', [']', 'a'], ['b']],
    ['^[a-]$', ['-', 'a'], ['b']],
    ['^[\\w-]+$', ['a-b_1'], ['a.b']],
    ['^[^\\d.]+$', ['ab-'], ['a1', 'a.b']],
    ['^AdS[A-C]$', ['adsb'], ['adsd']],
    ['(?i)ADS', ['xads'], ['ad']],
    ['(?P<name>ads)|(?<other>x)', ['ads', 'x'], ['b']],
    ['^a{2,3}$', ['aa', 'aaa'], ['a', 'aaaa']],
    ['^a{,2}$', ['', 'a', 'aa'], ['aaa']],
    ['a{b', ['a{b'], ['ab']],
    ['\\Qa.b\\E$', ['xa.b'], ['acb']],
    ['\\x2ecom\\x{2e}', ['a.com.b'], ['acomb']],
    ['\\Aads\\z', ['ads'], ['ads.', 'xads']],
    ['\\<ads\\>', ['x.ads.y', 'x-ads'], ['xads', 'ads1']],
    ['^(|a)b$', ['b', 'ab'], ['a']],
    ['^^a$$', ['a'], ['aa']],
    ['a^b', [], ['ab', 'a']],
    ['\\/\\-\\_', ['/-_'], ['-']],
  ];
  for (const [regex, found, others] of rows) {
    test(`/${regex}/`, () => {
      const automaton = automatonOf(regex);
      for (const text of found) assert.equal(isFound(automaton, text), true, `in "${text}"`);
      for (const text of others) assert.equal(isFound(automaton, text), false, `not in "${text}"`);
    });
  }
});
