import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { endProcess } from '../../../../test/fixtures/end-process.ts';
import { temporaryDirectory } from '../../../../test/fixtures/temporary-directory.ts';
import type { Circumstances } from '../circumstances.ts';
import type { GatewayState } from '../gateway-status.ts';
import { holders } from './holders.ts';

const REST = '00000000:00000000 00:00000000 00000000';
const SILENT: GatewayState = { kind: 'silent', reason: 'no answer in time' };

/** A machine where these processes, all of them called sotto, listen on 127.0.0.1:853. */
async function findingsWith(t: TestContext, gateway: GatewayState, processes: readonly number[], holder?: number) {
  const { path, remove } = temporaryDirectory('holders');
  t.after(remove);
  mkdirSync(join(path, 'net'));
  const rows = processes.map((_, index) => `0: 0100007F:0355 00000000:0000 0A ${REST} 0 0 ${100 + index} 1 0 10 0\n`);
  writeFileSync(join(path, 'net', 'tcp'), `  heading\n${rows.join('')}`);
  for (const [index, processId] of processes.entries()) {
    mkdirSync(join(path, String(processId), 'fd'), { recursive: true });
    writeFileSync(join(path, String(processId), 'comm'), 'sotto.js\n');
    symlinkSync(`socket:[${100 + index}]`, join(path, String(processId), 'fd', '0'));
  }
  if (holder !== undefined) writeFileSync(join(path, 'gateway.lock.pid'), `${holder}\n`);
  const endpoint = { kind: 'dot', address: '127.0.0.1', port: 853, isOfWildcard: false, isHere: true } as const;
  const circumstances: Partial<Circumstances> = {
    procDirectory: path,
    endpoints: [endpoint],
    gateway,
    settings: { stateDirectory: path } as Circumstances['settings'],
  };
  const findings = await holders.examine(circumstances as Circumstances);
  return findings.map(({ verdict, sentence }) => `${verdict} ${sentence}`);
}

describe('who else listens, where the gateway does not answer', { skip: endianness() !== 'LE' }, () => {
  test('the process beside the lock is the gateway itself', async (t) => {
    const [finding, ...rest] = await findingsWith(t, SILENT, [process.pid], process.pid);
    assert.match(finding!, /^ok no other program listens/);
    assert.deepEqual(rest, []);
  });

  test('another one beside it is still found', async (t) => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    t.after(() => endProcess(other, 5_000));
    const [finding] = await findingsWith(t, SILENT, [process.pid, other.pid!], process.pid);
    assert.match(finding!, new RegExp(`^warn sotto\\.js \\(process ${other.pid}\\) listens at`));
  });

  test('without that, nobody is called another sotto', async (t) => {
    const [finding, ...rest] = await findingsWith(t, SILENT, [process.pid]);
    assert.match(finding!, /^unknown which of the programs on the ports 853 is the gateway/);
    assert.deepEqual(rest, []);
  });
});
