import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { loadLibc, whyLibcIsMissing } from './libc.ts';
import type { ListenRequest } from './listening-socket-set.ts';
import { localAddresses } from './local-addresses.ts';
import { type OpenedSockets, openListeningSockets } from './open-listening-sockets.ts';

const withoutDescriptors = loadLibc() === undefined ? `no descriptors here: ${whyLibcIsMissing()}` : false;

async function open(t: TestContext, requests: readonly ListenRequest[], threads: number): Promise<OpenedSockets> {
  const opened = await openListeningSockets(requests, threads);
  t.after(() => opened.set.closeAll());
  return opened;
}

/** A program that holds a UDP port. */
async function holdDatagramPort(t: TestContext, address: string): Promise<number> {
  const holder = createSocket('udp4');
  t.after(() => holder.close());
  holder.bind({ address, port: 0 });
  await once(holder, 'listening');
  return holder.address().port;
}

test('every thread gets a socket of its own for every kind and address', async (t) => {
  const requests: ListenRequest[] = (['udp', 'tcp', 'dot', 'doh'] as const).map((kind) => ({
    kind,
    address: '127.0.0.1',
    port: 0,
  }));
  const { set, failures } = await open(t, requests, 3);
  assert.deepEqual(failures, []);
  const threads = [1, 2, 3].map((slot) => set.forThread(slot));
  for (const sockets of threads) {
    assert.deepEqual(
      sockets.map((socket) => socket.kind),
      ['udp', 'tcp', 'dot', 'doh'],
    );
  }
  const all = threads.flat();
  assert.equal(new Set(all.map((socket) => socket.id)).size, 12);
  if (withoutDescriptors) assert.ok(all.every((socket) => socket.descriptor === undefined));
  else assert.equal(new Set(all.map((socket) => socket.descriptor)).size, 12);
});

test('what the main thread serves is opened once, and given to no query thread', async (t) => {
  const requests: ListenRequest[] = (['dot', 'acme-http'] as const).map((kind) => ({
    kind,
    address: '127.0.0.1',
    port: 0,
  }));
  const { set } = await open(t, requests, 3);
  for (const slot of [1, 2, 3])
    assert.deepEqual(
      set.forThread(slot).map(({ kind }) => kind),
      ['dot'],
    );
  assert.deepEqual(
    set.forMain.map(({ kind }) => kind),
    ['acme-http'],
  );
  assert.equal(set.bindings.length, 2);
});

test('port 0 becomes one free port for UDP and TCP of an address, another for each other listener', async (t) => {
  const { set } = await open(
    t,
    [
      { kind: 'udp', address: '127.0.0.1', port: 0 },
      { kind: 'tcp', address: '127.0.0.1', port: 0 },
      { kind: 'dot', address: '127.0.0.1', port: 0 },
      { kind: 'doh', address: '127.0.0.1', port: 0 },
    ],
    2,
  );
  const [udp, tcp, dot, doh] = set.bindings.map(({ port }) => port);
  assert.equal(udp, tcp);
  assert.equal(new Set([udp, dot, doh]).size, 3);
  assert.deepEqual(
    set.forThread(1).map((socket) => socket.port),
    set.forThread(2).map((socket) => socket.port),
  );
});

test('IPv4 and IPv6 wildcards stand side by side: one UDP socket per local address, one TCP socket', async (t) => {
  const four: ListenRequest = { kind: 'udp', address: '0.0.0.0', port: 0 };
  const { set, failures } = await open(t, [four, { kind: 'tcp', address: '0.0.0.0', port: 0 }], 2);
  assert.deepEqual(failures, []);
  const port = set.bindings[0]!.port;
  const six = await open(
    t,
    [
      { kind: 'udp', address: '::', port },
      { kind: 'tcp', address: '::', port },
    ],
    2,
  );
  const here = localAddresses();
  for (const [opened, isOfFamily, wildcard] of [
    [set, (address: string) => !address.includes(':'), '0.0.0.0'],
    [six.set, (address: string) => address.includes(':'), '::'],
  ] as const) {
    const addresses = here.filter(isOfFamily);
    if (addresses.length === 0) continue; // a machine without IPv6
    const listened = opened.bindings.map(({ request, address }) => `${request.kind} ${address}`);
    assert.deepEqual(new Set(listened), new Set([`tcp ${wildcard}`, ...addresses.map((address) => `udp ${address}`)]));
    assert.equal(opened.forThread(1).length, listened.length);
  }
});

test('a port that another program holds is a failure that names it, and the others are open', async (t) => {
  const port = await holdDatagramPort(t, '127.0.0.1');
  const taken: ListenRequest = { kind: 'udp', address: '127.0.0.1', port };
  const free: ListenRequest = { kind: 'tcp', address: '127.0.0.1', port };
  const { set, failures } = await open(t, [taken, free], 2);
  assert.deepEqual(failures, [{ request: taken, address: '127.0.0.1', port, code: 'EADDRINUSE' }]);
  assert.equal(failures[0]!.request, taken);
  assert.deepEqual(
    set.forThread(2).map((socket) => socket.kind),
    ['tcp'],
  );
});

