import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NAME_MAX_BYTES } from '../wire/name.ts';
import { nameFromText, nameToText } from '../wire/name-text.ts';
import { parseRule } from './rule.ts';

function parsed(text: string): string {
  const rule = parseRule(text);
  return typeof rule === 'string' ? `fault: ${rule}` : `${rule.action} ${rule.scope} ${nameToText(rule.name)}`;
}

const GOOD_LINES: readonly (readonly [text: string, meaning: string])[] = [
  ['||ads.example^', 'block subtree ads.example'],
  ['@@||good.ads.example^', 'allow subtree good.ads.example'],
  ['|ads.example^', 'block exact ads.example'],
  ['@@|ads.example^', 'allow exact ads.example'],
  ['ads.example', 'block exact ads.example'],
  ['@@ads.example', 'allow exact ads.example'],
  ['  ||Ads.EXAMPLE^  ', 'block subtree ads.example'],
  ['||ads.example.^', 'block subtree ads.example'],
  ['||example^', 'block subtree example'],
  ['||_dmarc.ads-1.example^', 'block subtree _dmarc.ads-1.example'],
  ['||bücher.example^', 'block subtree xn--bcher-kva.example'],
  ['||BÜCHER.example^', 'block subtree xn--bcher-kva.example'],
  ['пример.example', 'block exact xn--e1afmkfd.example'],
  ['|a\\.b.example^', 'block exact a\\.b.example'],
  ['|a\\032b.example^', 'block exact a\\032b.example'],
  ['1.2.3.example', 'block exact 1.2.3.example'],
];

for (const [text, meaning] of GOOD_LINES) {
  test(`${text} means: ${meaning}`, () => assert.equal(parsed(text), meaning));
}

const BAD_LINES: readonly (readonly [text: string, hint: RegExp])[] = [
  ['', /no name/],
  ['||^', /no name/],
  ['@@', /no name/],
  ['||ads.example', /\^ is missing at the end; write \|\|ads\.example\^/],
  ['|ads.example', /write \|ads\.example\^/],
  ['ads.example^', /write \|\|ads\.example\^ or \|ads\.example\^/],
  ['*.ads.example', /no wildcards; write \|\|name\^/],
  ['||*.ads.example^', /no wildcards/],
  ['||ads.example^$third-party', /leave them out/],
  ['/^ads[0-9]+/', /regular expressions/],
  ['! a comment', /comment/],
  ['# a comment', /comment/],
  ['0.0.0.0 ads.example', /without spaces/],
  ['ads.example other.example', /without spaces/],
  ['192.0.2.7', /address/],
  ['||2001:db8::1^', /address/],
  ['https://ads.example/', /not a domain name/],
  ['ads.example:53', /not a domain name/],
  ['@@@@ads.example', /not a domain name/],
  ['||||ads.example^', /not a domain name/],
  ['||ads..example^', /not a domain name/],
  [`${'a'.repeat(64)}.example`, /not a domain name/],
  [Array.from({ length: 64 }, () => 'abc').join('.'), /not a domain name/],
  ['||.^', /the root/],
  ['．', /not a domain name|the root/],
  // IDNA reads these as addresses: 1.0.0.2 and 192.0.2.7.
  ['１.0x2', /not a domain name/],
  ['192.0.2.７', /not a domain name/],
  ['bü%41cher.example', /not a domain name/],
  ['bü\\cher.example', /not a domain name/],
  ['bü／cher.example', /not a domain name/],
];

for (const [text, hint] of BAD_LINES) {
  test(`${text.slice(0, 40) || '(an empty line)'} is refused with a hint`, () => {
    const rule = parseRule(text);
    if (typeof rule !== 'string') assert.fail(`taken for ${parsed(text)}`);
    assert.ok(rule.startsWith(`"${text.trim()}": `), rule);
    assert.match(rule, hint);
  });
}

test('any text is a rule whose name is a name, or a sentence', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.string({
      unit: fc.constantFrom('|', '^', '@', '.', 'a', 'Z', '7', '\\', '-', 'ß', '。', '１', ':', ' '),
      maxLength: 40,
    }),
  );
  fc.assert(
    fc.property(text, (line) => {
      const rule = parseRule(line);
      if (typeof rule === 'string') return assert.ok(rule.length > 0);
      assert.ok(rule.name.length > 1 && rule.name.length <= NAME_MAX_BYTES);
      const again = nameFromText(nameToText(rule.name));
      assert.deepEqual(again, rule.name);
      assert.ok(!rule.name.some((octet) => octet >= 0x41 && octet <= 0x5a && !line.includes('\\')));
    }),
    { seed: 2024, numRuns: 2000 },
  );
});
