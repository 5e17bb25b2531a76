import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { OperatorError } from '../../errors.ts';
import type { AccessNeeds } from './access-faults.ts';
import { checkUserAccess } from './check-user-access.ts';
import { lookUpUser, type User } from './look-up-user.ts';

const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;
const skip = isRoot ? false : 'needs root on Linux, to become another user in a child process';
const NOBODY: User | undefined = isRoot ? lookUpUser('nobody') : undefined;
const NOTHING: AccessNeeds = { readableTrees: [], readableFiles: [], programs: [], writableDirectories: [] };

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-access-'));
  t.after(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  return directory;
}

/** The lines below the head line; none where nothing is wrong. */
function complaints(needs: Partial<AccessNeeds>): string[] {
  try {
    checkUserAccess(NOBODY!, { ...NOTHING, ...needs });
    return [];
  } catch (error) {
    const { code, message } = error as OperatorError;
    assert.equal(code, 'USER_CANNOT_ACCESS', message);
    return message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
}

test('a user who can read the program and write its directories passes, and nothing is left behind', { skip }, (t) => {
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'src'));
  writeFileSync(join(directory, 'src/main.ts'), '');
  const state = join(directory, 'state');
  mkdirSync(state, { mode: 0o700 });
  chownSync(state, NOBODY!.uid, NOBODY!.gid);
  const needs = {
    readableTrees: [join(directory, 'src')],
    readableFiles: [join(directory, 'src/main.ts')],
    writableDirectories: [{ directory: state, own: [] }],
  };
  assert.deepEqual(complaints(needs), []);
  assert.deepEqual(readdirSync(state), []);
});

test('a program in a closed directory is one complaint, which names that directory', { skip }, (t) => {
  const directory = makeDirectory(t);
  const home = join(directory, 'home');
  mkdirSync(join(home, 'sotto/src'), { recursive: true });
  for (const name of ['a.ts', 'b.ts']) writeFileSync(join(home, 'sotto/src', name), '');
  chmodSync(home, 0o700);
  const lines = complaints({
    readableTrees: [join(home, 'sotto/src')],
    readableFiles: [join(home, 'sotto/package.json')],
  });
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, new RegExp(`cannot enter ${home},.*chmod o\\+x ${home}$`));
});

test('a program that the user may read but not run, or run but not read, is told', { skip }, (t) => {
  const directory = makeDirectory(t);
  const program = join(directory, 'hook');
  writeFileSync(program, '#!/bin/sh\n');
  for (const [mode, lines] of [
    [0o755, []],
    [0o744, [`cannot execute ${program}; let it run the program: chmod o+rx ${program}`]],
    [0o711, [`cannot execute ${program}; let it run the program: chmod o+rx ${program}`]],
  ] as const) {
    chmodSync(program, mode);
    assert.deepEqual(complaints({ programs: [program] }), lines);
  }
});

test('many unreadable files of the program are counted, not listed', { skip }, (t) => {
  const source = makeDirectory(t);
  for (let file = 0; file < 20; file++) writeFileSync(join(source, `${file}.ts`), '', { mode: 0o600 });
  const lines = complaints({ readableTrees: [source] });
  assert.equal(lines.length, 4);
  assert.match(lines[0]!, new RegExp(`cannot read ${source}/.*chmod -R o\\+rX ${source}$`));
  assert.match(lines[3]!, /^and 17 more below /);
});

test('an unreadable key, a missing certificate and a directory that cannot be written are all told at once', {
  skip,
}, (t) => {
  const directory = makeDirectory(t);
  const key = join(directory, 'key.pem');
  writeFileSync(key, '', { mode: 0o600 });
  const state = join(directory, 'state');
  mkdirSync(join(state, 'lists'), { recursive: true, mode: 0o755 });
  const lines = complaints({
    readableFiles: [key, join(directory, 'cert.pem')],
    writableDirectories: [{ directory: state, own: ['lists'] }],
  });
  assert.deepEqual(lines, [
    `cannot read ${key}; give it the file: chown nobody ${key}`,
    `${directory}/cert.pem does not exist`,
    `cannot write ${state}; give it the directory: chown nobody ${state}`,
    `cannot write ${state}/lists; give it the directory: chown nobody ${state}/lists`,
  ]);
});

test('a file of the gateway that the user cannot read is told', { skip }, (t) => {
  const state = makeDirectory(t);
  chownSync(state, NOBODY!.uid, NOBODY!.gid);
  writeFileSync(join(state, 'hash.key'), '', { mode: 0o600 });
  writeFileSync(join(state, 'notes'), '', { mode: 0o600 });
  assert.deepEqual(complaints({ writableDirectories: [{ directory: state, own: ['hash.key'] }] }), [
    `cannot read ${state}/hash.key; give it the file: chown nobody ${state}/hash.key`,
  ]);
});
