// Root is given up in child processes, with ports of their own in a network namespace: this file is the test, and with ROLE
// set the child; in the child's worker, the query thread.

import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { OperatorError } from '../../errors.ts';
import { bindDatagram, listenStream } from '../../sockets/adopt-socket.ts';
import { loadLibc, whyLibcIsMissing } from '../../sockets/libc.ts';
import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import type { ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import { openListeningSockets } from '../../sockets/open-listening-sockets.ts';
import { createLog } from '../observability/log.ts';
import { lockStateDirectory } from '../state-lock/lock-state-directory.ts';
import { becomeUser } from './become-user.ts';
import { checkUserAccess } from './check-user-access.ts';
import { lookUpUser } from './look-up-user.ts';
import { programFiles } from './program-files.ts';

/** A query thread in small: answers the uid it runs as and what was said. */
async function serve(sockets: readonly ListeningSocket[]): Promise<void> {
  for (const socket of sockets) {
    if (socket.kind === 'udp') {
      const datagrams = await bindDatagram(socket);
      datagrams.on('message', (message, from) =>
        datagrams.send(`${process.getuid!()} ${message}`, from.port, from.address),
      );
    } else {
      const server = createServer((connection) =>
        connection.on('data', (data) => connection.end(`${process.getuid!()} ${data}`)),
      );
      await listenStream(server, socket);
    }
  }
  parentPort!.postMessage('serving');
}

async function startThread(set: ListeningSocketSet): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url), { workerData: set.forThread(1) });
  await once(worker, 'message');
  return worker;
}

async function askDatagram(port: number): Promise<string> {
  const client = createSocket('udp4');
  client.send('datagram', port, '127.0.0.1');
  const [message] = await once(client, 'message');
  client.close();
  return String(message);
}

async function askStream(port: number): Promise<string> {
  const client = connect(port, '127.0.0.1');
  client.write('stream');
  const [data] = await once(client, 'data');
  client.destroy();
  return String(data);
}

/** Prints what happened as JSON. `role`: the user to become. */
async function beGateway(role: string, directory: string): Promise<void> {
  const stateDirectory = join(directory, 'state');
  const certificateDirectory = join(directory, 'certs');
  const address = '127.0.0.1';
  try {
    const lock = await lockStateDirectory(stateDirectory);
    const { set, failures } = await openListeningSockets(
      [
        { kind: 'udp', address, port: 53 },
        { kind: 'tcp', address, port: 53 },
        { kind: 'dot', address, port: 853 },
      ],
      1,
    );
    assert.deepEqual(failures, []);
    const server = { user: role, threads: 1, cookies: 'off' as const };
    const settings = { server, stateDirectory, certificateDirectory, certificates: [], lists: [] };
    await becomeUser(settings, set, createLog({ level: 'silent' }));
    const before = await startThread(set);
    const answers = [await askDatagram(53), await askStream(53), await askStream(853)];
    await before.terminate();
    const restarted = await startThread(set);
    answers.push(await askDatagram(53), await askStream(53), await askStream(853));
    await restarted.terminate();
    writeFileSync(join(stateDirectory, 'lists/new'), '');
    await lock.release();
    console.log(JSON.stringify({ answers }));
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.log(JSON.stringify({ code: error.code, message: error.message, uid: process.getuid!() }));
  }
  process.exit();
}

/** What root has made in an earlier run: everything closed to others. */
function makeDirectories(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sotto-become-'));
  t.after(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  mkdirSync(join(directory, 'state/lists'), { recursive: true, mode: 0o700 });
  mkdirSync(join(directory, 'certs'), { mode: 0o700 });
  writeFileSync(join(directory, 'state/hash.key'), 'secret', { mode: 0o600 });
  writeFileSync(join(directory, 'certs/local-ca.key.pem'), 'secret', { mode: 0o600 });
  return directory;
}

function runGateway(role: string, directory: string, env: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  const command = `ip link set lo up && exec "$0" "$1"`;
  return spawnSync('unshare', ['--net', 'sh', '-c', command, process.execPath, import.meta.filename], {
    env: { ...process.env, ...env, SOTTO_TEST_ROLE: role, SOTTO_TEST_DIRECTORY: directory },
    encoding: 'utf8',
  });
}

function whyNot(): string | false {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return 'needs root on Linux, to give it up';
  if (spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status !== 0) return 'needs unshare and ip';
  const { trees, files } = programFiles();
  try {
    checkUserAccess(lookUpUser('nobody'), {
      readableTrees: trees,
      readableFiles: files,
      programs: [],
      writableDirectories: [],
    });
    return false;
  } catch (error) {
    return `this checkout is closed to nobody: ${(error as Error).message}`;
  }
}

function defineTests(): void {
  const skip = whyNot();
  const missing = loadLibc() === undefined ? `no descriptors to keep: ${whyLibcIsMissing()}` : false;

  test('as server.user, a restarted thread still serves ports 53 and 853, and the state is its own', {
    skip: skip || missing,
  }, (t) => {
    const directory = makeDirectories(t);
    const child = runGateway('nobody', directory);
    assert.equal(child.stderr, '');
    const { uid, gid } = lookUpUser('nobody');
    const once = [`${uid} datagram`, `${uid} stream`, `${uid} stream`];
    assert.deepEqual(JSON.parse(child.stdout), { answers: [...once, ...once] });
    for (const path of [
      'state',
      'state/lists',
      'state/hash.key',
      'state/gateway.lock',
      'certs',
      'certs/local-ca.key.pem',
    ]) {
      const found = lstatSync(join(directory, path));
      assert.deepEqual([path, found.uid, found.gid], [path, uid, gid]);
    }
  });

  test('without koffi, ports that could not be opened again are refused before anything is given up', { skip }, (t) => {
    const child = runGateway('nobody', makeDirectories(t), { SOTTO_WITHOUT_KOFFI: '1' });
    assert.equal(child.stderr, '');
    const { code, message, uid } = JSON.parse(child.stdout);
    assert.equal(code, 'PRIVILEGES_NEED_KOFFI');
    assert.match(message, /ports below 1024 again \(53, 853\).*koffi/);
    assert.equal(uid, 0);
  });

  test('a state directory the user cannot reach is refused, with what to change', { skip: skip || missing }, (t) => {
    const directory = makeDirectories(t);
    chmodSync(directory, 0o700);
    const { code, message, uid } = JSON.parse(runGateway('nobody', directory).stdout);
    assert.equal(code, 'USER_CANNOT_ACCESS');
    assert.match(message, new RegExp(`cannot enter ${directory}, .* chmod o\\+x ${directory}`));
    assert.equal(uid, 0);
  });

  test('a user that does not exist, and root itself, are refused', { skip }, (t) => {
    const directory = makeDirectories(t);
    assert.equal(JSON.parse(runGateway('sotto-absent', directory).stdout).code, 'USER_UNKNOWN');
    assert.equal(JSON.parse(runGateway('root', directory).stdout).code, 'USER_NOT_PERMITTED');
  });
}

if (!isMainThread) await serve(workerData);
else if (process.env.SOTTO_TEST_ROLE === undefined) defineTests();
else await beGateway(process.env.SOTTO_TEST_ROLE, process.env.SOTTO_TEST_DIRECTORY!);
