// Real threads: this file is the test in the main thread and the serving thread in a worker.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { bindDatagram, listenStream } from './adopt-socket.ts';
import { loadLibc, whyLibcIsMissing } from './libc.ts';
import type { ListeningSocket } from './listening-socket.ts';
import type { ListeningSocketSet } from './listening-socket-set.ts';
import { openListeningSockets } from './open-listening-sockets.ts';
import { probeAddress } from './probe-address.ts';

if (isMainThread) defineTests();
else await serve(workerData.slot, workerData.sockets);

/** Answers everything with its slot and what was said. */
async function serve(slot: number, sockets: readonly ListeningSocket[]): Promise<void> {
  for (const socket of sockets) {
    if (socket.kind === 'udp') {
      const datagrams = await bindDatagram(socket);
      datagrams.on('message', (message, from) => datagrams.send(`${slot} ${message}`, from.port, from.address));
    } else {
      const server = createServer((connection) => {
        connection.on('error', () => undefined);
        connection.on('data', (data) => connection.end(`${slot} ${data}`));
      });
      await listenStream(server, socket);
    }
  }
  parentPort!.on('message', (text) => {
    throw new Error(text);
  });
  parentPort!.postMessage('serving');
}

async function startThread(t: TestContext, set: ListeningSocketSet, slot: number): Promise<Worker> {
  const worker = new Worker(new URL(import.meta.url), { workerData: { slot, sockets: set.forThread(slot) } });
  worker.on('error', () => undefined); // the tests make threads throw
  t.after(() => worker.terminate());
  await once(worker, 'message');
  return worker;
}

async function openPlain(
  t: TestContext,
  threads: number,
  address = '127.0.0.1',
): Promise<{ set: ListeningSocketSet; port: number }> {
  const { set, failures } = await openListeningSockets(
    [
      { kind: 'udp', address, port: 0 },
      { kind: 'tcp', address, port: 0 },
    ],
    threads,
  );
  t.after(() => set.closeAll());
  assert.deepEqual(failures, []);
  return { set, port: set.bindings[0]!.port };
}

/** `once` would reject with the error that ends the thread. */
function exit(worker: Worker): Promise<void> {
  return new Promise((resolve) => worker.once('exit', () => resolve()));
}

interface Sending {
  /** The system has taken it, whether or not a thread has. */
  readonly sent: Promise<unknown>;
  readonly answer: Promise<string>;
}

/** One datagram from a socket of its own, bound to `source`. */
function sendDatagram(port: number, text: string, address = '127.0.0.1', source?: string): Sending {
  const client: Socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  client.bind({ port: 0, ...(source && { address: source }) });
  const answer = once(client, 'message').then(([message, from]) => {
    client.close();
    assert.equal(from.address, address, 'answered from the address that was asked');
    return String(message);
  });
  const sent = new Promise((resolve) => client.send(text, port, address, resolve));
  return { sent, answer };
}

function sendStream(port: number, text: string, address = '127.0.0.1'): Sending {
  const client = connect({ port, host: address });
  let received = '';
  client.on('data', (data) => {
    received += data;
  });
  const answer = once(client, 'end').then(() => received);
  const sent = once(client, 'connect').then(() => {
    client.write(text);
  });
  return { sent, answer };
}

