import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { OperatorError } from '../../errors.ts';
import { CONTROL_SOCKET_NAME, openControlSocket } from './control-socket.ts';

const ROUTES = { '/v1/echo': (parameters: URLSearchParams) => ({ status: 200, body: [...parameters] }) as const };

function makeDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-control-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function ask(socketPath: string, path: string): Promise<{ status: number | undefined; body: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: unknown }>();
  const request = get({ socketPath, path, agent: false }, (response) => {
    void response.toArray().then((chunks) => {
      resolve({ status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) });
    }, reject);
  });
  request.on('error', reject);
  return await promise;
}

test('it answers its routes, to its owner alone, and is gone once closed', async (t) => {
  const directory = makeDirectory(t);
  const umask = process.umask();
  const opening = openControlSocket(directory, ROUTES);
  assert.equal(process.umask(), umask);
  const control = await opening;
  assert.equal(statSync(control.path).mode & 0o777, 0o600);
  assert.deepEqual(await ask(control.path, '/v1/echo?name=a'), { status: 200, body: [['name', 'a']] });
  assert.equal((await ask(control.path, '/v1/nothing')).status, 404);
  await control.close();
  assert.ok(!existsSync(control.path));
});

test('what an earlier process left in its place is replaced', async (t) => {
  const directory = makeDirectory(t);
  writeFileSync(join(directory, CONTROL_SOCKET_NAME), '');
  const control = await openControlSocket(directory, ROUTES);
  assert.equal((await ask(control.path, '/v1/echo')).status, 200);
  await control.close();
});

test('a state directory with too long a path, or something in the way, is an error of the operator', async (t) => {
  const long = join(makeDirectory(t), 'x'.repeat(100));
  const blocked = makeDirectory(t);
  mkdirSync(join(blocked, CONTROL_SOCKET_NAME));
  mkdirSync(long);
  for (const [directory, says] of [
    [long, /too long.*shorter/],
    [blocked, /control\.sock cannot be opened \(.*EISDIR/],
  ] as const) {
    await assert.rejects(openControlSocket(directory, ROUTES), (error) => {
      assert.ok(error instanceof OperatorError);
      assert.equal(error.code, 'STATE_DIRECTORY');
      assert.match(error.message, says);
      return true;
    });
  }
});
