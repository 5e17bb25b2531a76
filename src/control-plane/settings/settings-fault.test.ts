import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FaultCollector, formatFault, formatKey, quote } from './settings-fault.ts';

describe('a printed fault', () => {
  test('reads FILE:LINE: key: what is wrong', () => {
    const fault = { line: 3, key: 'listen.dns[1]', message: 'wrong; allowed: right' };
    assert.equal(formatFault('config.toml', fault), 'config.toml:3: listen.dns[1]: wrong; allowed: right');
  });

  test('leaves out a line and a key that are not known', () => {
    assert.equal(formatFault('config.toml', { line: 0, key: '', message: 'too large' }), 'config.toml: too large');
  });

  test('cannot move the cursor or reorder its line, whatever the file says', () => {
    const hostile = '\u001b[2J\u009b1m\u202e\u2066\r\n\u0000\ufeff';
    const faults = new FaultCollector();
    faults.fault(['server', hostile], `${hostile} ${quote(hostile)}`);
    const [fault] = faults.faults(() => 1);
    assert.doesNotMatch(formatFault('config.toml', fault!), /[\p{Cc}\p{Cf}]/u);
  });

  test('stays short, however long the text in the file is', () => {
    const faults = new FaultCollector();
    faults.fault(['x'.repeat(1e6)], 'y'.repeat(1e6));
    assert.ok(formatFault('config.toml', faults.faults(() => 1)[0]!).length < 1200);
  });
});

describe('collected faults', () => {
  test('come sorted by line, and within a line by place', () => {
    const faults = new FaultCollector();
    faults.fault(['b'], 'second');
    faults.fault(['a', 10], 'fourth');
    faults.fault(['a', 9], 'third');
    faults.fault(['c'], 'first');
    const lines: Record<string, number> = { a: 3, b: 2, c: 1 };
    const sorted = faults.faults((path) => lines[path[0]!]!);
    assert.deepEqual(
      sorted.map(({ message }) => message),
      ['first', 'second', 'third', 'fourth'],
    );
  });

  test('are counted but not kept beyond a thousand', () => {
    const faults = new FaultCollector();
    for (let index = 0; index < 1500; index++) faults.fault(['a', index], 'wrong');
    const kept = faults.faults(() => 1);
    assert.equal(kept.length, 1001);
    assert.equal(kept.at(-1)?.message, '500 more faults are not shown');
  });
});

test('a key is written as in TOML, with indexes from 0', () => {
  assert.equal(formatKey(['list', 0, 'name']), 'list[0].name');
  assert.equal(formatKey(['server', 'a b"']), 'server."a b\\""');
});