function slotsOf(answers: readonly string[]): Set<string | undefined> {
  return new Set(answers.map((answer) => answer.split(' ')[0]));
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function defineTests(): void {
  const skip = loadLibc() === undefined ? `threads have no sockets to inherit: ${whyLibcIsMissing()}` : false;
  const clients = Array.from({ length: 48 }, (_, index) => `client ${index}`);

  test('two threads share the clients of one address, over UDP and TCP', async (t) => {
    const { set, port } = await openPlain(t, 2);
    await Promise.all([startThread(t, set, 1), startThread(t, set, 2)]);
    for (const send of [sendDatagram, sendStream]) {
      const answers = await Promise.all(clients.map((text) => send(port, text).answer));
      assert.deepEqual(slotsOf(answers), new Set(['1', '2']));
      assert.deepEqual(
        answers.map((answer) => answer.slice(2)),
        clients,
      );
    }
  });

  for (const death of ['worker.terminate()', 'an uncaught exception']) {
    test(`what arrives between ${death} and the restart is answered by the restarted thread`, { skip }, async (t) => {
      const { set, port } = await openPlain(t, 2);
      const first = await startThread(t, set, 1);
      await startThread(t, set, 2);
      const exited = exit(first);
      if (death === 'worker.terminate()') await first.terminate();
      else first.postMessage('thrown on purpose');
      await exited;

      const waiting = clients.flatMap((text) => [sendDatagram(port, text), sendStream(port, text)]);
      await Promise.all(waiting.map(({ sent }) => sent));
      await startThread(t, set, 1);
      const answers = await Promise.all(waiting.map(({ answer }) => answer));
      assert.deepEqual(slotsOf(answers), new Set(['1', '2']));
      assert.deepEqual(
        answers.map((answer) => answer.slice(2)),
        clients.flatMap((text) => [text, text]),
      );
    });
  }

  test('a restarted thread serves again', async (t) => {
    const { set, port } = await openPlain(t, 1);
    await (await startThread(t, set, 1)).terminate();
    await startThread(t, set, 1);
    assert.equal(await sendDatagram(port, 'hello').answer, '1 hello');
    assert.equal(await sendStream(port, 'hello').answer, '1 hello');
  });

  test('fifty deaths of a thread leak no descriptor', { skip }, async (t) => {
    const { set, port } = await openPlain(t, 1);
    await (await startThread(t, set, 1)).terminate();
    const before = openDescriptors();
    for (let death = 0; death < 50; death++) {
      const thread = await startThread(t, set, 1);
      const exited = exit(thread);
      if (death % 2 === 0) await thread.terminate();
      else thread.postMessage('thrown on purpose');
      await exited;
    }
    assert.equal(openDescriptors(), before);
    await startThread(t, set, 1);
    assert.equal(await sendDatagram(port, 'still there').answer, '1 still there');
  });

  test('after closeAll the port is free', async (t) => {
    const { set, port } = await openPlain(t, 2);
    await (await startThread(t, set, 1)).terminate();
    set.closeAll();
    for (const protocol of ['udp', 'tcp'] as const) {
      assert.deepEqual(await probeAddress(protocol, '127.0.0.1', port), { ok: true, port });
    }
  });

  test('a program that sets SO_REUSEADDR cannot take over a UDP port in use', async (t) => {
    const { set, port } = await openPlain(t, 1);
    const served = await bindDatagram(set.forThread(1)[0]!);
    const thief = createSocket({ type: 'udp4', reuseAddr: true });
    t.after(() => thief.close());
    t.after(() => served.close());
    const outcome = await new Promise((resolve) => {
      thief.on('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      thief.bind({ address: '127.0.0.1', port }, () => resolve('taken'));
    });
    assert.equal(outcome, 'EADDRINUSE');
  });

  test('IPv6 sockets leave IPv4 on the same port to others', async (t) => {
    if (!(await probeAddress('udp', '::1', 0)).ok) return t.skip('no IPv6 here');
    const { set, failures } = await openListeningSockets([{ kind: 'tcp', address: '::', port: 0 }], 1);
    assert.deepEqual(failures, []);
    const port = set.bindings[0]!.port;
    t.after(() => set.closeAll());
    const server = createServer((connection) => connection.end('six'));
    t.after(() => server.close());
    await listenStream(server, set.forThread(1)[0]!);
    const other = createServer((connection) => connection.end('four')).listen({ host: '0.0.0.0', port });
    t.after(() => other.close());
    await once(other, 'listening');
    assert.equal(await sendStream(port, '', '::1').answer, 'six');
    assert.equal(await sendStream(port, '', '127.0.0.1').answer, 'four');
  });

  test('a UDP wildcard answers from the address that was asked, whichever it is', async (t) => {
    for (const wildcard of ['0.0.0.0', '::']) {
      const { set, port } = await openPlain(t, 1, wildcard);
      await startThread(t, set, 1);
      const addresses = set.bindings.filter(({ request }) => request.kind === 'udp').map(({ address }) => address);
      if (wildcard === '0.0.0.0') assert.ok(addresses.includes('127.0.0.1'));
      for (const address of addresses) {
        // A client on another address of this machine: an answer sent by routing alone would come from that one.
        const source = address.startsWith('fe80:') ? undefined : wildcard === '::' ? '::1' : '127.0.0.1';
        assert.equal(await sendDatagram(port, 'hello', address, source).answer, '1 hello');
      }
    }
  });

  test('a taken port is refused to a thread that opens its own socket', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const bound = server.address();
    assert.ok(typeof bound === 'object' && bound !== null);
    const own: ListeningSocket = { id: 0, kind: 'tcp', address: '127.0.0.1', port: bound.port, descriptor: undefined };
    await assert.rejects(listenStream(createServer(), own), { code: 'EADDRINUSE' });
  });

  test('a descriptor that is not open is refused', { skip }, async () => {
    const closed: ListeningSocket = { id: 0, kind: 'udp', address: '127.0.0.1', port: 53, descriptor: 1_000_000 };
    await assert.rejects(bindDatagram(closed), { code: 'EBADF' });
    await assert.rejects(listenStream(createServer(), { ...closed, kind: 'tcp' }), { code: 'EBADF' });
  });

  test('a descriptor of the wrong kind is refused and not leaked', { skip }, async (t) => {
    const { set } = await openPlain(t, 1);
    const [udp, tcp] = set.forThread(1);
    const before = openDescriptors();
    await assert.rejects(bindDatagram({ ...tcp!, kind: 'udp' }), { code: 'ERR_INVALID_FD_TYPE' });
    assert.equal(openDescriptors(), before);
    await assert.rejects(listenStream(createServer(), { ...udp!, kind: 'tcp' }), { code: 'EINVAL' });
  });
}
