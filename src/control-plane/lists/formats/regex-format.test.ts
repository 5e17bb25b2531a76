import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { rulesOf } from '../../../../test/fixtures/lists/rules-of.ts';
import { compileList, verdictsOf } from '../../../../test/fixtures/lists/verdicts.ts';
import { readTestData } from '../../../../test/setup/test-data.ts';
import { parsePattern } from '../../../policy/patterns/pattern-fault.ts';

const IPV6 = '20010db8000000000000000000000001';
const NOBODY_IPV6 = '0'.repeat(32);
const addresses = (a: string, aaaa: string): string =>
  `"response":{"kind":"records","records":[{"type":1,"rdataHex":"${a}"},{"type":28,"rdataHex":"${aaaa}"}]}`;

describe('regex format', () => {
  test('takes one expression a line; those that say no more than a name become one', () => {
    const text = [
      '# Pi-hole',
      '',
      '^ads?[0-9]*\\.',
      '/track(er|ing)/',
      '(\\.|^)a\\.example$',
      '^b\\.example$',
      '\\.c\\.example$',
      '  ^d[_.-]  ',
    ].join('\n');
    assert.deepEqual(rulesOf('regex', text), {
      rules: [
        '3 /^ads?[0-9]*\\./',
        '4 /track(er|ing)/',
        '5 ||a.example^',
        '6 b.example',
        '7 *.c.example',
        '8 /^d[_.-]/',
      ],
      skipped: [],
    });
  });

  test('takes POSIX classes, which are classes between brackets only', () => {
    assert.deepEqual(rulesOf('regex', '[[:alpha:]_]+\\.x\n[^.[:space:]]+[[:digit:]]\n[:alpha:]ads\n'), {
      rules: ['1 /[[:alpha:]_]+\\.x/', '2 /[^.[:space:]]+[[:digit:]]/', '3 /[:alpha:]ads/'],
      skipped: [],
    });
  });

  test("follows Pi-hole's extensions where a rule can say the same", () => {
    const text = [
      'ads;querytype=AAAA',
      'ads;querytype=!A',
      'ads;querytype=A,TXT',
      'ads;reply=NODATA',
      'ads;reply=refused',
      'ads;reply=none',
      'ads;reply=192.0.2.1;querytype=A',
      'ads;invert',
      'ads;reply=IP',
      'ads;querytype=what',
    ].join('\n');
    assert.deepEqual(rulesOf('regex', text), {
      rules: [
        '1 /ads/ {"types":{"except":false,"numbers":[28]}}',
        '2 /ads/ {"types":{"except":true,"numbers":[1]}}',
        '3 /ads/ {"types":{"except":false,"numbers":[1,16]}}',
        '4 /ads/ {"response":{"kind":"nodata"}}',
        '5 /ads/ {"response":{"kind":"refused"}}',
        '6 /ads/ {"response":{"kind":"drop"}}',
        `7 /ads/ {"types":{"except":false,"numbers":[1]},${addresses('c0000201', NOBODY_IPV6)}}`,
      ],
      skipped: [
        '8 inverted: ads;invert',
        '9 unsupported-response: ads;reply=IP',
        '10 option-value: ads;querytype=what',
      ],
    });
  });

  test('takes an address of each family, and that of nobody for the one that is not given', () => {
    const text = [
      'ads;reply=192.0.2.1;reply=2001:db8::1',
      'ads;reply=2001:db8::1',
      'ads;reply=192.0.2.1',
      'ads;reply=nodata;reply=192.0.2.2',
      'ads;reply=192.0.2.1;reply=NODATA',
      'ads;reply=192.0.2.1;reply=what',
      'ads;reply=192.0.2.1;reply=2001:db8::1;reply=192.0.2.1',
    ].join('\n');
    assert.deepEqual(rulesOf('regex', text), {
      rules: [
        `1 /ads/ {${addresses('c0000201', IPV6)}}`,
        `2 /ads/ {${addresses('00000000', IPV6)}}`,
        `3 /ads/ {${addresses('c0000201', NOBODY_IPV6)}}`,
        `4 /ads/ {${addresses('c0000202', NOBODY_IPV6)}}`,
        '5 /ads/ {"response":{"kind":"nodata"}}',
      ],
      skipped: [
        '6 unsupported-response: ads;reply=192.0.2.1;reply=what',
        '7 option-value: ads;reply=192.0.2.1;reply=2001:db8::1;reply=192.0.2.1',
      ],
    });
  });

  test('takes a name that is led to', () => {
    assert.deepEqual(rulesOf('regex', 'ads;reply=CNAME,Garden.example\nads;reply=CNAME,a..b\nads;reply=CNAME\n'), {
      rules: ['1 /ads/ {"response":{"kind":"alias","target":"garden.example"}}'],
      skipped: ['2 option-value: ads;reply=CNAME,a..b', '3 unsupported-response: ads;reply=CNAME'],
    });
  });

  test('takes OTHER as all types that Pi-hole has no name for', () => {
    const text = [
      'ads;querytype=OTHER',
      'ads;querytype=A,other',
      'ads;querytype=!OTHER',
      'ads;querytype=!A,OTHER',
    ].join('\n');
    const named = [1, 2, 6, 12, 15, 16, 28, 33, 35, 43, 46, 48, 64, 65, 255];
    const types = (except: boolean, numbers: number[]): string => JSON.stringify({ types: { except, numbers } });
    assert.deepEqual(rulesOf('regex', `${text}\nads;querytype=A;querytype=AAAA\n`), {
      rules: [
        `1 /ads/ ${types(true, named)}`,
        `2 /ads/ ${types(true, named.slice(1))}`,
        `3 /ads/ ${types(false, named)}`,
        `4 /ads/ ${types(false, named.slice(1))}`,
      ],
      skipped: ['5 option-value: ads;querytype=A;querytype=AAAA'],
    });
  });

  test('leaves out what cannot be used, with its line', () => {
    assert.deepEqual(rulesOf('regex', '(a\nb(?=c)\n(d)\\1\ntwo words\ngö[a-z]\n').skipped, [
      '1 regex: (a',
      '2 regex: b(?=c)',
      '3 regex: (d)\\1',
      '4 trailing-text: two words',
      '5 international-pattern: gö[a-z]',
    ]);
  });

  test('leaves out what would be found in every name, and what other formats write', () => {
    const text = [
      '||x.example^',
      '@@||x.example^',
      '|evil.example|malware|',
      'a||b',
      '.*',
      '(ads)?',
      '"evil3.example"',
      'hxxp://evil3[.]example/x',
      '.*;querytype=HTTPS',
      '(?i:ads)[/:"[:digit:]]',
      '.+',
    ].join('\n');
    assert.deepEqual(rulesOf('regex', text), {
      rules: ['9 /.*/ {"types":{"except":false,"numbers":[65]}}', '10 /(?i:ads)[/:"[:digit:]]/', '11 /.+/'],
      skipped: [
        '1 not-this-format: ||x.example^',
        '2 not-this-format: @@||x.example^',
        '3 not-this-format: |evil.example|malware|',
        '4 too-wide: a||b',
        '5 too-wide: .*',
        '6 too-wide: (ads)?',
        '7 not-this-format: "evil3.example"',
        '8 not-this-format: hxxp://evil3[.]example/x',
      ],
    });
  });

  test('a line of another format among expressions blocks no other name', () => {
    for (const line of ['||x.example^', '@@||x.example^', '|evil.example|malware|']) {
      const list = `${'^ad7[0-9]+\\.\n'.repeat(100)}${line}\n`;
      const verdict = verdictsOf(compileList(list, { format: 'auto', subdomains: false }));
      assert.deepEqual([verdict('www.google.com'), verdict('ad77.example')], ['upstream', 'block'], line);
    }
  });

  test('leaves out what goes beyond the bound of a list', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => `${'ads.'.repeat(200)}${index}`);
    const { rules, skipped } = rulesOf('regex', lines.join('\n'));
    assert.ok(rules.length > 100);
    assert.equal(rules.length + skipped.length, 1000);
    assert.match(skipped[0]!, /too-many-patterns/);
  });

  test('tries no more expressions where too many could not be used', () => {
    const text = `^good\n${`(${'a'.repeat(999)}\n`.repeat(201)}^better\n||a.example^\n`;
    const { rules, skipped } = rulesOf('regex', text);
    assert.deepEqual(rules, ['1 /^good/']);
    assert.equal(skipped.at(-2), '203 regex: ^better');
  });

  test('in a list that allows, an expression allows', () => {
    assert.deepEqual(rulesOf('regex', '^ads;reply=none\n', { subdomains: false, allows: true }).rules, ['1 @@/^ads/']);
  });

  test('a published list is taken whole', (t) => {
    const bytes = readTestData(t, 'blocklists/mmotti-pihole-regex.list');
    if (bytes === undefined) return;
    const { rules, skipped } = rulesOf('regex', bytes.toString());
    assert.deepEqual([rules.length, skipped], [14, []]);
    for (const rule of rules) parsePattern('regex', /\/(.*)\//.exec(rule)![1]!);
  });
});
