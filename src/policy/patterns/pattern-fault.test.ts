import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { measurePattern, parsePattern, patternFault } from './pattern-fault.ts';
import { compileProgram } from './pattern-program.ts';

describe('a regular expression that cannot be used says why', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /empty/],
    ['(a)\\1', /back-references/],
    ['(?<x>a)\\k<x>', /back-references/],
    ['(?=a)b', /looking ahead or behind/],
    ['(?!a)b', /looking ahead or behind/],
    ['(?<=a)b', /looking ahead or behind/],
    ['(?<!a)b', /looking ahead or behind/],
    ['a++', /possessive/],
    ['(?>a)', /unknown kind of group/],
    ['(?x)a', /unknown flag x/],
    ['*.example.com', /nothing in front/],
    ['a**', /two repetitions/],
    ['a{3,2}', /more at least than at most/],
    ['a{1001}', /1000 times/],
    ['(a', /\( without its \)/],
    ['a)', /\) without its \(/],
    ['[a', /\[ without its \]/],
    ['[]', /\[ without its \]/],
    ['[z-a]', /backwards/],
    ['[[:letters:]]', /no such class/],
    ['[[.a.]]', /collating/],
    ['a\\', /\\ at the end/],
    ['\\pL', /unknown escape \\p/],
    ['\\x2', /two hex digits/],
    ['\\x{e9}', /not ASCII/],
    ['é', /only ASCII.*xn--/],
    ['((a{100}){100}){100}', /too large/],
    ['(foobar){~1}', /approximate/],
    ['foo{2,3~1}', /approximate/],
    ['(foo){1i + 2d < 3}', /approximate/],
    ['('.repeat(101) + ')'.repeat(101), /brackets within each other/],
    ['a'.repeat(2001), /longer than 2000/],
  ];
  for (const [regex, fault] of rows) {
    test(regex.slice(0, 40) || '(nothing)', () => assert.match(patternFault('regex', regex) ?? 'no fault', fault));
  }
});

test('a glob in another script is told to be written in its xn-- form', () => {
  assert.match(patternFault('glob', '*.bücher.example') ?? 'no fault', /xn--/);
});

test('what says nothing costs nothing, however often it is said', () => {
  const said = [
    'a((){1000}){1000}',
    'a(((?:){999}){9})',
    'a(b{0}|()){500}',
    `${'('.repeat(99)}a${'){1}'.repeat(99)}`,
    `a${'(?i)'.repeat(400)}`,
  ];
  for (const text of said) assert.equal(measurePattern('regex', text), 2, text);
});

test('a pattern is as large as its program', () => {
  const texts = ['a', '^(ab|c|)+x{2,5}$', '(a?b{3}){0,4}', '((a|b){2}|c*){3,}', '\\bfoo\\b', '()|(b|)'];
  for (const text of texts)
    assert.equal(measurePattern('regex', text), compileProgram(parsePattern('regex', text)).operations.length, text);
  assert.equal(measurePattern('glob', '*.ads**x'), compileProgram(parsePattern('glob', '*.ads**x')).operations.length);
});

test('usable patterns have no fault, and a size that grows with what they repeat', () => {
  assert.equal(patternFault('regex', '^ads?[0-9]*[_.-]'), undefined);
  assert.equal(patternFault('glob', '*.ads.*'), undefined);
  assert.ok(Number(measurePattern('regex', '[a-z]{50}')) > 10 * Number(measurePattern('regex', '[a-z]{2}')));
});
