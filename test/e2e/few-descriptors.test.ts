// A system that gives the gateway few descriptors, and a client that would have them all.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { connectTls } from '../fixtures/listener-clients.ts';
import { freePorts } from '../peers/free-ports.ts';
import { hasCommands } from '../setup/require-components.ts';
import { gatewayConfig } from './gateway-config.ts';
import { makeGatewayDirectory, startGatewayProcess } from './gateway-process.ts';

const DESCRIPTORS = 160;
const UNREACHABLE = { hostName: 'dns.example.org', dohPort: 9, address: '127.0.0.1', caPem: '' };

test('silent connections leave descriptors for everything else, and whoever speaks is heard', async (t) => {
  if (!hasCommands(t, 'prlimit')) return;
  const directory = makeGatewayDirectory();
  const [dot, http] = await freePorts(2);
  const listen = `[listen]\ndns = ["127.0.0.1:0"]\ndot = ["0.0.0.0:${dot}"]\ndoh = []\nhttp = ["127.0.0.1:${http}"]`;
  const gateway = await startGatewayProcess({
    directory,
    config: gatewayConfig({ directory, upstreams: [UNREACHABLE], threads: 1, listen }).replaceAll(/^ca = .*$/gm, ''),
    enter: ['prlimit', `--nofile=${DESCRIPTORS}`],
  });
  t.after(() => gateway.stop());
  assert.match((await gateway.logged(/open files/)).msg, /gives this process 160 open files/);
  const silent: Socket[] = [];
  t.after(() => {
    for (const socket of silent) socket.destroy();
  });
  const ended: Promise<unknown>[] = [];
  for (let i = 0; i < 300; i++) {
    const socket = connect(dot!, '127.0.0.1').resume();
    socket.on('error', () => {});
    silent.push(socket);
    ended.push(once(socket, 'close'));
    await once(socket, 'connect');
  }
  // The oldest made room.
  await Promise.all(ended.slice(0, 200));
  const used = readdirSync(`/proc/${gateway.child.pid}/fd`).length;
  assert.ok(used < DESCRIPTORS - 16, `${used} of ${DESCRIPTORS} are in use`);
  assert.equal((await fetch(`http://127.0.0.1:${http}/`)).status, 200);
  const newest = await connectTls(
    { address: '127.0.0.1', port: dot! },
    { ca: readFileSync(gateway.caPath, 'utf8'), checkServerIdentity: () => undefined },
  );
  newest.destroy();
});
