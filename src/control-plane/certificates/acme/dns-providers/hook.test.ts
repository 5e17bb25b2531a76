import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { localFailureOf } from '../../../../../test/fixtures/acme/local-failure.ts';
import { temporaryDirectory } from '../../../../../test/fixtures/temporary-directory.ts';
import { hook } from './hook.ts';

function program(t: TestContext, script: string): string {
  const { path, remove } = temporaryDirectory('hook');
  t.after(remove);
  const file = join(path, 'program');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o700);
  return file;
}

const signal = new AbortController().signal;
test('it is told what to do by words and by variables', async (t) => {
  const path = program(t, 'echo "$1 $2 $3 $SOTTO_ACTION $SOTTO_NAME $SOTTO_VALUE" >> "$0.calls"');
  const provider = hook({ path, timeoutSeconds: 20, signal });
  await provider.present('_acme-challenge.example.org', 'proof');
  await provider.remove('_acme-challenge.example.org', 'proof');
  assert.equal(
    readFileSync(`${path}.calls`, 'utf8'),
    ['present', 'cleanup']
      .map((word) => `${word} _acme-challenge.example.org proof ${word} _acme-challenge.example.org proof\n`)
      .join(''),
  );
});

test('what it says when it fails is in the error, cut to its end', async (t) => {
  const path = program(t, 'head -c 3000 /dev/zero | tr "\\0" x >&2; echo " the token is wrong" >&2; exit 4');
  const said = await localFailureOf(hook({ path, timeoutSeconds: 20, signal }).present('n.example', 'v'));
  assert.match(said, /program present n\.example: failed with exit code 4; it said: x+ the token is wrong$/);
  assert.ok(said.length < 800);
});

test('one that does not end is ended, with what it started', async (t) => {
  const path = program(t, 'sleep 300 & echo $! > "$0.child"; wait');
  const said = await localFailureOf(hook({ path, timeoutSeconds: 1, signal }).present('n.example', 'v'));
  assert.match(said, /did not end within 1 s/);
  const child = Number(readFileSync(`${path}.child`, 'utf8'));
  const isGone = () => /^State:\s+[ZX]/m.test(readStatus(child));
  for (let tries = 0; tries < 200 && !isGone(); tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(isGone(), 'its child is gone too');
});

test('a gateway that stops does not wait for it', async (t) => {
  const path = program(t, 'sleep 300');
  const stopping = new AbortController();
  const call = localFailureOf(hook({ path, timeoutSeconds: 300, signal: stopping.signal }).present('n.example', 'v'));
  stopping.abort();
  assert.match(await call, /was ended, since the gateway stops/);
});

test('one that leaves a process in the background is done when it has ended itself', async (t) => {
  const path = program(t, 'sleep 5 &');
  await hook({ path, timeoutSeconds: 60, signal }).present('n.example', 'v');
});

test('where the system has no descriptor left, the call fails and the gateway lives', () => {
  const script = `
    import { openSync } from 'node:fs';
    import { hook } from ${JSON.stringify(new URL('./hook.ts', import.meta.url).href)};
    const call = hook({ path: '/bin/true', timeoutSeconds: 20, signal: new AbortController().signal });
    try { for (;;) openSync('/dev/null'); } catch {}
    await call.present('n', 'v').catch((error) => console.log(error.name, error.message));
  `;
  const limited = spawnSync(
    'sh',
    ['-c', 'ulimit -n "$0" && exec "$@"', '96', process.execPath, '--input-type=module', '-e', script],
    { encoding: 'utf8' },
  );
  assert.match(
    limited.stdout,
    /^AcmeFailure \/bin\/true present n: cannot be started \((?:EMFILE|EBADF)\)/,
    limited.stderr,
  );
});

test('a file that is no program is named', async (t) => {
  const path = program(t, '');
  chmodSync(path, 0o600);
  assert.match(
    await localFailureOf(hook({ path, timeoutSeconds: 20, signal }).present('n', 'v')),
    /cannot be started \(EACCES\)/,
  );
});

/** A process that is gone counts as dead. */
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State:\tX';
  }
}
