import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiFromInternational, nameFromInternational } from './international-name.ts';
import { nameToText } from './name-text.ts';

const NAMES: readonly (readonly [written: string, ascii: string])[] = [
  ['bücher.example', 'xn--bcher-kva.example'],
  ['BÜCHER.Example', 'xn--bcher-kva.example'],
  ['例え。テスト', 'xn--r8jz45g.xn--zckzah'],
  ['_dns.bücher.example', '_dns.xn--bcher-kva.example'],
  ['WWW.example.org', 'WWW.example.org'],
];

for (const [written, ascii] of NAMES) {
  test(`${written} is asked for as ${ascii}`, () => {
    assert.equal(asciiFromInternational(written), ascii);
    assert.equal(nameToText(nameFromInternational(written)!), ascii);
  });
}

const NO_NAMES = [
  'bücher%2eexample',
  'bücher/example',
  'bücher\\046example',
  'bü cher.example',
  '１２７.0.0.1',
  '０x7f.1',
  'ü..example',
  '\ud800.example',
  'ü'.repeat(64),
  'ü.'.repeat(100_000),
];

for (const text of NO_NAMES) {
  test(`${JSON.stringify(text.slice(0, 20))} is no name`, () => {
    assert.equal(nameFromInternational(text), undefined);
  });
}

test('ASCII text is left to whoever reads names', () => {
  assert.equal(asciiFromInternational('a\\046b%2e/'), 'a\\046b%2e/');
  assert.equal(asciiFromInternational(''), '');
});
