import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { wireName } from '../../../test/fixtures/lists/wire-names.ts';
import { findListLine, findRuleLine } from './find-line.ts';
import { RULE_CLASS, type RuleShape, SCOPE } from '../../memory/block-table/rule-model.ts';
import type { ReadOptions } from './list-reader.ts';

const AUTO: ReadOptions = { format: 'auto', subdomains: false };
const TWO_RECORDS: RuleShape = {
  class: RULE_CLASS.BLOCK,
  response: {
    kind: 'records',
    records: [
      { type: 1, rdataHex: 'c0000201' },
      { type: 1, rdataHex: 'c0000202' },
    ],
  },
};

describe('the line that names a name', () => {
  const directory = temporaryDirectory();
  after(() => directory.remove());

  function file(text: string): string {
    const path = join(directory.path, 'list.txt');
    writeFileSync(path, text);
    return path;
  }

  test('is found in a hosts list with several names a line, with its text', async () => {
    const path = file('# head\n\n0.0.0.0 a.example b.example\r\n0.0.0.0 c.example # why\n');
    const found = await findListLine(path, AUTO, { name: wireName('b.example'), scope: undefined });
    assert.deepEqual(found, { lineNumber: 3, text: '0.0.0.0 a.example b.example' });
  });

  test('is the first one where several name it', async () => {
    const path = file('a.example\nb.example\nA.example.\n');
    const found = await findListLine(path, AUTO, { name: wireName('a.example'), scope: SCOPE.EXACT });
    assert.deepEqual(found, { lineNumber: 1, text: 'a.example' });
  });

  test('has the scope that is asked for', async () => {
    const path = file('*.b.example\na.example\n*.a.example\n');
    const subtree = await findListLine(path, AUTO, { name: wireName('a.example'), scope: SCOPE.SUBTREE });
    assert.equal(subtree?.lineNumber, 3);
    const exact = await findListLine(path, AUTO, { name: wireName('a.example'), scope: SCOPE.EXACT });
    assert.equal(exact?.lineNumber, 2);
    const widened = await findListLine(
      path,
      { ...AUTO, subdomains: true },
      { name: wireName('a.example'), scope: SCOPE.SUBTREE },
    );
    assert.equal(widened?.lineNumber, 2);
  });

  test('is found where the table says it with the rest of the list in mind', async () => {
    const block = { class: RULE_CLASS.BLOCK } as const;
    const zone = file('@ SOA a. b. 1 2 3 4 5\n*.b.example CNAME *.\n*.a.example CNAME .\nx.a.example CNAME *.\n');
    const wildcard: RuleShape = {
      ...block,
      condition: { denyAllow: ['x.a.example'] },
      response: { kind: 'nxdomain', isBlock: true },
    };
    const wanted = { name: wireName('a.example'), scope: SCOPE.BELOW, shape: wildcard };
    assert.deepEqual(await findListLine(zone, AUTO, wanted), { lineNumber: 3, text: '*.a.example CNAME .' });
    const settings = file('address=/a.example/192.0.2.1\nlocal=/a.example/\n');
    const noData: RuleShape = { ...block, response: { kind: 'nodata', isBlock: true } };
    const found = await findListLine(settings, AUTO, {
      name: wireName('a.example'),
      scope: SCOPE.SUBTREE,
      shape: noData,
    });
    assert.deepEqual(found, { lineNumber: 2, text: 'local=/a.example/' });
  });

  test('is the one that says it as the table does before one that it could have been made of', async () => {
    const path = file('@ SOA a. b. 1 2 3 4 5\na.example CNAME .\na.example CNAME *.\n');
    const shape: RuleShape = { class: RULE_CLASS.BLOCK, response: { kind: 'nodata', isBlock: true } };
    const found = await findListLine(path, AUTO, { name: wireName('a.example'), scope: SCOPE.EXACT, shape });
    assert.equal(found?.lineNumber, 3);
  });

  const formats: [string, string, string, number, string][] = [
    ['adblock', '! head\n||a.example^\n||b.example^$important\n', 'b.example', 3, '||b.example^$important'],
    [
      'adblock, hosts line',
      '||x.example^\n192.0.2.1 a.example b.example\n',
      'b.example',
      2,
      '192.0.2.1 a.example b.example',
    ],
    [
      'dnsmasq',
      'local=/a.example/\naddress=/b.example/c.example/#\n',
      'c.example',
      2,
      'address=/b.example/c.example/#',
    ],
    ['rpz', '@ SOA a. b. 1 2 3 4 5\na.example CNAME .\n*.b.example CNAME .\n', 'b.example', 3, '*.b.example CNAME .'],
    [
      'rpz, local data',
      'a.example CNAME .\nb.example A 192.0.2.1\nb.example A 192.0.2.2\n',
      'b.example',
      2,
      'b.example A 192.0.2.1',
    ],
    ['regex', '^x[0-9]\n(^|\\.)b\\.example$\n', 'b.example', 2, '(^|\\.)b\\.example$'],
  ];
  for (const [format, text, name, lineNumber, lineText] of formats) {
    test(`is found in a list in ${format} format, with its text`, async () => {
      const found = await findListLine(file(text), AUTO, { name: wireName(name), scope: undefined });
      assert.deepEqual(found, { lineNumber, text: lineText });
    });
  }

  test('is the one with the class, condition and response that are asked for', async () => {
    const path = file('||a.example^$dnstype=AAAA\n||a.example^\n@@||a.example^\n||a.example^$dnsrewrite=REFUSED\n');
    const name = wireName('a.example');
    const lineOf = async (wanted: object): Promise<number | undefined> =>
      (await findListLine(path, AUTO, { name, ...wanted }))?.lineNumber;
    assert.equal(await lineOf({ shape: { class: RULE_CLASS.BLOCK } }), 2);
    assert.equal(await lineOf({ action: 'allow' }), 3);
    assert.equal(await lineOf({ shape: { class: RULE_CLASS.BLOCK, response: { kind: 'refused' } } }), 4);
    assert.equal(await lineOf({}), 1);
  });

  test('is the first with one of the records that several lines add up to, in whatever order they are asked for', async () => {
    const path = file('||a.example^\n||a.example^$dnsrewrite=192.0.2.2\n||a.example^$dnsrewrite=192.0.2.1\n');
    const found = await findListLine(
      path,
      { ...AUTO, format: 'adblock' },
      { name: wireName('a.example'), shape: TWO_RECORDS },
    );
    assert.equal(found?.lineNumber, 2);
  });

  test('is found for patterns and for addresses', async () => {
    const path = file('||a.example^\n/ads[0-9]/\n-banner-\n192.0.2.7\n');
    const lineOf = async (wanted: Parameters<typeof findListLine>[2]): Promise<number | undefined> =>
      (await findListLine(path, AUTO, wanted))?.lineNumber;
    assert.equal(await lineOf({ pattern: { kind: 'regex', text: 'ads[0-9]' } }), 2);
    assert.equal(await lineOf({ pattern: { kind: 'glob', text: '*-banner-*' } }), 3);
    const address = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 7]);
    assert.equal(await lineOf({ address }), 4);
    const networks = file('198.51.100.0/24\n192.0.2.0/28\n2001:db8::/32\n');
    assert.equal((await findListLine(networks, AUTO, { address }))?.lineNumber, 2);
  });

  test('is found far into a long list', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `name-${index}.example.org`);
    const found = await findListLine(file(lines.join('\n')), AUTO, {
      name: wireName('name-59999.example.org'),
      scope: SCOPE.EXACT,
    });
    assert.deepEqual(found, { lineNumber: 60_000, text: 'name-59999.example.org' });
  });

  test('is undefined where no line names it, and where there is no file', async () => {
    const wanted = { name: wireName('other.example'), scope: undefined };
    assert.equal(await findListLine(file('a.example\n'), AUTO, wanted), undefined);
    assert.equal(await findListLine(join(directory.path, 'none.txt'), AUTO, wanted), undefined);
  });
});

