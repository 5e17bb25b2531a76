import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { wireName, wireText } from '../../../test/fixtures/lists/wire-names.ts';
import { RULE_CLASS, type RuleShape, SCOPE } from '../../memory/block-table/rule-model.ts';
import { CollectedRecords } from './collected-records.ts';

function answering(...addresses: string[]): RuleShape {
  const records = addresses.map((rdataHex) => ({ type: 1, rdataHex }));
  return { class: RULE_CLASS.BLOCK, response: { kind: 'records', records } };
}

const answering1 = answering('c0000201');

/** The rules that are handed over end up in `rules`. */
function collecting(): { collected: CollectedRecords; rules: unknown[] } {
  const rules: unknown[] = [];
  const collected = new CollectedRecords(({ wire, scope, shape, line }) =>
    rules.push([wireText(wire, wire.length), scope, line, shape]),
  );
  return { collected, rules };
}

describe('records of several rules', () => {
  const name = wireName('a.example');

  test('add up where name, scope and everything else is the same', () => {
    const { collected, rules } = collecting();
    assert.ok(collected.add(name, name.length, SCOPE.EXACT, answering('c0000201'), 3));
    assert.ok(collected.add(name, name.length, SCOPE.EXACT, answering('c0000202'), 5));
    assert.ok(collected.add(name, name.length, SCOPE.EXACT, answering('c0000201'), 6));
    assert.ok(collected.add(name, name.length, SCOPE.SUBTREE, answering('c0000209'), 7));
    collected.finish();
    const expected = [
      ['a.example', SCOPE.EXACT, 3, answering('c0000201', 'c0000202')],
      ['a.example', SCOPE.SUBTREE, 7, answering('c0000209')],
    ];
    assert.deepEqual(rules, expected);
    collected.finish();
    assert.deepEqual(rules, expected);
  });

  test('lose those that are taken away, before or after', () => {
    const { collected, rules } = collecting();
    collected.remove(name, name.length, SCOPE.EXACT, answering('c0000201'));
    collected.add(name, name.length, SCOPE.EXACT, answering('c0000201'), 1);
    collected.add(name, name.length, SCOPE.EXACT, answering('c0000202'), 2);
    collected.add(name, name.length, SCOPE.BELOW, answering('c0000203'), 3);
    collected.remove(name, name.length, SCOPE.BELOW, answering('c0000203'));
    collected.finish();
    assert.deepEqual(rules, [['a.example', SCOPE.EXACT, 1, answering('c0000202')]]);
  });

  test('are bounded for one name', () => {
    const { collected } = collecting();
    const hex = (number: number): string => number.toString(16).padStart(8, '0');
    for (let i = 0; i < 100; i++) assert.ok(collected.add(name, name.length, SCOPE.EXACT, answering(hex(i)), i));
    assert.equal(collected.add(name, name.length, SCOPE.EXACT, answering('ffffffff'), 101), false);
  });

  test('are handed over for any number of names, those that came first before the end', {
    timeout: 30_000,
  }, async () => {
    const names = 1_000_000;
    let handedOver = 0;
    let lastLine = -1;
    const collected = new CollectedRecords(({ line, shape }) => {
      assert.ok(line > lastLine && shape === answering1);
      lastLine = line;
      handedOver++;
    });
    const wire = wireName('n000000.example');
    for (let i = 0; i < names; i++) {
      for (let digit = 7, rest = i; digit > 1; digit--, rest = Math.floor(rest / 10)) wire[digit] = 0x30 + (rest % 10);
      assert.ok(collected.add(wire, wire.length, SCOPE.EXACT, answering1, i));
      assert.ok(i - handedOver < 50_000);
      // So that the time that this may take, which is to grow no faster than the names, can run out.
      if (i % 10_000 === 0) await setImmediate();
    }
    collected.finish();
    assert.equal(handedOver, names);
  });

  test('add up however the names about them are mixed, as far apart as names are held back', () => {
    const { collected, rules } = collecting();
    const names = Array.from({ length: 20_000 }, (_, i) => wireName(`n${i}.example`));
    for (const address of ['c0000201', 'c0000202'])
      for (const [line, other] of names.entries())
        collected.add(other, other.length, SCOPE.EXACT, answering(address), line);
    assert.equal(rules.length, 0);
    collected.finish();
    assert.deepEqual(
      rules,
      names.map((_, line) => [`n${line}.example`, SCOPE.EXACT, line, answering('c0000201', 'c0000202')]),
    );
  });

  test('of rules whose conditions all differ do not mix', () => {
    const { collected, rules } = collecting();
    const shapes = Array.from({ length: 3000 }, (_, i) => ({
      ...answering1,
      condition: { clients: { only: [`c${i}`], except: [] } },
    }));
    for (const [line, shape] of shapes.entries()) collected.add(name, name.length, SCOPE.EXACT, shape, line);
    collected.finish();
    assert.deepEqual(
      rules,
      shapes.map((shape, line) => ['a.example', SCOPE.EXACT, line, shape]),
    );
  });

  test('are the only thing that is collected', () => {
    assert.equal(collecting().collected.add(name, name.length, SCOPE.EXACT, { class: RULE_CLASS.BLOCK }, 1), false);
  });
});
