import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { programFiles } from './program-files.ts';

function makePackage(directory: string, manifest: object): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), JSON.stringify(manifest));
}

test('the program is its code and every package it needs, wherever npm has put them', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'sotto-program-'));
  t.after(() => rmSync(root, { recursive: true }));
  const program = join(root, 'node_modules/sotto');
  makePackage(program, { dependencies: { hoisted: '1', nested: '1' }, optionalDependencies: { absent: '1' } });
  makePackage(join(root, 'node_modules/hoisted'), { dependencies: { '@scope/deep': '1', hoisted: '1' } });
  makePackage(join(root, 'node_modules/@scope/deep'), { dependencies: { hoisted: '1' } });
  makePackage(join(program, 'node_modules/nested'), { dependencies: { '@scope/deep': '2' } });
  makePackage(join(program, 'node_modules/nested/node_modules/@scope/deep'), {});
  makePackage(join(root, 'node_modules/unrelated'), {});

  const { trees, files } = programFiles(join(program, 'dist'), program);
  assert.deepEqual(files, [join(program, 'package.json')]);
  assert.deepEqual(
    new Set(trees),
    new Set([
      join(program, 'dist'),
      join(root, 'node_modules/hoisted'),
      join(root, 'node_modules/@scope/deep'),
      join(program, 'node_modules/nested'),
      join(program, 'node_modules/nested/node_modules/@scope/deep'),
    ]),
  );
});

test('this program knows its own code and packages', () => {
  const { trees } = programFiles();
  assert.ok(trees.some((tree) => import.meta.dirname.startsWith(tree)));
  assert.ok(trees.some((tree) => tree.endsWith('node_modules/undici')));
});