describe('the rule that names a name', () => {
  const rules = [
    { text: '||ads.example^', line: 7 },
    { text: '@@||ads.example^', line: 8 },
    { text: 'Exact.example', line: 9 },
  ];

  test('is the first with one of the records that several rules add up to', () => {
    const rewriting = [
      { text: '||a.example^$dnsrewrite=192.0.2.9', line: 1 },
      { text: '||a.example^$dnsrewrite=192.0.2.1', line: 2 },
      { text: '||a.example^$dnsrewrite=192.0.2.2', line: 3 },
    ];
    const wanted = { name: wireName('a.example'), scope: SCOPE.SUBTREE, shape: TWO_RECORDS };
    assert.equal(findRuleLine(rewriting, wanted)?.lineNumber, 2);
  });

  test('is told by its line and text, by name, scope and action', () => {
    const name = wireName('ads.example');
    assert.deepEqual(findRuleLine(rules, { name, scope: SCOPE.SUBTREE, action: 'block' }), {
      lineNumber: 7,
      text: '||ads.example^',
    });
    assert.equal(findRuleLine(rules, { name, scope: undefined, action: 'allow' })?.lineNumber, 8);
    assert.equal(findRuleLine(rules, { name, scope: SCOPE.EXACT, action: 'block' }), undefined);
    assert.equal(
      findRuleLine(rules, { name: wireName('exact.example'), scope: SCOPE.EXACT, action: 'block' })?.lineNumber,
      9,
    );
  });
});
