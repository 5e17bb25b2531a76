import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, linkSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { lockStateDirectory } from '../state-lock/lock-state-directory.ts';
import { handOverFiles } from './hand-over-files.ts';
import type { User } from './look-up-user.ts';
import { listOwnFiles, ownCertificateFiles, ownStateFiles } from './own-files.ts';

const USER: User = { label: 'test', name: undefined, uid: 54321, gid: 54322 };
const OTHER = 54399;
const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;
const skip = isRoot ? false : 'needs root on Linux, to give files away';

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-hand-over-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

function makeFile(...path: string[]): string {
  const file = join(...path);
  writeFileSync(file, '');
  return file;
}

function ownerOf(path: string): string {
  const { uid, gid } = lstatSync(path);
  return `${uid}:${gid}`;
}

test('what the gateway made as root, and the directory it alone uses, belong to the user afterwards', { skip }, (t) => {
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'lists/deeper'), { recursive: true });
  mkdirSync(join(directory, 'code-cache'));
  const paths = [
    directory,
    makeFile(directory, 'hash.key'),
    join(directory, 'lists'),
    makeFile(directory, 'lists/ads.txt'),
    join(directory, 'lists/deeper'),
    makeFile(directory, 'lists/deeper/half-written.part'),
    join(directory, 'code-cache'),
  ];
  makeFile(directory, 'README.md');
  handOverFiles(ownStateFiles(directory), USER);
  for (const path of paths) assert.equal(ownerOf(path), '54321:54322', path);
});

test('what somebody else keeps in the same place stays theirs, and so does the directory', { skip }, (t) => {
  const directory = makeDirectory(t);
  const own = makeFile(directory, 'local-ca.key.pem');
  const foreign = makeFile(directory, 'company.key');
  handOverFiles(ownCertificateFiles(directory), USER);
  assert.equal(ownerOf(own), '54321:54322');
  assert.equal(ownerOf(foreign), '0:0');
  assert.equal(ownerOf(directory), '0:0');
});

test('of certificates only the files that the gateway names so are its own', (t) => {
  const directory = makeDirectory(t);
  const own = ['local-ca.key.pem', 'acme-dns.example.org.pem', 'acme-_.example.org.pem.half-written'];
  for (const name of own) makeFile(directory, name);
  for (const name of ['acme.sh', 'acme-tiny.py', 'acme', 'local-notes']) makeFile(directory, name);
  assert.deepEqual(listOwnFiles(ownCertificateFiles(directory)).sort(), own.sort());
});

test('what belongs to another user than root is left alone', { skip }, (t) => {
  const directory = makeDirectory(t);
  const file = makeFile(directory, 'hash.key');
  chownSync(file, OTHER, OTHER);
  handOverFiles(ownStateFiles(directory), USER);
  assert.equal(ownerOf(file), `${OTHER}:${OTHER}`);
});

test('links lead nowhere: neither symbolic ones, to files and directories, nor second names of a file', {
  skip,
}, (t) => {
  const outside = makeDirectory(t);
  const secret = makeFile(outside, 'secret');
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'lists'));
  symlinkSync(secret, join(directory, 'lists/link'));
  symlinkSync(outside, join(directory, 'compiled'));
  linkSync(secret, join(directory, 'lists/second-name'));
  handOverFiles(ownStateFiles(directory), USER);
  assert.equal(ownerOf(outside), '0:0');
  assert.equal(ownerOf(secret), '0:0');
  assert.equal(ownerOf(join(directory, 'lists')), '54321:54322');
});

test('a pipe in the way is neither opened nor handed over', { skip }, (t) => {
  const directory = makeDirectory(t);
  mkdirSync(join(directory, 'lists'));
  const pipe = join(directory, 'lists/pipe');
  execFileSync('mkfifo', [pipe]);
  handOverFiles(ownStateFiles(directory), USER);
  assert.equal(ownerOf(pipe), '0:0');
});

test('the lock on the state directory is still held afterwards', { skip }, async (t) => {
  const directory = makeDirectory(t);
  const lock = await lockStateDirectory(directory);
  handOverFiles(ownStateFiles(directory), USER);
  const script = `
    const { lockStateDirectory } = await import(${JSON.stringify(`${import.meta.dirname}/../state-lock/lock-state-directory.ts`)});
    console.log(await lockStateDirectory(process.argv[1]).then(() => 'locked', (error) => error.code));`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script, directory], { encoding: 'utf8' });
  assert.equal(child.stdout, 'STATE_LOCKED\n', child.stderr);
  assert.equal(ownerOf(join(directory, 'gateway.lock')), '54321:54322');
  await lock.release();
});
