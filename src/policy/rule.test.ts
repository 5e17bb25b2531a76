import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NAME_MAX_BYTES } from '../wire/name.ts';
import { nameFromText, nameToText } from '../wire/name-text.ts';
import { parseRule } from './rule.ts';

const CLASSES = ['important allow', 'important block', 'allow', 'block'];
const SCOPES = ['', 'exact', 'below', 'subtree'];

function parsed(text: string): string {
  const rule = parseRule(text);
  if (typeof rule === 'string') return `fault: ${rule}`;
  const { subject, shape } = rule;
  const about =
    subject.kind === 'name'
      ? `${SCOPES[subject.scope]} ${nameToText(subject.wire)}`
      : subject.kind === 'addresses'
        ? `${subject.firstHex} to ${subject.lastHex}`
        : `${subject.kind} ${subject.text}`;
  return `${CLASSES[shape.class]} ${about}${shape.condition === undefined ? '' : ' on a condition'}`;
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
  ['*.ads.example', 'block below ads.example'],
  ['||ads.example^$important', 'important block subtree ads.example'],
  ['@@||ads.example^$important', 'important allow subtree ads.example'],
  ['||ads.example^$dnstype=AAAA', 'block subtree ads.example on a condition'],
  ['/^ads[0-9]+/', 'block regex ^ads[0-9]+'],
  ['192.0.2.7', 'block c0000207 to c0000207'],
];

for (const [text, meaning] of GOOD_LINES) {
  test(`${text} means: ${meaning}`, () => assert.equal(parsed(text), meaning));
}

const BAD_LINES: readonly (readonly [text: string, hint: RegExp])[] = [
  ['/a||b/', /a rule about everything/],
  ['', /no name; write \|\|name\^/],
  ['||^', /no name/],
  ['@@', /no name/],
  ['||ads.example^$third-party', /only browsers can follow: "third-party"/],
  ['||ads.example^$no-such-option', /no-such-option|only browsers/],
  ['! a comment', /comment/],
  ['# a comment', /comment/],
  ['ads.example##.banner', /inside of web pages/],
  ['0.0.0.0 ads.example', /text behind/],
  ['ads.example other.example', /text behind/],
  ['https://ads.example/', /addresses of web pages/],
  ['ads.example:53', /addresses of web pages/],
  ['@@@@ads.example', /not for names/],
  ['||||ads.example^', /no domain name/],
  ['||ads..example^', /no domain name/],
  [`${'a'.repeat(64)}.example`, /no domain name/],
  [Array.from({ length: 64 }, () => 'abc').join('.'), /no domain name/],
  ['||.^', /no domain name/],
  ['||gö*.example^', /xn-- form/],
  ['．', /everything|no domain name/],
  // IDNA reads these as addresses: 1.0.0.2 and 192.0.2.7.
  ['１.0x2', /no domain name/],
  ['192.0.2.７', /no domain name/],
  ['bü%41cher.example', /not for names/],
  ['bü\\cher.example', /no domain name/],
  ['bü／cher.example', /no domain name/],
];

for (const [text, hint] of BAD_LINES) {
  test(`${text.slice(0, 40) || '(an empty line)'} is refused with a hint`, () => {
    const rule = parseRule(text);
    if (typeof rule !== 'string') assert.fail(`taken for ${parsed(text)}`);
    assert.ok(rule.startsWith(`"${text.trim()}": `), rule);
    assert.match(rule, hint);
  });
}

test('any text is a rule, whose name is a name, or a sentence', () => {
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
      if (rule.subject.kind !== 'name') return assert.notEqual(Object.values(rule.subject).join(), '');
      const { wire } = rule.subject;
      assert.ok(wire.length > 1 && wire.length <= NAME_MAX_BYTES);
      assert.deepEqual(nameFromText(nameToText(wire)), wire);
      assert.ok(!wire.some((octet) => octet >= 0x41 && octet <= 0x5a && !line.includes('\\')));
    }),
    { seed: 2024, numRuns: 2000 },
  );
});
