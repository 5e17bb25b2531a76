// Several processes want one state directory: this file is the test, and with ROLE set a process that wants it.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { OperatorError } from '../../errors.ts';
import { lockStateDirectory } from './lock-state-directory.ts';
import { PROCESS_ID_NAME } from '../state-directory/lock-holder.ts';

if (process.env.SOTTO_TEST_ROLE === 'holder') await hold(process.env.SOTTO_TEST_DIRECTORY!);
else defineTests();

/** Tells what came of it, and holds the lock until the input ends. */
async function hold(directory: string): Promise<void> {
  try {
    await lockStateDirectory(directory);
    console.log('locked');
  } catch (error) {
    console.log(error instanceof OperatorError ? `${error.code} ${error.message}` : String(error));
  }
  process.stdin.resume();
  process.stdin.on('end', () => process.exit());
}

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-lock-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function startHolder(t: TestContext, directory: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [import.meta.filename], {
    env: { ...process.env, SOTTO_TEST_ROLE: 'holder', SOTTO_TEST_DIRECTORY: directory },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [said] = await once(createInterface(child.stdout!), 'line');
  return { child, said };
}

function defineTests(): void {
  test('a second process is refused, and the first one named', async (t) => {
    const directory = makeDirectory(t);
    const first = await startHolder(t, directory);
    const second = await startHolder(t, directory);
    assert.equal(first.said, 'locked');
    assert.match(
      second.said,
      new RegExp(`^STATE_LOCKED state_dir ${directory} is in use by process ${first.child.pid};`),
    );
  });

  test('a process id that cannot be written down keeps nobody from starting', async (t) => {
    const directory = makeDirectory(t);
    mkdirSync(join(directory, PROCESS_ID_NAME));
    const first = await startHolder(t, directory);
    const second = await startHolder(t, directory);
    assert.equal(first.said, 'locked');
    assert.match(second.said, /^STATE_LOCKED .* is in use by another process;/);
  });

  test('after SIGKILL of the holder the lock is free, with what it left still there', async (t) => {
    const directory = makeDirectory(t);
    const first = await startHolder(t, directory);
    first.child.kill('SIGKILL');
    await once(first.child, 'exit');
    assert.deepEqual(readdirSync(directory).sort(), ['gateway.lock', 'gateway.lock.pid']);
    assert.equal((await startHolder(t, directory)).said, 'locked');
  });

  test('of many that start at once, exactly one gets it', async (t) => {
    const directory = makeDirectory(t);
    const started = await Promise.all(Array.from({ length: 6 }, () => startHolder(t, directory)));
    const outcomes = started.map(({ said }) => said.split(' ')[0]).sort();
    assert.deepEqual(outcomes, [...Array(5).fill('STATE_LOCKED'), 'locked']);
  });

  test('two gateways of one process exclude each other too, and a refusal does not free the lock', async (t) => {
    const directory = makeDirectory(t);
    const lock = await lockStateDirectory(directory);
    await assert.rejects(lockStateDirectory(directory), { code: 'STATE_LOCKED' });
    assert.match((await startHolder(t, directory)).said, /^STATE_LOCKED/);
    await lock.release();
    await lock.release();
    const again = await lockStateDirectory(directory);
    await again.release();
  });

  test('after a release another process gets it', async (t) => {
    const directory = makeDirectory(t);
    await (await lockStateDirectory(directory)).release();
    assert.equal((await startHolder(t, directory)).said, 'locked');
  });

  test('different directories do not meet', async (t) => {
    const locks = await Promise.all([lockStateDirectory(makeDirectory(t)), lockStateDirectory(makeDirectory(t))]);
    for (const lock of locks) await lock.release();
  });

  test('nobody else may touch the lock file', async (t) => {
    const directory = makeDirectory(t);
    const lock = await lockStateDirectory(directory);
    assert.equal(statSync(join(directory, 'gateway.lock')).mode & 0o777, 0o600);
    await lock.release();
  });

  test('a holder that cannot be named is not made up', async (t) => {
    const directory = makeDirectory(t);
    const lock = await lockStateDirectory(directory);
    for (const text of ['', 'gateway', '-1', '999999999']) {
      writeFileSync(join(directory, 'gateway.lock.pid'), text);
      await assert.rejects(lockStateDirectory(directory), {
        code: 'STATE_LOCKED',
        message: /in use by another process;/,
      });
    }
    await lock.release();
  });

  test('a directory that is not there is no lock', async (t) => {
    const missing = join(makeDirectory(t), 'missing');
    await assert.rejects(lockStateDirectory(missing), { code: 'STATE_DIRECTORY', message: /missing cannot be locked/ });
  });

  test('a lock file that is something else is left as it is', async (t) => {
    const directory = makeDirectory(t);
    writeFileSync(join(directory, 'gateway.lock'), 'not a database, but long enough to be taken for a damaged one');
    await assert.rejects(lockStateDirectory(directory), { code: 'STATE_DIRECTORY' });
  });
}
