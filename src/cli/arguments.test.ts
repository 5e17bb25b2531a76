import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readArguments } from './arguments.ts';

const shape = {
  usage: 'sotto query NAME [TYPE]',
  options: ['server', 'ca'],
  words: { required: ['NAME'], optional: ['TYPE'] },
} as const;

function read(...args: string[]): ReturnType<typeof readArguments<'server' | 'ca'>> {
  return readArguments(args, shape);
}

describe('arguments', () => {
  test('may stand in any order, with = or a space before a value', () => {
    const expected = {
      words: ['example.org', 'AAAA'],
      options: { server: 'udp://192.0.2.1', ca: 'ca.pem' },
      lists: {},
      flags: new Set(),
    };
    assert.deepEqual(read('example.org', 'AAAA', '--server', 'udp://192.0.2.1', '--ca=ca.pem'), expected);
    assert.deepEqual(read('--ca', 'ca.pem', 'example.org', '--server=udp://192.0.2.1', 'AAAA'), expected);
  });

  test('may be options that are given several times, and then keep their order', () => {
    const withLists = { ...shape, lists: ['address', 'except'] } as const;
    const { lists, options } = readArguments(['a', '--address', 'x', '--ca=c', '--address=y'], withLists);
    assert.deepEqual(lists, { address: ['x', 'y'], except: [] });
    assert.deepEqual(options, { ca: 'c' });
    assert.throws(() => readArguments(['a', '--address', '--ca=c'], withLists), { message: /--address needs a value/ });
    assert.throws(() => readArguments(['a', '--adress=x'], withLists), { message: /did you mean --address\?/ });
  });

  test('may be flags, which take no value', () => {
    const withFlags = { ...shape, flags: ['all', 'suffix'] };
    assert.deepEqual(readArguments(['a', '--all'], withFlags).flags, new Set(['all']));
    assert.deepEqual(readArguments(['--all', 'a'], withFlags).words, ['a']);
    assert.throws(() => readArguments(['a', '--all=yes'], withFlags), {
      code: 'USAGE',
      message: /^--all takes no value;/,
    });
    assert.throws(() => readArguments(['a', '--al'], withFlags), { message: /did you mean --all\?$/ });
  });

  test('behind -- are words even if they begin with a dash', () => {
    assert.deepEqual(read('--', '-name').words, ['-name']);
  });

  const faults: readonly [string[], RegExp][] = [
    [[], /^NAME is missing; sotto query NAME \[TYPE\]$/],
    [['a', 'b', 'c'], /^"c" is one word too many; sotto query/],
    [['a', '--sever', 'x'], /^there is no option --sever; did you mean --server\?$/],
    [['a', '--verbose'], /^there is no option --verbose; options: --server, --ca$/],
    [['a', '-x'], /^there is no option -x;/],
    [['a', '--server'], /^--server needs a value;/],
    [['a', '--server', '--ca', 'x'], /^--server needs a value;/],
    [['a', '--ca', 'x', '--ca', 'y'], /^--ca is given twice$/],
    [['a', '--\x1b[31m'], /^there is no option --\\u\{1b\}\[31m;/],
  ];
  for (const [args, message] of faults) {
    test(`${JSON.stringify(args)} is a wrong usage that says what would be right`, () => {
      assert.throws(() => read(...args), { code: 'USAGE', message });
    });
  }
});
