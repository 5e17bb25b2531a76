// What only the batched engine promises; the rest is in udp-listener.test.ts and listeners.test.ts.

import { createSocket } from 'node:dgram';
import { test } from 'node:test';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import { answeringHandler, CountingListenerCounters } from '../../../test/fixtures/fake-query-handler.ts';
import { UDP_ENGINES } from '../../../test/fixtures/udp-engines.ts';

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
