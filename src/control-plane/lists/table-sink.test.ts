import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSource } from '../../../test/fixtures/policy.ts';
import { rulesAbout, rulesAboutAddress } from '../../../test/fixtures/rules-about.ts';
import { BlockTable } from '../../memory/block-table/block-table.ts';
import { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import type { ListFormat } from '../settings/settings.ts';
import { ListReader } from './list-reader.ts';
import { tableSink } from './table-sink.ts';

/** A table of lists, and how many rules of each found no place. */
function tableOf(lists: readonly (readonly [format: ListFormat, text: string])[]) {
  const sources = lists.map((_, index) => listSource(`list${index}`));
  const builder = new BlockTableBuilder({ hashKey: new Uint8Array(16), contentId: '', sources });
  const leftOut = lists.map(([format, text], index) => {
    const sink = tableSink(builder, index);
    const reader = new ListReader({ format, subdomains: false }, sink);
    reader.push(Buffer.from(text));
    assert.equal(reader.finish().refusal, undefined);
    return sink.leftOut.rules;
  });
  return { table: new BlockTable(builder.finish(), true), leftOut };
}

test('a list that gives every name an address of its own leaves room for the lists behind it, and is told', () => {
  const addresses = Array.from(
    { length: 66_000 },
    (_, index) => `||n${index}.example^$dnsrewrite=10.${index >>> 16}.${(index >>> 8) & 0xff}.${index & 0xff}\n`,
  );
  const { table, leftOut } = tableOf([
    ['adblock', addresses.join('')],
    ['dnsmasq', 'local=/ads1.example/\naddress=/ads2.example/0.0.0.0\naddress=/ads3.example/192.0.2.1\n'],
    ['rpz', 'ads4.example CNAME .\nads5.example CNAME *.\n'],
    ['hosts', '0.0.0.0 ads6.example\n'],
  ]);
  assert.deepEqual(leftOut, [66_000 - 8192, 0, 0, 0]);
  for (let number = 1; number <= 6; number++)
    assert.equal(rulesAbout(table, `ads${number}.example`).length, 1, `ads${number}.example`);
});

test('a list takes back its own rules about names, patterns and addresses, and not those of another', () => {
  const rules = '||ads.example^\n/^ad[0-9]+\\./\n||192.0.2.1^\n||kept.example^\n||kept2.example^\n';
  const removals = '||ads.example^$badfilter\n/^ad[0-9]+\\./$badfilter\n||192.0.2.1^$badfilter\n';
  const address = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1);
  const told = (lists: readonly string[]) => {
    const { table } = tableOf(lists.map((text) => ['adblock', text]));
    return [rulesAbout(table, 'ads.example').length, table.patterns.length, rulesAboutAddress(table, address).length];
  };
  assert.deepEqual(told([rules, `${removals}||other.example^\n`]), [1, 1, 1]);
  assert.deepEqual(told([rules + removals, '||other.example^\n']), [0, 0, 0]);
  assert.deepEqual(told([removals + rules, rules]), [1, 1, 1]);
});

test('a name about which a list has rules with long conditions costs a question little, and the list is told', () => {
  const excepted = Array.from({ length: 490 }, (_, index) => `n${index}.com`).join('|');
  const rules = Array.from({ length: 64 }, (_, index) => `||com^$denyallow=${excepted}|x${index}.com\n`).join('');
  const { table, leftOut } = tableOf([
    ['adblock', rules],
    ['adblock', '||com^$denyallow=a.com|b.com,client=10.0.0.1\n'],
  ]);
  assert.deepEqual(leftOut, [63, 0]);
  assert.deepEqual(
    rulesAbout(table, 'www.com').map((rule) => rule.slice(0, 'block by list0'.length)),
    ['block by list0', 'block by list1'],
  );
});