test('a second gateway on the same addresses is refused, although the first one shares its ports between threads', async (t) => {
  const requests: ListenRequest[] = [
    { kind: 'udp', address: '127.0.0.1', port: 0 },
    { kind: 'tcp', address: '127.0.0.1', port: 0 },
  ];
  const first = await open(t, requests, 2);
  const again = first.set.bindings.map(({ request, port }) => ({ ...request, port }));
  if (withoutDescriptors) return t.skip('without koffi nothing is open until the threads have started');
  const second = await open(t, again, 2);
  assert.deepEqual(
    second.failures.map(({ request, code }) => `${request.kind} ${code}`),
    ['udp EADDRINUSE', 'tcp EADDRINUSE'],
  );
});

test('where one address of a wildcard is taken, the failure names that address', async (t) => {
  const port = await holdDatagramPort(t, '127.0.0.1');
  const wildcard: ListenRequest = { kind: 'udp', address: '0.0.0.0', port };
  const { failures } = await open(t, [wildcard], 1);
  assert.deepEqual(failures, [{ request: wildcard, address: '127.0.0.1', port, code: 'EADDRINUSE' }]);
});

test('an address this machine lacks is a failure', async (t) => {
  const missing: ListenRequest = { kind: 'dot', address: '203.0.113.1', port: 0 };
  const { failures } = await open(t, [missing], 1);
  assert.deepEqual(failures, [{ request: missing, address: '203.0.113.1', port: 0, code: 'EADDRNOTAVAIL' }]);
});

test('two kinds of listener on one port are a failure that names both', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  assert.ok(typeof bound === 'object' && bound !== null);
  server.close();
  await once(server, 'close');
  const dot: ListenRequest = { kind: 'dot', address: '127.0.0.1', port: bound.port };
  const doh: ListenRequest = { kind: 'doh', address: '127.0.0.1', port: bound.port };
  const { failures } = await open(t, [dot, doh], 1);
  assert.deepEqual(failures, [
    { request: doh, address: '127.0.0.1', port: bound.port, code: 'EADDRINUSE', clash: dot },
  ]);
});

test('an address given twice, or beside the wildcard that covers it, is opened once', async (t) => {
  const { set } = await open(t, [{ kind: 'tcp', address: '0.0.0.0', port: 0 }], 1);
  const { port } = set.bindings[0]!;
  set.closeAll();
  const { set: again, failures } = await open(
    t,
    [
      { kind: 'udp', address: '0.0.0.0', port },
      { kind: 'udp', address: '127.0.0.1', port },
      { kind: 'udp', address: '127.0.0.1', port },
      { kind: 'tcp', address: '0.0.0.0', port },
      { kind: 'tcp', address: '127.0.0.1', port },
    ],
    1,
  );
  assert.deepEqual(failures, []);
  const listened = again.bindings.map(({ request, address }) => `${request.kind} ${address}`);
  assert.equal(listened.filter((it) => it === 'udp 127.0.0.1').length, 1);
  assert.deepEqual(
    listened.filter((it) => it.startsWith('tcp')),
    ['tcp 0.0.0.0'],
  );
});

test('UDP sockets have room for a burst', { skip: withoutDescriptors }, async (t) => {
  const { set } = await open(t, [{ kind: 'udp', address: '127.0.0.1', port: 0 }], 1);
  const { bindDatagram } = await import('./adopt-socket.ts');
  const socket = await bindDatagram(set.forThread(1)[0]!);
  t.after(() => socket.close());
  const allowed = Number(readFileSync('/proc/sys/net/core/rmem_max', 'utf8'));
  // The kernel reports twice what was asked for.
  assert.ok(socket.getRecvBufferSize() >= 2 * Math.min(allowed, 1024 * 1024), String(socket.getRecvBufferSize()));
});

test('after closeAll no descriptor is left', { skip: withoutDescriptors }, () => {
  const script = `
    const { readdirSync } = await import('node:fs');
    const { openListeningSockets } = await import(${JSON.stringify(`${import.meta.dirname}/open-listening-sockets.ts`)});
    const requests = ['udp', 'tcp'].flatMap((kind) => ['0.0.0.0', '::'].map((address) => ({ kind, address, port: 0 })));
    (await openListeningSockets(requests, 1)).set.closeAll();
    const before = readdirSync('/proc/self/fd').length;
    const { set } = await openListeningSockets(requests, 4);
    const during = readdirSync('/proc/self/fd').length;
    set.closeAll();
    console.log(during - before >= 8, readdirSync('/proc/self/fd').length - before);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  assert.equal(child.stderr, '');
  assert.equal(child.stdout, 'true 0\n');
});

test('no datagram is fragmented, whatever routers say', { skip: withoutDescriptors }, async (t) => {
  const addresses = ['127.0.0.1', ...(localAddresses().includes('::1') ? ['::1'] : [])];
  const requests = addresses.map((address) => ({ kind: 'udp', address, port: 0 }) as const);
  const { set } = await open(t, requests, 1);
  const library = createRequire(import.meta.url)('koffi').load(null) as import('koffi').LibraryHandle;
  const getsockopt = library.func(
    'int getsockopt(int descriptor, int level, int option, _Out_ int *value, _Inout_ uint32_t *length)',
  );
  for (const { address, descriptor } of set.forThread(1)) {
    const value = [0];
    const [level, option] = address === '::1' ? [41, 23] : [0, 10];
    assert.equal(getsockopt(descriptor, level, option, value, [4]), 0);
    assert.deepEqual(value, [3], `IP_PMTUDISC_PROBE on ${address}`);
  }
});
