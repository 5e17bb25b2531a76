import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tomlLines } from './toml-lines.ts';

const TEXT = `state_dir = "x"
server.threads = 2

[listen]
dns = [
  "127.0.0.1:53",
  "[::1]:53",
]
"quoted key" = 1

[[list]]
name = "a"
[[list]]
name = "b"
deep = { er = [1, { x = 1 }] }
[list.below]
y = 1

[policy.block_response]
a = "192.0.2.1"
`;

for (const [path, line] of [
  [['state_dir'], 1],
  [['server', 'threads'], 2],
  [['server'], 2],
  [['listen'], 4],
  [['listen', 'dns'], 5],
  [['listen', 'dns', 1], 7],
  [['listen', 'quoted key'], 9],
  [['list', 0], 11],
  [['list', 0, 'name'], 12],
  [['list', 1, 'name'], 14],
  [['list', 1, 'deep', 'er', 1, 'x'], 15],
  [['list', 1, 'below', 'y'], 17],
  [['policy', 'block_response', 'a'], 20],
  [['policy'], 19],
] as const)
  test(`${path.join('.')} stands in line ${line}`, () => {
    assert.equal(tomlLines(TEXT)(path), line);
  });

test('a missing key has the line of its table, a missing table none', () => {
  assert.equal(tomlLines(TEXT)(['list', 1, 'url']), 13);
  assert.equal(tomlLines(TEXT)(['cache', 'max_bytes']), 0);
});

test('a text too large to place, or unreadable, has no lines', () => {
  assert.equal(tomlLines(`a = [${'1,'.repeat(200_000)}]`)(['a']), 0);
  assert.equal(tomlLines('a = = 1')(['a']), 0);
});
