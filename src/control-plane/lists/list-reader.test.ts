import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { notingSink } from '../../../test/fixtures/lists/rules-of.ts';
import { readTestData } from '../../../test/setup/test-data.ts';
import { LINE_MAX_BYTES } from './formats/line-fault.ts';
import { HEAD_BYTES } from './formats/recognize-format.ts';
import { LIST_FORMATS } from './formats/format-names.ts';
import { type Inspection, ListReader, NO_SINK, type ReadOptions } from './list-reader.ts';

const SEED = 20_260_103;
const AUTO: ReadOptions = { format: 'auto', subdomains: false };

function read(content: string | Uint8Array, options = AUTO, chunkBytes = 1 << 16): Inspection & { found: string[] } {
  const found: string[] = [];
  const reader = new ListReader(options, notingSink(found));
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes));
  return { ...reader.finish(), found };
}

describe('a list', () => {
  test('is read with its format recognized, its faults counted and the first of them told', () => {
    const text =
      '# head\n0.0.0.0 a.example b.example\n0.0.0.0 bad..example\nnonsense\n0.0.0.0 c.example\n0.0.0.0 d.example';
    const { report, ...rest } = read(text);
    assert.deepEqual(rest, {
      format: 'hosts',
      names: 4,
      faultyLines: 2,
      firstFaults: [
        { lineNumber: 3, reason: 'a name with an empty label', text: '0.0.0.0 bad..example' },
        { lineNumber: 4, reason: 'no address in front of the name', text: 'nonsense' },
      ],
      refusal: undefined,
      found: ['2 a.example', '2 b.example', '5 c.example', '6 d.example'],
    });
    assert.equal(report.rules.names, 4);
    assert.deepEqual(
      report.skipped.map(({ reason, lines }) => [reason, lines]),
      [
        ['empty-label', 1],
        ['no-address', 1],
      ],
    );
  });

  test('is reported on: rules by kind, and what was left out, by reason, with the first lines', () => {
    const text = [
      '||a.example^',
      '@@||b.example^$important',
      '*.c.example',
      'd.example',
      '||e.example^$dnstype=A',
      '||f.example^$dnsrewrite=NXDOMAIN',
      '/ads[0-9]/',
      '192.0.2.1',
      '||g.example^$badfilter',
      ...Array.from({ length: 7 }, (_, index) => `x${index}.example##.banner`),
      '||h.example^$unheard-of',
    ].join('\n');
    const { report, names, faultyLines, firstFaults } = read(text);
    assert.deepEqual(report, {
      rules: {
        names: 1,
        subtrees: 4,
        below: 1,
        patterns: 1,
        addresses: 1,
        removals: 1,
        exceptions: 1,
        important: 1,
        conditional: 1,
        responses: 1,
      },
      skipped: [
        {
          reason: 'cosmetic',
          reasonText: 'a rule for the inside of web pages',
          isFault: false,
          lines: 7,
          first: Array.from({ length: 5 }, (_, index) => ({
            lineNumber: 10 + index,
            text: `x${index}.example##.banner`,
          })),
        },
        {
          reason: 'unknown-option',
          reasonText: 'an option that is not known',
          isFault: true,
          lines: 1,
          first: [{ lineNumber: 17, text: '||h.example^$unheard-of' }],
        },
      ],
    });
    assert.deepEqual([names, faultyLines, firstFaults[0]?.lineNumber], [8, 1, 17]);
    assert.deepEqual(JSON.parse(JSON.stringify(report)), report);
  });

  test('of names loses none of its other rules, and its wildcards stay what they are in a list of names', () => {
    const names = Array.from({ length: 80 }, (_, index) => `n${index}.example\n*.w${index}.example # why\n`).join('');
    for (const [line, rule] of [
      ['||b.example^', '||b.example^'],
      ['@@||n1.example^', '@@||n1.example^'],
      ['|b.example^', 'b.example'],
      ['/^ads[0-9]+\\./', '/^ads[0-9]+\\./'],
    ] as const) {
      const { found, faultyLines } = read(`${names}${line}\n`);
      assert.deepEqual([found.length, faultyLines], [161, 0], line);
      assert.deepEqual([found[0], found[1], found.at(-1)], ['1 n0.example', '2 ||w0.example^', `161 ${rule}`]);
    }
    const rules = Array.from({ length: 80 }, (_, index) => `||n${index}.example^\n`).join('');
    assert.equal(read(`${rules}*.b.example\n`).found.at(-1), '81 *.b.example', 'among rules of a filter');
  });

  test('for browsers is not refused, however little of it is about names', () => {
    const { names, refusal, faultyLines } = read(`! title\n||a.example^\n${'b.example##.x\n'.repeat(50)}`);
    assert.deepEqual({ names, refusal, faultyLines }, { names: 1, refusal: undefined, faultyLines: 0 });
  });

  test('for browsers alone is no mistake, and its web addresses are none of its faults', () => {
    for (const line of ['b.example##.x', '||b.example^$third-party']) {
      const { names, refusal, faultyLines } = read(`! title\n${line}\n/banner/*\n&ad=\n`);
      assert.deepEqual({ names, refusal, faultyLines }, { names: 0, refusal: undefined, faultyLines: 0 });
    }
  });

  test('for DNS has web addresses among its faults', () => {
    const { names, refusal, firstFaults } = read('||a.example^\n||b.example^\n||c.example/path^\n');
    assert.deepEqual({ names, refusal }, { names: 2, refusal: undefined });
    assert.deepEqual(
      firstFaults.map(({ lineNumber }) => lineNumber),
      [3],
    );
  });

  test('may begin with a byte order mark', () => {
    assert.deepEqual(read('\ufeffa.example\nb.example\n').found, ['1 a.example', '2 b.example']);
  });

  test('may be empty or hold comments alone', () => {
    for (const text of ['', '\n\n', '# nothing yet\n']) {
      const { names, refusal } = read(text);
      assert.deepEqual({ names, refusal }, { names: 0, refusal: undefined });
    }
  });

  test('is read in the format that is asked for, whatever it looks like', () => {
    assert.deepEqual(read('0.0.0.0 a.example\n', { format: 'domains', subdomains: false }).names, 0);
    assert.deepEqual(read('a.example\n', { format: 'wildcard', subdomains: false }).found, ['1 a.example']);
  });

  test('keeps its line numbers past a line that is too long', () => {
    const { found, firstFaults } = read(`a.example\n${'x'.repeat(LINE_MAX_BYTES + 1)}\nb.example\n`);
    assert.deepEqual(found, ['1 a.example', '3 b.example']);
    assert.equal(firstFaults[0]?.lineNumber, 2);
  });

  test('shows faulty lines without control characters or direction marks', () => {
    const { firstFaults } = read('a.example\nb.example\n\u001b[31mred\u202e \u0007x\n');
    assert.equal(firstFaults[0]?.text, '[31mred   x');
  });
});

