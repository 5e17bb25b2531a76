import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { answeringHandler, CountingListenerCounters } from '../../test/fixtures/fake-query-handler.ts';
import { connectTcp, connectTls } from '../../test/fixtures/listener-clients.ts';
import { makeCertificate, type TestCertificate } from '../../test/fixtures/make-certificate.ts';
import { freePorts } from '../../test/peers/free-ports.ts';
import type { QueryListenerKind, ListeningSocket } from '../sockets/listening-socket.ts';
import { ThreadListeners } from './thread-listeners.ts';

const former = makeCertificate({ names: ['former.example.org'] });
const renewed = makeCertificate({ names: ['renewed.example.org'] });
after(() => {
  former.remove();
  renewed.remove();
});

function asTlsCertificate({ keyPem, certPem }: TestCertificate) {
  return { names: ['dns.example.org'], keyPem, chainPem: certPem };
}

function makeListeners(connectionsMax?: number, counters = new CountingListenerCounters()): ThreadListeners {
  return new ThreadListeners({
    handler: answeringHandler,
    counters,
    certificates: [asTlsCertificate(former)],
    challenges: [],
    ticketKeys: randomBytes(48),
    ...(connectionsMax === undefined ? {} : { connectionsMax }),
  });
}

async function socketOf(kind: QueryListenerKind): Promise<ListeningSocket> {
  const [port] = await freePorts(1);
  return { id: 1, kind, address: '127.0.0.1', port: port!, descriptor: undefined };
}

for (const kind of ['tcp', 'dot'] as const) {
  test(`a ${kind} socket that is taken back while it opens does not stay open`, async () => {
    const listeners = makeListeners();
    const socket = await socketOf(kind);
    await Promise.all([listeners.open(socket), listeners.close([socket.id], 0)]);
    await assert.rejects(connectTcp(socket), { code: 'ECONNREFUSED' });
  });
}

test('certificates that arrive while a listener opens are the ones it serves', async () => {
  const listeners = makeListeners();
  const socket = await socketOf('dot');
  const opening = listeners.open(socket);
  listeners.setCertificates([asTlsCertificate(renewed)]);
  await opening;
  const client = await connectTls(socket, { ca: renewed.caPem, servername: 'renewed.example.org' });
  client.destroy();
  await listeners.closeAll(0);
});

test('challenges and ticket keys that arrive while a listener opens are in force on it', async () => {
  const listeners = makeListeners();
  const socket = await socketOf('dot');
  const opening = listeners.open(socket);
  const serverName = 'former.example.org';
  listeners.setChallenges([{ serverName, keyPem: renewed.keyPem, chainPem: renewed.certPem }]);
  listeners.setTicketKeys(randomBytes(48));
  await opening;
  const authority = { servername: serverName, ALPNProtocols: ['acme-tls/1'], checkServerIdentity: () => undefined };
  (await connectTls(socket, { ...authority, ca: renewed.caPem })).destroy();
  const client = { servername: serverName, ca: former.caPem };
  const first = await connectTls(socket, { ...client, maxVersion: 'TLSv1.2' });
  const session = first.getSession()!;
  first.destroy();
  const resumed = await connectTls(socket, { ...client, maxVersion: 'TLSv1.2', session });
  assert.equal(resumed.isSessionReused(), true);
  resumed.destroy();
  listeners.setTicketKeys(randomBytes(48));
  const afresh = await connectTls(socket, { ...client, maxVersion: 'TLSv1.2', session });
  assert.equal(afresh.isSessionReused(), false);
  afresh.destroy();
  await listeners.closeAll(0);
});

test('a socket that could not be opened rejects, and can be opened later', async () => {
  const listeners = makeListeners();
  const socket = await socketOf('tcp');
  const occupant = createServer().listen(socket.port, socket.address);
  await once(occupant, 'listening');
  await assert.rejects(listeners.open(socket), { code: 'EADDRINUSE' });
  occupant.close();
  await once(occupant, 'close');
  await listeners.open(socket);
  (await connectTcp(socket)).destroy();
  await listeners.closeAll(0);
});

test('no more connections of a kind are kept than there is room for, and the newest is heard', async () => {
  const counters = new CountingListenerCounters();
  const listeners = makeListeners(3, counters);
  const socket = await socketOf('dot');
  await listeners.open(socket);
  const clients = [];
  const closed = [];
  for (let i = 0; i < 5; i++) {
    const client = await connectTcp(socket, `127.0.0.${i + 2}`);
    clients.push(client.resume());
    closed.push(once(client, 'end'));
  }
  await Promise.all(closed.slice(0, 2));
  const newest = await connectTls(socket, { ca: former.caPem, servername: 'former.example.org' });
  await closed[2];
  assert.deepEqual(counters.limitHits, ['connections', 'connections', 'connections']);
  for (const client of [...clients, newest]) client.destroy();
  await listeners.closeAll(0);
});

test('one client cannot take the room of its neighbors, however little there is', async () => {
  const counters = new CountingListenerCounters();
  const listeners = makeListeners(16, counters);
  const socket = await socketOf('dot');
  await listeners.open(socket);
  const trust = { ca: former.caPem, servername: 'former.example.org' };
  const neighbors = [];
  for (let i = 0; i < 12; i++) {
    const from = await connectTcp(socket, `127.0.0.${i + 2}`);
    neighbors.push(await connectTls(socket, { ...trust, socket: from }));
  }
  const greedy = [];
  const closed = [];
  for (let i = 0; i < 40; i++) {
    const client = await connectTcp(socket, '127.0.0.99');
    greedy.push(client.resume());
    closed.push(once(client, 'end'));
  }
  await Promise.all(closed.slice(0, 36));
  assert.deepEqual(counters.limitHits, new Array(36).fill('connectionsPerClient'));
  for (const neighbor of neighbors) assert.equal(neighbor.readyState, 'open');
  for (const client of [...neighbors, ...greedy]) client.destroy();
  await listeners.closeAll(0);
});
