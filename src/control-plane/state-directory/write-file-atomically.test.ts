import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writeFileAtomically } from './write-file-atomically.ts';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-write-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('the new content stands in place of the old, with its mode and nothing beside it', (t) => {
  const directory = makeDirectory(t);
  const path = join(directory, 'file');
  writeFileSync(path, 'old', { mode: 0o644 });
  writeFileAtomically(path, 'new', 0o600);
  assert.equal(readFileSync(path, 'utf8'), 'new');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(directory), ['file']);
});

test('a link is replaced, not written through', (t) => {
  const directory = makeDirectory(t);
  const other = join(directory, 'other');
  writeFileSync(other, 'of somebody else');
  symlinkSync(other, join(directory, 'file'));
  writeFileAtomically(join(directory, 'file'), 'ours', 0o600);
  assert.equal(readFileSync(other, 'utf8'), 'of somebody else');
  assert.equal(readFileSync(join(directory, 'file'), 'utf8'), 'ours');
});

test('a failure leaves what was there and no scrap', (t) => {
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'file'));
  assert.throws(() => writeFileAtomically(join(directory, 'file'), 'new', 0o600), { code: 'EISDIR' });
  assert.deepEqual(readdirSync(directory), ['file']);
});