describe('a file that is no list', () => {
  const refused: [string, string, RegExp][] = [
    ['a web page', '<!doctype html><title>Log in</title>', /web page/],
    ['JSON', '{"names": ["a.example"]}', /JSON/],
    ['prose', 'Not found\nThis page has moved\n', /2 of its 2 lines/],
    [
      'a list in another format than asked for',
      'a.example\nb.example\n',
      /2 of its 2 lines cannot be read as hosts lines/,
    ],
  ];
  const notRules: [string, string, RegExp][] = [
    ['web addresses', 'https://a.example/path\nhttps://b.example/\n', /2 of its 2 lines .* line 1: .*web pages/],
    ['web addresses, mostly', 'a.example\nhttps://b.example/x\nhttps://c.example/y\n', /2 of its 3 lines .* line 2/],
    [
      'web addresses with one line for browsers',
      `${'https://a.example/path\n'.repeat(300)}a.example##.banner\n`,
      /300 of its 300 lines|301 of its 301 lines/,
    ],
    ['values between commas', 'a.example,malware,2026\nb.example,ads,2026\n', /2 of its 2 lines/],
    ['addresses with ports', '192.0.2.1:443\n192.0.2.2:443\n', /2 of its 2 lines/],
    ['servers for names', 'server=/a.example/192.0.2.1\nno-resolv\n', /2 of its 2 lines .* line 1: a server for names/],
    [
      'triggers on clients',
      '@ SOA a. b. 1 2 3 4 5\n32.1.2.0.192.rpz-client-ip CNAME .\n',
      /1 of its 1 lines .*clients/,
    ],
  ];
  for (const [what, text, reason] of [...refused, ...notRules]) {
    test(`${what} is refused with the reason`, () => {
      const options: ReadOptions = what.includes('asked for') ? { format: 'hosts', subdomains: false } : AUTO;
      assert.match(read(text, options).refusal ?? '', reason);
    });
  }

  test('a list of which half is faulty is still a list', () => {
    assert.equal(read('a.example\nb b\n').refusal, undefined);
    assert.notEqual(read('a.example\nb b\nc c\n').refusal, undefined);
  });

  test('a web page is given up at its head, however long it is', () => {
    const reader = new ListReader(AUTO, NO_SINK);
    reader.push(Buffer.from(`<html>${' '.repeat(HEAD_BYTES)}`));
    assert.match(reader.refusal ?? '', /web page/);
  });
});

