import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ADDRESS_FAMILY, errorCode, loadLibc, SOCKET_TYPE, whyLibcIsMissing } from './libc.ts';

const libc = loadLibc();
const skip = libc === undefined ? `koffi cannot be used here: ${whyLibcIsMissing()}` : false;

test('a failed call gives the code of its error', { skip }, () => {
  assert.equal(errorCode(libc!.close(1_000_000)), 'EBADF');
  assert.equal(errorCode(libc!.duplicate(1_000_000)), 'EBADF');
  assert.equal(errorCode(libc!.bind(1_000_000, new Uint8Array(128), 16)), 'EBADF');
});

test('sockets and their duplicates are non-blocking and are not inherited by child processes', { skip }, () => {
  const socket = libc!.socket(ADDRESS_FAMILY.IPV4, SOCKET_TYPE.DATAGRAM);
  const copy = libc!.duplicate(socket);
  try {
    for (const descriptor of [socket, copy]) {
      const flags = Number.parseInt(
        /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))![1]!,
        8,
      );
      assert.equal(flags & 0o2000000, 0o2000000, 'closed on exec');
      assert.equal(flags & 0o4000, 0o4000, 'non-blocking');
    }
  } finally {
    libc!.close(copy);
    libc!.close(socket);
  }
});

test('interfaces are found by name, unknown ones give 0', { skip }, () => {
  // Linux numbers the loopback interface of every network namespace 1.
  assert.equal(libc!.interfaceIndex('lo'), 1);
  assert.equal(libc!.interfaceIndex('no-such-interface'), 0);
});

function askInChild(module: string, env: NodeJS.ProcessEnv): string {
  const script = `const { loadLibc, whyLibcIsMissing } = await import(${JSON.stringify(module)});
    console.log(loadLibc() === undefined, whyLibcIsMissing());`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, encoding: 'utf8' });
}

test('SOTTO_WITHOUT_KOFFI=1 leaves koffi alone', () => {
  const answer = askInChild(join(import.meta.dirname, 'libc.ts'), { ...process.env, SOTTO_WITHOUT_KOFFI: '1' });
  assert.equal(answer, 'true SOTTO_WITHOUT_KOFFI is set\n');
});

test('where koffi cannot be loaded, libc is missing and the reason is known', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'sotto-no-koffi-'));
  try {
    copyFileSync(join(import.meta.dirname, 'libc.ts'), join(elsewhere, 'libc.ts'));
    writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
    mkdirSync(join(elsewhere, 'node_modules/koffi'), { recursive: true });
    writeFileSync(join(elsewhere, 'node_modules/koffi/index.js'), 'throw new Error("made for another machine")');
    const { SOTTO_WITHOUT_KOFFI: _, ...env } = process.env;
    assert.match(askInChild(join(elsewhere, 'libc.ts'), env), /^true (made for another machine|not used on)/);
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
