import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createSocket, type SocketOptions } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type ListenOptions } from 'node:net';
import { test } from 'node:test';
import { withoutRights } from '../../test/setup/without-rights.ts';
import { probeAddress } from './probe-address.ts';

async function datagramHolder(
  options: Partial<SocketOptions>,
  address: string,
): Promise<{ port: number; close(): void }> {
  const socket = createSocket({ type: 'udp4', ...options });
  socket.bind({ address, port: 0 });
  await once(socket, 'listening');
  return { port: socket.address().port, close: () => socket.close() };
}

async function streamHolder(options: ListenOptions): Promise<{ port: number; close(): void }> {
  const server = createServer().listen({ port: 0, ...options });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { port: address.port, close: () => server.close() };
}

test('a free address can be had, and is free again afterwards', async () => {
  for (const protocol of ['udp', 'tcp'] as const) {
    const first = await probeAddress(protocol, '127.0.0.1', 0);
    assert.ok(first.ok && first.port > 0);
    assert.deepEqual(await probeAddress(protocol, '127.0.0.1', first.port), first);
  }
});

test('a UDP port of another program is in use, also when that program would share it', async () => {
  for (const options of [{}, { reuseAddr: true }, { reusePort: true }]) {
    const holder = await datagramHolder(options, '127.0.0.1');
    assert.deepEqual(await probeAddress('udp', '127.0.0.1', holder.port), { ok: false, code: 'EADDRINUSE' });
    holder.close();
  }
});

test('a UDP port that another program holds on all addresses is in use on each', async () => {
  const holder = await datagramHolder({}, '0.0.0.0');
  assert.deepEqual(await probeAddress('udp', '127.0.0.1', holder.port), { ok: false, code: 'EADDRINUSE' });
  holder.close();
});

test('a TCP port of another program is in use, also when that program would share it', async () => {
  for (const options of [{}, { reusePort: true }]) {
    const holder = await streamHolder({ host: '127.0.0.1', ...options });
    assert.deepEqual(await probeAddress('tcp', '127.0.0.1', holder.port), { ok: false, code: 'EADDRINUSE' });
    holder.close();
  }
});

test('TCP connections left in TIME_WAIT by an earlier run do not count', async () => {
  const server = createServer((connection) => connection.end()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  // The server closes first, so TIME_WAIT stays on its side.
  const client = connect(address.port, '127.0.0.1').resume();
  await once(client, 'close');
  server.close();
  await once(server, 'close');
  assert.deepEqual(await probeAddress('tcp', '127.0.0.1', address.port), { ok: true, port: address.port });
});

test('IPv4 does not count as taken by a program on the IPv6 wildcard alone, nor the other way round', async (t) => {
  const six = await probeAddress('udp', '::1', 0);
  if (!six.ok) return t.skip(`no IPv6 here: ${six.code}`);
  const holder = await datagramHolder({}, '0.0.0.0');
  assert.deepEqual(await probeAddress('udp', '::', holder.port), { ok: true, port: holder.port });
  holder.close();
});

test('an address this machine does not have cannot be had', async () => {
  for (const protocol of ['udp', 'tcp'] as const) {
    assert.deepEqual(await probeAddress(protocol, '203.0.113.1', 0), { ok: false, code: 'EADDRNOTAVAIL' });
  }
});

test('what is not an address never reaches a resolver', async () => {
  assert.deepEqual(await probeAddress('udp', 'localhost', 0), { ok: false, code: 'EADDRNOTAVAIL' });
  assert.deepEqual(await probeAddress('tcp', 'localhost', 0), { ok: false, code: 'EADDRNOTAVAIL' });
});

test('a port below 1024 without the right to it is not permitted', {
  skip: process.getuid?.() === 0 ? false : 'needs root, to give one right away in a child process',
}, () => {
  const script = `const { probeAddress } = await import(${JSON.stringify(`${import.meta.dirname}/probe-address.ts`)});
      console.log(JSON.stringify([await probeAddress('udp', '127.0.0.1', 1), await probeAddress('tcp', '127.0.0.1', 1)]));`;
  const child = spawnSync(...withoutRights(['net_bind_service'], ['--input-type=module', '--eval', script]));
  assert.equal(child.stderr, '');
  const denied = { ok: false, code: 'EACCES' };
  assert.deepEqual(JSON.parse(child.stdout), [denied, denied]);
});
