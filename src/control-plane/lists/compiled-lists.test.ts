import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { assertGolden } from '../../../test/fixtures/golden.ts';
import { compileList } from '../../../test/fixtures/lists/verdicts.ts';
import { blockTableText } from '../../memory/block-table/block-table-text.ts';
import { LIST_FORMATS } from './formats/format-names.ts';
import { ListReader, NO_SINK } from './list-reader.ts';

describe('a small list', () => {
  for (const format of LIST_FORMATS) {
    test(`in ${format} format compiles to the table of its golden file`, () => {
      const list = readFileSync(new URL(`../../../test/fixtures/lists/small-${format}.txt`, import.meta.url));
      const reader = new ListReader({ format: 'auto', subdomains: false }, NO_SINK);
      reader.push(list);
      const { format: recognized, report } = reader.finish();
      assert.equal(recognized, format);
      const skipped = report.skipped.map(({ reasonText, isFault, first }) => {
        const lines = first.map(({ lineNumber, text }) => `\n  line ${lineNumber}: ${text}`).join('');
        return `${isFault ? 'faulty' : 'for others'}: ${reasonText}${lines}`;
      });
      const table = blockTableText(compileList(list, { format: 'auto', subdomains: false }, `small-${format}`));
      assertGolden(`compiled-${format}.txt`, `${table}\nleft out\n${skipped.join('\n')}`.trimEnd());
    });
  }
});
