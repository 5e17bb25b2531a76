// The same tests on plain Node sockets, as on a machine where koffi cannot be had.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';

const skip = process.env.SOTTO_WITHOUT_KOFFI === '1' ? 'this run is without koffi already' : false;

test('everything but inherited descriptors works without koffi', { skip }, () => {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith('.test.ts') && name !== basename(import.meta.filename))
    .map((name) => join(import.meta.dirname, name));
  // NODE_TEST_CONTEXT would make the child report in the parent's binary format.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawnSync(process.execPath, ['--test', '--test-reporter=tap', ...files], {
    env: { ...env, SOTTO_WITHOUT_KOFFI: '1' },
    encoding: 'utf8',
  });
  assert.equal(child.status, 0, child.stdout + child.stderr);
  assert.match(child.stdout, /# fail 0/);
  assert.doesNotMatch(child.stdout, /# pass 0/);
});
