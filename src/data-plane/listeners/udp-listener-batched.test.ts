// What only the batched engine promises; the rest is in udp-listener.test.ts and listeners.test.ts.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import { answeringHandler, CountingListenerCounters } from '../../../test/fixtures/fake-query-handler.ts';
import { UDP_ENGINES } from '../../../test/fixtures/udp-engines.ts';
import { BATCH_DATAGRAMS, loadBatchedDatagrams } from '../../sockets/batched-datagrams.ts';
import { loadLibc } from '../../sockets/libc.ts';
import { openSharedDescriptor } from '../../sockets/open-shared-descriptor.ts';
import type { QueryHandler } from './listener.ts';
import { startBatchedUdpListener } from './udp-listener-batched.ts';
import { DATAGRAM_MAX_BYTES } from './udp-options.ts';

const { skip, start } = UDP_ENGINES[1]!;

test('queries that had come before closing are answered', { skip }, async (t) => {
  const listener = await start({
    address: '127.0.0.1',
    handler: answeringHandler,
    counters: new CountingListenerCounters(),
  });
  // Few for each client: its own receive buffer must hold all replies.
  const clients = Array.from({ length: 10 }, () => createSocket('udp4'));
  t.after(() => {
    for (const client of clients) client.close();
  });
  let answered = 0;
  const { promise: allAnswered, resolve } = Promise.withResolvers<void>();
  const sent = clients.flatMap((client) => {
    client.on('message', () => {
      answered += 1;
      if (answered === 500) resolve();
    });
    return Array.from(
      { length: 50 },
      (_unused, id) =>
        new Promise((done) => {
          client.send(testQuery(id, 'before.example.org'), listener.address.port, '127.0.0.1', done);
        }),
    );
  });
  await Promise.all(sent);
  await listener.close(1000);
  await allAnswered;
});

test('however fast queries come, an event takes no more than two batches of them', { skip }, async (t) => {
  // As many come as ever fit without filling a batch, each time anew: what no client can do without luck.
  const waiting = BATCH_DATAGRAMS - 24;
  const real = loadBatchedDatagrams(DATAGRAM_MAX_BYTES)!;
  for (const address of real.received.addresses) address[0] = 0x3500_0002;
  const batched = { ...real, libc: { ...real.libc, receiveMany: () => waiting } };
  let taken = 0;
  const handler: QueryHandler = (sink, returnPath) => {
    taken++;
    sink.drop(returnPath);
  };
  const opened = openSharedDescriptor(loadLibc()!, 'udp', '127.0.0.1', 0);
  assert.ok(opened.ok);
  const listener = await startBatchedUdpListener(
    {
      socket: { id: 1, kind: 'udp', address: '127.0.0.1', port: 0, descriptor: opened.descriptor },
      handler,
      counters: new CountingListenerCounters(),
    },
    opened.descriptor,
    batched,
  );
  const client = createSocket('udp4');
  t.after(async () => {
    client.close();
    await listener.close(0);
    loadLibc()!.close(opened.descriptor);
  });
  client.send(testQuery(1, 'event.example.org'), listener.address.port, '127.0.0.1');
  while (taken === 0) await new Promise(setImmediate);
  assert.equal(taken, 1 + 2 * waiting);
});
