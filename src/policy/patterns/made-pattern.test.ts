import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isFoundIn, makePattern, readAutomaton } from './made-pattern.ts';
import { PatternSet } from './pattern-set.ts';
import { nameFromText } from '../../wire/name-text.ts';

const NAME = Buffer.from('www.ads12.example');

test('patterns that had query threads make states for seconds are refused', () => {
  const hostile = [
    'a[ab]{240}x|([ab]?){370}y1',
    'a[ab]{400}x|a[ab]{300}y|([ab]?){100}z1',
    '[ab]*a[ab]{20}$',
    '-.{9,30}-',
    '[ab]{3}a(a|b|c)*b(a|b|c){12}\\.',
  ];
  for (const text of hostile) assert.match(String(makePattern('regex', text)), /too many states/, text);
});

test('patterns like those of lists are not', () => {
  const ordinary = [
    '^ad([sxv]?[0-9]*|system)[_.-]([^.[:space:]]+\\.){1,}|[_.-]ad([sxv]?[0-9]*|system)[_.-]',
    '^(.+[_.-])?adse?rv(er?|ice)?s?[0-9]*[_.-]',
    '^[a-z0-9]{8,63}\\.(com|net|info)$',
    '(^|\\.)(xn--.*|[a-z]{2,5}[0-9]{3,9})\\.(top|xyz|click)$',
  ];
  for (const text of ordinary) assert.equal(typeof makePattern('regex', text), 'object', text);
  assert.equal(typeof makePattern('glob', '*.ads*.track*.example.*'), 'object');
});

test('what a pattern takes of memory has a bound, whatever it is', () => {
  let largest = 0;
  for (let count = 1; count < 60; count++) {
    const made = makePattern('regex', `[ab]*a[a-z]{${count % 12}}[b-y]{0,${count}}$`);
    if (typeof made === 'object') largest = Math.max(largest, made.automaton.length);
  }
  assert.ok(largest > 0 && largest < 8000, `${largest} octets`);
});

test('a damaged automaton is not run, or runs without harm', () => {
  const made = makePattern('regex', '^(www\\.)?ads[0-9]+\\.');
  assert.ok(typeof made === 'object');
  const octets = Buffer.from(made.automaton, 'base64');
  const property = fc.property(fc.nat(octets.length - 1), fc.nat(255), fc.nat(octets.length), (at, value, length) => {
    const damaged = Buffer.from(octets);
    damaged[at] = value;
    for (const text of [damaged.toString('base64'), damaged.subarray(0, length).toString('base64')]) {
      const automaton = readAutomaton(text);
      if (automaton !== undefined) assert.equal(typeof isFoundIn(automaton, NAME, 0, NAME.length), 'boolean');
    }
  });
  fc.assert(property, { seed: 20_261_122, numRuns: 3000 });
  assert.equal(readAutomaton(''), undefined);
  assert.equal(readAutomaton('no automaton'), undefined);
});

test('a pattern that was made is run as it was made, and matches nothing where that is damaged', () => {
  const made = makePattern('regex', '^ads');
  assert.ok(typeof made === 'object');
  const name = nameFromText('ads.example')!;
  const matches = (automaton: string) =>
    new PatternSet([{ kind: 'regex', text: '^other', rank: 1, made: { ...made, automaton } }]).match(name, name.length);
  assert.equal(matches(made.automaton), 1);
  assert.equal(matches('AAAA'), 0);
});
