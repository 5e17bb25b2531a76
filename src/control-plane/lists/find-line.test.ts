import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { temporaryDirectory } from '../../../test/fixtures/lists/temporary-directory.ts';
import { wireName } from '../../../test/fixtures/lists/wire-names.ts';
import { findListLine, findRuleLine } from './find-line.ts';
import type { ReadOptions } from './list-reader.ts';

const AUTO: ReadOptions = { format: 'auto', subdomains: false };

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
    const found = await findListLine(path, AUTO, { name: wireName('a.example'), scope: 'exact' });
    assert.deepEqual(found, { lineNumber: 1, text: 'a.example' });
  });

  test('has the scope that is asked for', async () => {
    const path = file('*.b.example\na.example\n*.a.example\n');
    const subtree = await findListLine(path, AUTO, { name: wireName('a.example'), scope: 'subtree' });
    assert.equal(subtree?.lineNumber, 3);
    const exact = await findListLine(path, AUTO, { name: wireName('a.example'), scope: 'exact' });
    assert.equal(exact?.lineNumber, 2);
    const widened = await findListLine(
      path,
      { ...AUTO, subdomains: true },
      { name: wireName('a.example'), scope: 'subtree' },
    );
    assert.equal(widened?.lineNumber, 2);
  });

  test('is found far into a long list', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `name-${index}.example.org`);
    const found = await findListLine(file(lines.join('\n')), AUTO, {
      name: wireName('name-59999.example.org'),
      scope: 'exact',
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

  test('is told by its line and text, by name, scope and action', () => {
    const name = wireName('ads.example');
    assert.deepEqual(findRuleLine(rules, { name, scope: 'subtree', action: 'block' }), {
      lineNumber: 7,
      text: '||ads.example^',
    });
    assert.equal(findRuleLine(rules, { name, scope: undefined, action: 'allow' })?.lineNumber, 8);
    assert.equal(findRuleLine(rules, { name, scope: 'exact', action: 'block' }), undefined);
    assert.equal(
      findRuleLine(rules, { name: wireName('exact.example'), scope: 'exact', action: 'block' })?.lineNumber,
      9,
    );
  });
});
