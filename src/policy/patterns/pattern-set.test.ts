import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readTestData } from '../../../test/setup/test-data.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { makePattern } from './made-pattern.ts';
import { parsePattern } from './pattern-fault.ts';
import { PatternSet, type RankedPattern } from './pattern-set.ts';
import { requiredLiterals } from './required-literals.ts';

const SEED = 20_261_122;

function regex(text: string, rank = 15): RankedPattern {
  return { kind: 'regex', text, rank };
}

function matchesOf(patterns: PatternSet, name: string | Uint8Array): number[] {
  const wire = typeof name === 'string' ? nameFromText(name)! : name;
  return [...patterns.found.subarray(0, patterns.match(wire, wire.length))];
}

test('matches come by rank, then in the order given', () => {
  const patterns = new PatternSet([
    regex('ads', 15),
    regex('^ads', 3),
    { kind: 'glob', text: 'ads.*', rank: 15 },
    regex('never', 0),
    regex('\\.example$', 3),
  ]);
  assert.equal(patterns.count, 5);
  assert.equal(patterns.bestRank, 0);
  assert.deepEqual(matchesOf(patterns, 'ads.example'), [1, 4, 0, 2]);
});

test('patterns of the same text match alike, each with its own rank, and one that is ready is enough', () => {
  const made = makePattern('regex', '^ads');
  assert.ok(typeof made === 'object');
  const marked = { ...made, literals: ['ads'] };
  const patterns = new PatternSet([
    regex('^ads', 15),
    regex('s\\.', 9),
    { ...regex('^ads', 3), made: marked },
    { kind: 'glob', text: '^ads', rank: 1 },
  ]);
  assert.deepEqual(matchesOf(patterns, 'ads.example'), [2, 1, 0]);
  assert.deepEqual(matchesOf(patterns, 'xads.example'), [1]);
  assert.deepEqual(matchesOf(patterns, 'ads2.example'), [2, 0]);
});

test('an empty set matches nothing, and no pattern matches the root', () => {
  assert.deepEqual(matchesOf(new PatternSet([]), 'ads.example'), []);
  assert.deepEqual(matchesOf(new PatternSet([regex('.*'), regex('^$')]), new Uint8Array(1)), []);
});

test('octets that are no ordinary characters are seen in their escaped form', () => {
  const name = Uint8Array.of(3, 0x61, 0x2e, 0xff, 3, 0x63, 0x6f, 0x6d, 0);
  assert.deepEqual(matchesOf(new PatternSet([regex('^a\\\\\\.\\\\255\\.com$'), regex('^a\\..\\.com$')]), name), [0]);
});

test('the longest possible name of escaped octets is matched whole', () => {
  const label = [63, ...new Array<number>(63).fill(0)];
  const name = Uint8Array.from([...label, ...label, ...label, 61, ...new Array<number>(61).fill(0), 0]);
  assert.equal(name.length, 255);
  assert.deepEqual(matchesOf(new PatternSet([regex('^(\\\\000|\\.)+$')]), name), [0]);
});

test('a damaged pattern matches nothing and harms no other', () => {
  const patterns = new PatternSet([regex('(ads'), regex('((a{100}){100}){100}'), regex('ads')]);
  assert.deepEqual(matchesOf(patterns, 'ads.example'), [2]);
});

describe('pieces of text that a match must have', () => {
  const rows: readonly (readonly [string, readonly string[] | undefined])[] = [
    ['^ad(s|x)?[0-9]+', ['\x01ad']],
    ['^(.+[_.-])?telemetry[_.-]', ['telemetry_', 'telemetry.', 'telemetry-']],
    ['(^|\\.)ads\\.', ['\x01ads.', '.ads.']],
    ['^^ads', ['\x01ads']],
    ['[a-z]+tracker[0-9]*\\.com$', ['tracker']],
    ['^[a-z]+\\.com$', undefined],
    ['(doubleclick|admob).*', ['doubleclick', 'admob']],
    ['(tracker|.*)', undefined],
    ['(pixel)*', undefined],
    ['(pixel)+', ['pixel']],
    ['\\bpixel\\b', ['pixel']],
    ['om.*[xz][a-f]', undefined],
    ['com.*[xz][a-f]', undefined],
    ['^www\\.[a-f]', undefined],
    ['^ad[0-9]', ['\x01ad']],
    ['(ads|adv|pub)[0-9]', ['ads', 'adv', 'pub']],
  ];
  for (const [text, literals] of rows) {
    test(`/${text}/`, () => {
      const found = requiredLiterals(parsePattern('regex', text));
      assert.deepEqual(found?.toSorted(), literals?.toSorted());
    });
  }
});

/** Patterns of a few pieces, so that names often have them. */
const pieces = fc.constantFrom(
  'ad',
  'ads',
  'pix',
  '\\.',
  '^',
  '$',
  'x',
  '(ad|pix)',
  '(^|\\.)',
  '[ab]?',
  '.*',
  '(s.)+',
  '[a-z]',
  '\\b',
  '(x{2}|a$)',
);
const regexes = fc.array(pieces, { minLength: 1, maxLength: 6 }).map((parts) => regex(parts.join('')));
const globPieces = fc.constantFrom('ad', 'ads', 'pix', '.', '*', 'x');
const globs = fc
  .array(globPieces, { minLength: 1, maxLength: 5 })
  .map((parts): RankedPattern => ({ kind: 'glob', text: parts.join(''), rank: 15 }));
const labels = fc.array(fc.constantFrom('ad', 'ads', 'pix', 'x', 'a', 's', 'b'), { minLength: 1, maxLength: 3 });
const names = fc
  .array(
    labels.map((parts) => parts.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map((parts) => parts.join('.'));

function model({ kind, text }: RankedPattern): RegExp {
  return new RegExp(kind === 'regex' ? text : `^${text.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
}

test('a set matches what its patterns match one by one, whatever pieces they share', () => {
  const property = fc.property(
    fc.array(fc.oneof(regexes, globs), { maxLength: 40 }),
    fc.array(names, { minLength: 1, maxLength: 10 }),
    (all, questions) => {
      const patterns = new PatternSet(all);
      for (const name of questions) {
        const expected = all.flatMap((pattern, number) => (model(pattern).test(name) ? [number] : []));
        assert.deepEqual(matchesOf(patterns, name), expected, name);
      }
    },
  );
  fc.assert(property, { seed: SEED, numRuns: 1000 });
});

test('a known list of regular expressions matches real names as another engine does', (context) => {
  const list = readTestData(context, 'blocklists/mmotti-pihole-regex.list')?.toString();
  const asked = readTestData(context, 'names/umbrella-top-100k.txt.gz')?.toString();
  if (list === undefined || asked === undefined) return;
  const regexesOfList = list.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const patterns = new PatternSet(regexesOfList.map((text) => regex(text)));
  const models = regexesOfList.map((text) => new RegExp(text.replaceAll('[:space:]', '\\s')));
  let matched = 0;
  for (const name of asked.trimEnd().split('\n')) {
    if (nameFromText(name) === undefined) continue;
    const expected = models.flatMap((it, number) => (it.test(name) ? [number] : []));
    const found = matchesOf(patterns, name);
    matched += found.length;
    if (found.join() !== expected.join()) assert.deepEqual(found, expected, name);
  }
  assert.ok(matched > 100, `${matched} names matched`);
});
