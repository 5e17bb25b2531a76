import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { wireName } from '../../test/fuzz/wire/arbitraries.ts';
import { hex, name, nameOfLabels, toHex } from '../../test/fuzz/wire/messages.ts';
import { nameFromText, nameToText } from './name-text.ts';

const label63 = 'a'.repeat(63);

describe('names as text', () => {
  const both: readonly [string, Uint8Array][] = [
    ['.', name('')],
    ['example.org', name('example.org')],
    ['ExAmPlE.org', name('ExAmPlE.org')],
    ['_dns.resolver.arpa', name('_dns.resolver.arpa')],
    ['*.example.org', name('*.example.org')],
    ['a\\.b.example', nameOfLabels(hex('612e62'), hex('6578616d706c65'))],
    ['a\\\\b', nameOfLabels(hex('615c62'))],
    ['\\000\\255\\032', nameOfLabels(hex('00ff20'))],
    ['\\195\\164', nameOfLabels(hex('c3a4'))],
    ['$@;()"', nameOfLabels(hex('24403b282922'))],
    [`${label63}.${label63}.${label63}.${'a'.repeat(61)}`, name(`${label63}.${label63}.${label63}.${'a'.repeat(61)}`)],
  ];
  for (const [text, octets] of both) {
    test(`${text} is the same name in both forms`, () => {
      assert.equal(toHex(nameFromText(text)!), toHex(octets));
      assert.equal(nameToText(octets), text);
    });
  }

  const oneWay: readonly [string, Uint8Array][] = [
    ['example.org.', name('example.org')],
    ['\\101xample.org', name('example.org')],
    ['\\e\\x\\a\\mple.org', name('example.org')],
    ['\\"', nameOfLabels(hex('22'))],
    ['\\ ', nameOfLabels(hex('20'))],
    ['a\\.', nameOfLabels(hex('612e'))],
    [`${label63}.${label63}.${label63}.${'a'.repeat(61)}.`, name(`${label63}.${label63}.${label63}.${'a'.repeat(61)}`)],
  ];
  for (const [text, octets] of oneWay) {
    test(`${text} is read as ${nameToText(octets)}`, () => {
      assert.equal(toHex(nameFromText(text)!), toHex(octets));
    });
  }

  const none: readonly [string, string][] = [
    ['the empty text', ''],
    ['two dots', '..'],
    ['an empty label', 'a..b'],
    ['a leading dot', '.a'],
    ['two trailing dots', 'a..'],
    ['a label of 64', `${label63}a.org`],
    ['256 octets', `${label63}.${label63}.${label63}.${'a'.repeat(62)}`],
    ['256 octets and a dot', `${label63}.${label63}.${label63}.${'a'.repeat(62)}.`],
    ['far too long', 'a.'.repeat(100_000)],
    ['an escape of one digit', 'a\\1'],
    ['an escape of two digits', 'a\\12'],
    ['two digits and a letter', 'a\\12b'],
    ['an escape above 255', '\\256'],
    ['a lone backslash', 'a\\'],
    ['an umlaut', 'bücher.example'],
    ['an escaped umlaut', 'b\\ücher.example'],
    ['a space', 'a b'],
    ['a line break', 'a\n'],
    ['a NUL', 'a\0b'],
    ['an astral character', '😀.example'],
  ];
  for (const [what, text] of none) {
    test(`${what} is no name`, () => {
      assert.equal(nameFromText(text), undefined);
    });
  }

  test('the name at an offset is printed', () => {
    assert.equal(nameToText(name('www.example.org'), 4), 'example.org');
  });

  test('every name survives the way to text and back', () => {
    fc.assert(
      fc.property(wireName, (octets) => assert.deepEqual(nameFromText(nameToText(octets)), octets)),
      { seed: 4343, numRuns: 1000 },
    );
  });

  test('any text is a name that prints as itself once printed, or none', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'B', '.', '\\', '0', '1', '2', '5', '-', ' ', 'é'),
      maxLength: 40,
    });
    const property = fc.property(text, (candidate) => {
      const octets = nameFromText(candidate);
      if (octets !== undefined) assert.deepEqual(nameFromText(nameToText(octets)), octets);
    });
    fc.assert(property, { seed: 4343, numRuns: 2000 });
  });
});