describe('any list', () => {
  const topLabel = fc.stringMatching(/^[a-z]{2,6}$/);
  const label = fc.stringMatching(/^[a-z0-9_-]{1,12}$/);
  const name = fc
    .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), topLabel)
    .map(([l, top]) => [...l, top].join('.'));

  test('a generated hosts file gives exactly its names', () => {
    const address = fc.constantFrom('0.0.0.0', '127.0.0.1', '::', '::1', '192.0.2.9');
    const line = fc.oneof(
      { weight: 6, arbitrary: fc.record({ address, names: fc.array(name, { minLength: 1, maxLength: 9 }) }) },
      { weight: 1, arbitrary: fc.constantFrom('', '# comment 0.0.0.0 x.example', '127.0.0.1 localhost', '  ') },
    );
    const file = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 60 }),
      lineEnd: fc.constantFrom('\n', '\r\n'),
      comment: fc.constantFrom('', ' # why', '#why'),
      last: fc.boolean(),
    });
    const property = fc.property(file, ({ lines, lineEnd, comment, last }) => {
      const expected: string[] = [];
      const texts = lines.map((entry, index) => {
        if (typeof entry === 'string') return entry;
        for (const text of entry.names) expected.push(`${index + 1} ${text}`);
        return `${entry.address} ${entry.names.join(' ')}${comment}`;
      });
      const { found, faultyLines } = read(texts.join(lineEnd) + (last ? lineEnd : ''), {
        format: 'hosts',
        subdomains: false,
      });
      assert.deepEqual(found, expected);
      assert.equal(faultyLines, 0);
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });

  test('the chunks it comes in make no difference', () => {
    const entry = fc.oneof(
      name,
      fc.constantFrom(
        '# c',
        '',
        '*.w.example',
        'bad..x',
        '0.0.0.0 h.example',
        'ü.example',
        '||b^',
        'x.example CNAME .',
      ),
    );
    const filler = fc.integer({ min: 0, max: 40 }).map((times) => 'long-comment-#'.repeat(times * 400));
    const property = fc.property(
      fc.array(entry, { maxLength: 200 }),
      filler,
      fc.integer({ min: 1, max: 70_000 }),
      (entries, fill, chunkBytes) => {
        const text = `#${fill}\n${entries.join('\n')}`;
        assert.deepEqual(read(text, AUTO, chunkBytes), read(text, AUTO, text.length + 1));
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 150 });
  });

  test('any octets are read without an exception and with bounded memory of faults', () => {
    const octets = fc.oneof(
      fc.uint8Array({ maxLength: 3000 }),
      fc
        .array(fc.constantFrom('0.0.0.0 ', '*.', 'a', '.', '\n', '#', ' ', '\u0000', 'é', '::1 '), { maxLength: 500 })
        .map((parts) => new Uint8Array(Buffer.from(parts.join('')))),
    );
    const formats = fc.constantFrom<ReadOptions['format']>('auto', ...LIST_FORMATS);
    const property = fc.property(octets, formats, fc.boolean(), (bytes, format, subdomains) => {
      const { names, found, firstFaults, report } = read(bytes, { format, subdomains });
      assert.equal(names + report.rules.removals, found.length);
      assert.ok(firstFaults.length <= 5);
    });
    fc.assert(property, { seed: SEED, numRuns: 1000 });
  });
});

