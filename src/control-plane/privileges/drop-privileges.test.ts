// Root is given up in child processes: this file is the test, and with ROLE set the child.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { withoutRights } from '../../../test/setup/without-rights.ts';
import { dropPrivileges, findRemainsIn } from './drop-privileges.ts';
import { lookUpUser } from './look-up-user.ts';

const isRoot = process.platform === 'linux' && process.geteuid?.() === 0;
const skip = isRoot ? false : 'needs root on Linux, to give it up in a child process';

if (process.env.SOTTO_TEST_ROLE === 'drop') await dropAndTell();
else defineTests();

/** Two threads are running when root is given up, a third starts afterwards: what are they? */
async function dropAndTell(): Promise<void> {
  const startThread = async (): Promise<Worker> => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads'); const { readFileSync } = require('node:fs');
       parentPort.on('message', () => parentPort.postMessage(readFileSync('/proc/thread-self/status', 'utf8')));
       parentPort.postMessage('running');`,
      { eval: true },
    );
    await once(worker, 'message');
    return worker;
  };
  const threads = [await startThread(), await startThread()];
  dropPrivileges(lookUpUser('nobody'));
  threads.push(await startThread());
  const statuses = [readFileSync('/proc/self/status', 'utf8')];
  for (const thread of threads) {
    thread.postMessage('tell');
    const [status] = await once(thread, 'message');
    statuses.push(status);
  }
  const regained = [() => process.setuid!(0), () => process.seteuid!(0), () => process.setgroups!([0])].filter(
    (regain) => {
      try {
        regain();
        return true;
      } catch {
        return false;
      }
    },
  );
  console.log(JSON.stringify({ statuses, regained: regained.length }));
  process.exit();
}

function field(status: string, name: string): string {
  return new RegExp(`^${name}:\\s*(.*?)\\s*$`, 'm').exec(status)![1]!;
}

function defineTests(): void {
  test('every thread, running or started later, is the user for good', { skip }, () => {
    const child = spawnSync(process.execPath, [import.meta.filename], {
      env: { ...process.env, SOTTO_TEST_ROLE: 'drop' },
      encoding: 'utf8',
    });
    assert.equal(child.status, 0, child.stderr);
    const { statuses, regained } = JSON.parse(child.stdout);
    const { uid, gid } = lookUpUser('nobody');
    assert.equal(statuses.length, 4);
    for (const status of statuses) {
      assert.equal(field(status, 'Uid'), Array(4).fill(uid).join('\t'));
      assert.equal(field(status, 'Gid'), Array(4).fill(gid).join('\t'));
      assert.equal(field(status, 'Groups'), String(gid));
      assert.match(field(status, 'CapPrm'), /^0+$/);
      assert.match(field(status, 'CapEff'), /^0+$/);
    }
    assert.equal(regained, 0);
  });

  test('a process that may not become the user says so', { skip }, () => {
    const script = `const { dropPrivileges } = await import(${JSON.stringify(`${import.meta.dirname}/drop-privileges.ts`)});
      try { dropPrivileges({ label: 'sotto', name: undefined, uid: 54321, gid: 54321 }); } catch (error) { console.log(error.code, error.message); }`;
    const child = spawnSync(...withoutRights(['setuid', 'setgid'], ['--input-type=module', '--eval', script]));
    assert.match(child.stdout, /^USER_NOT_PERMITTED server\.user: cannot become sotto: EPERM/);
  });

  const gone = [
    'Uid:\t7\t7\t7\t7',
    'Gid:\t8\t8\t8\t8',
    'Groups:\t8 9',
    'CapPrm:\t0000000000000400',
    'CapEff:\t0000000000000000',
  ];
  const CASES: readonly (readonly [line: string, remains: RegExp | undefined])[] = [
    ['Groups:\t8 9 ', undefined],
    ['Groups:\t', undefined],
    ['Uid:\t7\t7\t0\t7', /^Uid 7 7 0 7$/],
    ['Gid:\t8\t8\t8\t0', /^Gid 8 8 8 0$/],
    ['Groups:\t0 8', /^Groups 0$/],
    ['CapPrm:\t0000000000000080', /CAP_SETUID/],
    ['CapEff:\t0000000000000040', /CAP_SETGID/],
  ];
  for (const [line, remains] of CASES) {
    test(`a thread with "${line.replaceAll('\t', ' ')}" ${remains ? 'has kept something' : 'has kept nothing'}`, () => {
      const name = line.split(':')[0]!;
      const status = gone.map((it) => (it.startsWith(`${name}:`) ? line : it)).join('\n');
      const found = findRemainsIn(status, 7, 8, [8, 9]);
      if (remains === undefined) assert.equal(found, undefined);
      else assert.match(found ?? '', remains);
    });
  }
}
