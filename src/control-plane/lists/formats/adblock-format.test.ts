import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rulesOf } from '../../../../test/fixtures/lists/rules-of.ts';
import { compileList, verdictsOf } from '../../../../test/fixtures/lists/verdicts.ts';

const address = (type: number, rdataHex: string): string =>
  `{"response":{"kind":"records","records":[{"type":${type},"rdataHex":"${rdataHex}"}]}}`;

describe('adblock format', () => {
  test('takes rules with and without options, line by line', () => {
    const text = [
      '[Adblock Plus 2.0]',
      '! Title: a list',
      '# a comment',
      '## another one',
      '#',
      '',
      '||a.example^',
      '  ||B.example^  ',
      '@@||good.a.example^',
      '||c.example^$important',
      '|d.example^',
      '||e.example',
      '/ads[0-9]+\\./',
      '||f.example^$badfilter',
    ].join('\r\n');
    assert.deepEqual(rulesOf('adblock', text), {
      rules: [
        '7 ||a.example^',
        '8 ||b.example^',
        '9 @@||good.a.example^',
        '10 !||c.example^',
        '11 d.example',
        '12 ||e.example^',
        '13 /ads[0-9]+\\./',
        '14 - ||f.example^',
      ],
      skipped: [],
    });
  });

  test('takes bare names exactly, with a comment behind them', () => {
    assert.deepEqual(rulesOf('adblock', 'a.example\nzip\nb.example # why\nc.example#why\nd.example ! why\n'), {
      rules: ['1 a.example', '2 zip', '3 b.example'],
      skipped: ['4 web-address: c.example#why', '5 text-behind: d.example ! why'],
    });
  });

  test('a comment behind a name is none if it hides something on a page', () => {
    const text = 'a.example ##.banner\nb.example #@#.banner\nc.example #?#div\nd.example ## why\ne.example #why\n';
    assert.deepEqual(rulesOf('adblock', text), {
      rules: ['4 d.example', '5 e.example'],
      skipped: ['1 cosmetic: a.example ##.banner', '2 cosmetic: b.example #@#.banner', '3 cosmetic: c.example #?#div'],
    });
  });

  test('a faulty name in a hosts line does not cost the others', () => {
    assert.deepEqual(rulesOf('adblock', '0.0.0.0 a.example b..x c.example ||d.example^ e.example # why\n'), {
      rules: ['1 a.example', '1 c.example', '1 e.example'],
      skipped: ['1 empty-label: 0.0.0.0 a.example b..x c.example ||d.example^ e.example # why'],
    });
  });

  test('takes parts of names as what they are', () => {
    assert.deepEqual(rulesOf('adblock', '-ads.\n.ads.example^\nads-\nads.\n').rules, [
      '1 glob *-ads.*',
      '2 *.ads.example',
      '3 glob *ads-*',
      '4 glob *ads.*',
    ]);
  });

  test('takes hosts lines exactly: with the addresses of nobody and of oneself they block, with others they answer', () => {
    const text = [
      '0.0.0.0 a.example b.example # both',
      ':: c.example',
      '127.0.0.1 localhost',
      '::1 d.example',
      '192.0.2.1 e.example',
      '2001:db8::1 f.example',
      '0.0.0.0 g..example',
      '0.0.0.0 ||h.example^',
      '192.0.2.1',
    ].join('\n');
    assert.deepEqual(rulesOf('adblock', text), {
      rules: [
        '1 a.example',
        '1 b.example',
        '2 c.example',
        '4 d.example',
        '9 192.0.2.1-192.0.2.1',
        `5 e.example ${address(1, 'c0000201')}`,
        `6 f.example ${address(28, '20010db8000000000000000000000001')}`,
      ],
      skipped: ['7 empty-label: 0.0.0.0 g..example', '8 bad-character: 0.0.0.0 ||h.example^'],
    });
  });

  test('adds up the records of one name, and takes away those that an exception names', () => {
    const text = [
      '||a.example^$dnsrewrite=192.0.2.1',
      '||a.example^$dnsrewrite=192.0.2.2',
      '||a.example^$dnsrewrite=NOERROR;TXT;x',
      '||b.example^$dnsrewrite=192.0.2.3',
      '@@||b.example^$dnsrewrite=192.0.2.3',
    ].join('\n');
    const added = '[{"type":1,"rdataHex":"c0000201"},{"type":1,"rdataHex":"c0000202"},{"type":16,"rdataHex":"0178"}]';
    assert.deepEqual(rulesOf('adblock', text).rules, [
      `5 - ||b.example^ ${address(1, 'c0000203')}`,
      `1 ||a.example^ {"response":{"kind":"records","records":${added}}}`,
    ]);
  });

  test('leaves out what only browsers can follow, and says why', () => {
    const text = [
      '##.banner',
      '#@#.banner',
      'a.example##.banner',
      'a.example$$script',
      '||a.example^$third-party',
      '||a.example^$script,important',
      '||a.example/banner.js',
      '/banner/*',
      '&ad=',
      '@@||a.example^$elemhide',
    ].join('\n');
    const { rules, skipped } = rulesOf('adblock', text);
    assert.deepEqual(rules, []);
    assert.deepEqual(
      skipped.map((line) => line.split(':')[0]),
      [
        '1 cosmetic',
        '2 cosmetic',
        '3 cosmetic',
        '4 cosmetic',
        '5 browser-option',
        '6 browser-option',
        '7 web-address',
        '8 web-address',
        '9 web-address',
        '10 browser-option',
      ],
    );
  });

  test('leaves out an expression that cannot be used, with its line', () => {
    assert.deepEqual(rulesOf('adblock', '||a.example^\n/(ads/\n/(a)\\1/\n').skipped, [
      '2 regex: /(ads/',
      '3 regex: /(a)\\1/',
    ]);
  });

  test('in a list that allows, what would block or answer allows, as far as it is limited', () => {
    const text = [
      '||a.example^',
      'b.example',
      '0.0.0.0 c.example',
      '192.0.2.1 d.example',
      '||e.example^$important',
      '@@||f.example^',
      '||g.example^$dnstype=A,dnsrewrite=192.0.2.1',
    ].join('\n');
    assert.deepEqual(rulesOf('adblock', text, { subdomains: false, allows: true }).rules, [
      '1 @@||a.example^',
      '2 @@b.example',
      '3 @@c.example',
      '4 @@d.example',
      '5 !@@||e.example^',
      '6 @@||f.example^',
      '7 @@||g.example^ {"types":{"except":false,"numbers":[1]}}',
    ]);
  });

  test('subdomains = true widens what stands there as a name alone', () => {
    const text = 'a.example\n0.0.0.0 b.example\n|c.example^\n||d.example^\n';
    assert.deepEqual(rulesOf('adblock', text, { subdomains: true, allows: false }).rules, [
      '1 ||a.example^',
      '2 ||b.example^',
      '3 c.example',
      '4 ||d.example^',
    ]);
  });

  test('a generated list gives exactly its rules', () => {
    const name = fc
      .array(fc.stringMatching(/^[a-z0-9][a-z0-9_]{0,10}[a-z]$/), { minLength: 2, maxLength: 4 })
      .map((labels) => labels.join('.'));
    const form = fc.constantFrom<[before: string, after: string, mark: string]>(
      ['||', '^', '||^'],
      ['@@||', '^', '@@||^'],
      ['||', '^$important', '!||^'],
      ['|', '^', ''],
      ['', '', ''],
      ['0.0.0.0 ', '', ''],
      ['@@|', '^$important', '!@@'],
    );
    const filler = fc.constantFrom('', '! comment', '# comment', '||x.example^$script', '  ');
    const line = fc.oneof({ weight: 5, arbitrary: fc.record({ name, form }) }, { weight: 1, arbitrary: filler });
    const property = fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
      const expected = lines.flatMap((entry, index) => {
        if (typeof entry === 'string') return [];
        const [, , mark] = entry.form;
        const subject = mark.endsWith('||^') ? `||${entry.name}^` : entry.name;
        return [`${index + 1} ${mark.replace('||^', '')}${subject}`];
      });
      const text = lines.map((entry) =>
        typeof entry === 'string' ? entry : entry.form[0] + entry.name + entry.form[1],
      );
      assert.deepEqual(rulesOf('adblock', text.join('\n')).rules, expected);
    });
    fc.assert(property, { seed: 20_261_123, numRuns: 300 });
  });
});

test('leaves out an expression that would be found in every name, unless it says for whom or what', () => {
  assert.deepEqual(rulesOf('adblock', '/a||b/\n/.*/\n@@/^/\n/.*/$dnstype=HTTPS\n'), {
    rules: ['4 /.*/ {"types":{"except":false,"numbers":[65]}}'],
    skipped: ['1 too-wide: /a||b/', '2 too-wide: /.*/', '3 too-wide: @@/^/'],
  });
});

test('records that lines give to the same pattern add up, but for those that are taken back', () => {
  const line = (value: string, more = ''): string => `/^g/$dnsrewrite=${value}${more}`;
  const text = [line('192.0.2.1'), line('192.0.2.9'), line('2001:db8::1'), line('192.0.2.9', ',badfilter')].join('\n');
  const verdict = verdictsOf(compileList(text, { format: 'adblock', subdomains: false }));
  assert.deepEqual([verdict('g.example'), verdict('g.example', 28)], ['records 192.0.2.1', 'records 2001:db8::1']);
});
