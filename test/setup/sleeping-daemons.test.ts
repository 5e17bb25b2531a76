// With a system of its own below a temporary folder; with ROLE set, this file is a process that gets a signal meanwhile.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { wakeAfterKill, withSleepingDaemons } from './sleeping-daemons.ts';

const OWN_POLICY = '#!/bin/sh\nexit 0\n';

if (process.env.SOTTO_TEST_ROLE === 'sleeper') await sleep(process.env.SOTTO_TEST_DIRECTORY!);
else defineTests();

/** Until the input ends, as long as apt would take. */
async function sleep(root: string): Promise<void> {
  await withSleepingDaemons(async () => {
    console.log('asleep');
    process.stdin.resume();
    await once(process.stdin, 'end');
  }, root);
}

function makeSystem(t: TestContext): { root: string; policy: string; units: string } {
  const root = mkdtempSync(join(tmpdir(), 'sotto-daemons-'));
  t.after(() => rmSync(root, { recursive: true }));
  const units = join(root, 'etc/systemd/system');
  mkdirSync(units, { recursive: true });
  mkdirSync(join(root, 'usr/sbin'), { recursive: true });
  return { root, policy: join(root, 'usr/sbin/policy-rc.d'), units };
}

async function startSleeper(t: TestContext, root: string) {
  const child = spawn(process.execPath, [import.meta.filename], {
    env: { ...process.env, SOTTO_TEST_ROLE: 'sleeper', SOTTO_TEST_DIRECTORY: root },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  await once(createInterface(child.stdout), 'line');
  return child;
}

function defineTests(): void {
  test('meanwhile nothing may be started, and afterwards nothing new is enabled', async (t) => {
    const { root, policy, units } = makeSystem(t);
    symlinkSync('/dev/null', join(units, 'before.service'));
    await withSleepingDaemons(async () => {
      assert.match(readFileSync(policy, 'utf8'), /exit 101/);
      assert.equal(statSync(policy).mode & 0o777, 0o755);
      mkdirSync(join(units, 'multi-user.target.wants'));
      symlinkSync('/dev/null', join(units, 'multi-user.target.wants/new.service'));
    }, root);
    assert.ok(!existsSync(policy));
    assert.ok(!existsSync(join(units, 'multi-user.target.wants/new.service')));
    assert.ok(existsSync(join(units, 'before.service')));
  });

  test('the policy that was there comes back, also after a failure', async (t) => {
    const { root, policy } = makeSystem(t);
    writeFileSync(policy, OWN_POLICY);
    const failing = withSleepingDaemons(async () => {
      assert.notEqual(readFileSync(policy, 'utf8'), OWN_POLICY);
      throw new Error('no such package');
    }, root);
    await assert.rejects(failing, /no such package/);
    assert.equal(readFileSync(policy, 'utf8'), OWN_POLICY);
  });

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    test(`${signal} ends the process once the work is done and all is put back`, async (t) => {
      const { root, policy } = makeSystem(t);
      writeFileSync(policy, OWN_POLICY);
      const child = await startSleeper(t, root);
      child.kill(signal);
      child.stdin.end();
      const [code, by] = await once(child, 'exit');
      assert.deepEqual([code, by], [null, signal]);
      assert.equal(readFileSync(policy, 'utf8'), OWN_POLICY);
    });
  }

  test('what a killed run left is put back by the next one', async (t) => {
    const { root, policy } = makeSystem(t);
    for (const before of [undefined, OWN_POLICY]) {
      if (before !== undefined) writeFileSync(policy, before);
      const child = await startSleeper(t, root);
      child.kill('SIGKILL');
      await once(child, 'exit');
      assert.match(readFileSync(policy, 'utf8'), /exit 101/);
      wakeAfterKill(root);
      assert.equal(existsSync(policy) ? readFileSync(policy, 'utf8') : undefined, before);
    }
  });
}