describe('a small mixed list', () => {
  for (const format of ['hosts', 'domains', 'wildcard'] as const) {
    test(`in ${format} format gives the names of its golden file`, () => {
      const list = readFileSync(new URL(`../../../test/fixtures/lists/mixed-${format}.txt`, import.meta.url));
      const golden = new URL(`../../../test/golden/list-${format}.txt`, import.meta.url);
      const { found, firstFaults, ...inspection } = read(list);
      assert.equal(inspection.format, format);
      const faults = firstFaults.map(({ lineNumber, reason, text }) => `${lineNumber} ${reason}: ${text}`);
      const dump = `${found.join('\n')}\n\nfaulty:\n${faults.join('\n')}\n`;
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(golden, dump);
      assert.equal(dump, readFileSync(golden, 'utf8'));
    });
  }
});

describe('lists as they are published', () => {
  const published: [string, string, number, number][] = [
    ['stevenblack-hosts.txt.gz', 'hosts', 116_378, 0],
    ['anudeepnd-adservers.txt.gz', 'hosts', 42_531, 0],
    ['hagezi-hosts-light.txt.gz', 'hosts', 87_391, 0],
    ['hagezi-hosts-light-compressed.txt.gz', 'hosts', 87_391, 0],
    ['hagezi-domains-light.txt.gz', 'domains', 87_391, 0],
    ['hagezi-wildcard-light.txt.gz', 'wildcard', 43_413, 0],
    ['hagezi-wildcard-light-onlydomains.txt.gz', 'domains', 43_413, 0],
    ['hagezi-wildcard-pro.txt.gz', 'wildcard', 168_310, 0],
    ['hagezi-adblock-light.txt.gz', 'adblock', 43_413, 0],
    ['hagezi-adblock-pro.txt.gz', 'adblock', 168_310, 0],
    ['hagezi-adblock-nosafesearch.txt', 'adblock', 178, 0],
    ['hagezi-adblock-spam-tlds.txt', 'adblock', 132, 0],
    ['hagezi-adblock-spam-tlds-allow.txt', 'adblock', 811, 0],
    ['hagezi-dnsmasq-light.txt.gz', 'dnsmasq', 43_413, 0],
    ['hagezi-rpz-light.txt.gz', 'rpz', 86_826, 0],
    ['hagezi-ips-doh.txt', 'addresses', 1705, 0],
    ['mmotti-pihole-regex.list', 'regex', 14, 0],
    // The faulty ones are addresses among the names.
    ['union-1.5M-domains.txt.gz', 'domains', 1_510_348, 15],
  ];
  for (const [file, format, names, faultyLines] of published) {
    test(`${file} is ${format} with ${names} rules`, (t) => {
      const bytes = readTestData(t, `blocklists/${file}`);
      if (bytes === undefined) return;
      const reader = new ListReader(AUTO, NO_SINK);
      reader.push(bytes);
      const inspection = reader.finish();
      assert.deepEqual(
        { format: inspection.format, names: inspection.names, faultyLines: inspection.faultyLines },
        { format, names, faultyLines },
      );
      assert.equal(inspection.refusal, undefined);
    });
  }
});
