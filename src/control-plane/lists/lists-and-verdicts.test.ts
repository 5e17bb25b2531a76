// What names get by lists as they are written, read and compiled: where formats meet.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { compileList, compileLists, verdictsOf } from '../../../test/fixtures/lists/verdicts.ts';
import type { ListFormatName } from './formats/format-names.ts';
import { TYPE } from '../../wire/numbers.ts';

const LINES = 150_000;

function manyLines(line: (name: string) => string, head = ''): string {
  return head + Array.from({ length: LINES }, (_, index) => `${line(`ads${index}.example`)}\n`).join('');
}

describe('a long list blocks its last name, however it says that it blocks', () => {
  const lists: [title: string, verdict: string, text: string][] = [
    ['dnsmasq, 0.0.0.0', 'records 0.0.0.0', manyLines((name) => `address=/${name}/0.0.0.0`)],
    ['dnsmasq, #', 'records 0.0.0.0', manyLines((name) => `address=/${name}/#`)],
    ['dnsmasq, an address', 'records 192.0.2.1', manyLines((name) => `address=/${name}/192.0.2.1`)],
    [
      'rpz, local data',
      'records 0.0.0.0',
      manyLines((name) => `${name} A 0.0.0.0`, '$TTL 1h\n@ SOA a. b. 1 1 1 1 1\n NS a.\n'),
    ],
    ['adblock, dnsrewrite', 'records 192.0.2.1', manyLines((name) => `||${name}^$dnsrewrite=192.0.2.1`)],
  ];
  for (const [title, expected, text] of lists) {
    test(title, () => {
      const verdict = verdictsOf(compileList(text, { format: 'auto', subdomains: false }));
      assert.equal(verdict('ads0.example'), expected);
      assert.equal(verdict(`ads${LINES - 1}.example`), expected);
      assert.equal(verdict('other.example'), 'upstream');
    });
  }
});

describe('an exception from rewriting', () => {
  const lists: [ListFormatName, string][] = [
    ['rpz', 'rpz.example CNAME .\nnodata.example CNAME *.\nlocal.example A 192.0.2.1\n'],
    ['dnsmasq', 'local=/dnsmasq.example/\naddress=/null.example/0.0.0.0\n'],
    ['hosts', '0.0.0.0 hosts.example\n'],
    ['adblock', '||rewritten.example^$dnsrewrite=NXDOMAIN\n||both.example^$dnsrewrite=NXDOMAIN\n'],
    ['dnsmasq', 'local=/both.example/\n'],
    ['adblock', '@@||example^$dnsrewrite\n||x.test^\n'],
  ];
  const verdict = verdictsOf(compileLists(lists.map(([format, text]) => [text, { format, subdomains: false }])));

  test('leaves alone what other formats block in their own way', () => {
    assert.equal(verdict('rpz.example'), 'nxdomain');
    assert.equal(verdict('nodata.example'), 'nodata');
    assert.equal(verdict('dnsmasq.example'), 'nxdomain');
    assert.equal(verdict('null.example', TYPE.AAAA), 'records ::');
    assert.equal(verdict('hosts.example'), 'block');
  });

  test('lifts what gives a name another answer, and leaves a block behind it in force', () => {
    assert.equal(verdict('rewritten.example'), 'upstream');
    assert.equal(verdict('local.example'), 'upstream');
    assert.equal(verdict('both.example'), 'nxdomain');
  });
});

test('a list of names with rules for other programs among them loses neither', () => {
  const names = Array.from({ length: 10 }, (_, index) => `ads${index}.example\n`).join('');
  const rules = '||tracker.example^\n@@||good.tracker.example^\n/^ad[0-9]+x\\./\n';
  const verdict = verdictsOf(compileList(names + rules, { format: 'auto', subdomains: false }));
  assert.deepEqual(
    ['ads5.example', 'a.tracker.example', 'good.tracker.example', 'ad7x.example'].map((name) => verdict(name)),
    ['block', 'block', 'upstream', 'block'],
  );
});
