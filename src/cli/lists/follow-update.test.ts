import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListStatus } from '../../control-plane/lists/list-status.ts';
import { followUpdate } from './follow-update.ts';

const LIST: ListStatus = {
  ...{ name: 'list', source: 'https://lists.example.org/list', action: 'block', subdomains: false },
  ...{
    refreshSeconds: 3_600,
    isInForce: false,
    isNewestInForce: false,
    copyPath: '/copy',
    copy: undefined,
    refreshing: true,
    comparing: false,
  },
  ...{ receivedBytes: 0, totalBytes: undefined, failure: undefined, nextTryAt: undefined, lastTry: undefined },
  ...{ held: undefined, report: undefined },
};

for (const [what, source, more, said] of [
  ['of a server that does not say anything yet', 'https://lists.example.org/list', {}, 'connecting'],
  ['that is on its way', 'https://lists.example.org/list', { receivedBytes: 1_500_000 }, '1.5 MB received'],
  [
    'that is on its way, of a length that was told',
    'https://lists.example.org/list',
    { receivedBytes: 900, totalBytes: 3_000_000 },
    '0.9 kB of 3.0 MB received',
  ],
  ['of a file', '/etc/sotto/list.txt', {}, 'is being read'],
  [
    'that is compared',
    'https://lists.example.org/list',
    { receivedBytes: 31, comparing: true },
    'the new version is being compared with the one in force',
  ],
] as const)
  test(`a list ${what}: "${said}"`, async (t) => {
    let now = 0;
    t.mock.method(performance, 'now', () => (now += 600));
    const table = { isCompiling: false, read: undefined, failure: undefined, names: 1, bytes: 1 };
    const underWay = { ...LIST, source, ...more };
    const done: ListStatus = { ...underWay, lastTry: { number: 1, endedAt: 0, outcome: 'unchanged' } };
    const answers = [underWay, underWay, done];
    const lines: string[] = [];
    const status = async () => ({ table, lists: [answers.length > 1 ? answers.shift()! : done] });
    assert.equal(await followUpdate([{ list: 'list', number: 1 }], status, (line) => lines.push(line)), true);
    assert.equal(lines[0], `list: ${said}`);
  });

test('while a table is compiled, it says how far that is', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => (now += 600));
  const lists: readonly ListStatus[] = [{ ...LIST, lastTry: { number: 1, endedAt: 0, outcome: 'changed' } }];
  const compiling = { isCompiling: true, read: undefined, failure: undefined, names: 1, bytes: 1 };
  const tables = [
    ...[compiling, compiling, compiling],
    ...Array.from({ length: 2 }, () => ({ ...compiling, read: { rules: 1_200, ofRules: 5_000 } })),
  ];
  const done = { ...compiling, isCompiling: false };
  const lines: string[] = [];
  await followUpdate(
    [{ list: 'list', number: 1 }],
    async () => ({ table: tables.shift() ?? done, lists }),
    (line) => lines.push(line),
  );
  assert.deepEqual(
    [...new Set(lines.slice(1))],
    ['compiling', 'compiling: 1,200 of 5,000 rules read', 'in force: 1 name'],
  );
});
