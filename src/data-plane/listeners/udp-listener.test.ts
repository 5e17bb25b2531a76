import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, test } from 'node:test';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  HoldingHandler,
} from '../../../test/fixtures/fake-query-handler.ts';
import type { Listener, QueryHandler } from './listener.ts';
import { startUdpListener } from './udp-listener.ts';

describe('the UDP listener', () => {
  const listeners: Listener[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  async function start(handler: QueryHandler, address = '127.0.0.1', port = 0): Promise<Listener> {
    const listener = await startUdpListener({
      socket: { id: 1, kind: 'udp', address, port, descriptor: undefined },
      handler,
      counters: new CountingListenerCounters(),
    });
    listeners.push(listener);
    return listener;
  }

  function client(): Socket {
    const socket = createSocket('udp4');
    sockets.push(socket);
    return socket;
  }

  for (const length of [0, 1, 11]) {
    test(`a datagram of ${length} octets is the handler's to judge`, async () => {
      const holding = new HoldingHandler();
      const { port } = (await start(holding.handler)).address;
      client().send(Buffer.alloc(length, 5), port, '127.0.0.1');
      await holding.arrived(1);
      assert.deepEqual(holding.held[0]!.message, Buffer.alloc(length, 5));
      holding.held[0]!.drop();
    });
  }

  test('so is a datagram that is a response', async () => {
    const holding = new HoldingHandler();
    const { port } = (await start(holding.handler)).address;
    const response = echoOf(testQuery(1, 'www.example.org'));
    client().send(response, port, '127.0.0.1');
    await holding.arrived(1);
    assert.deepEqual(holding.held[0]!.message, response);
    holding.held[0]!.drop();
  });

  test('an answer leaves from the address and port that were asked', async () => {
    const { port } = (await start(answeringHandler, '127.0.0.1')).address;
    await start(answeringHandler, '127.0.0.2', port);
    for (const address of ['127.0.0.2', '127.0.0.1']) {
      const socket = client();
      socket.send(testQuery(1, 'www.example.org'), port, address);
      const [, from] = (await once(socket, 'message')) as [Buffer, RemoteInfo];
      assert.deepEqual([from.address, from.port], [address, port]);
    }
  });

  test('answers that come later go to the clients that asked', async () => {
    const holding = new HoldingHandler();
    const { port } = (await start(holding.handler)).address;
    const replies: Promise<unknown[]>[] = [];
    for (let id = 0; id < 20; id++) {
      const socket = client();
      replies.push(once(socket, 'message'));
      socket.send(testQuery(id, `c${id}.example.org`), port, '127.0.0.1');
    }
    await holding.arrived(20);
    for (const query of holding.held.reverse()) query.answer();
    const messages = (await Promise.all(replies)).map(([message]) => message);
    assert.deepEqual(
      messages,
      messages.map((_message, id) => echoOf(testQuery(id, `c${id}.example.org`))),
    );
  });

  test('an answer that no datagram can carry is lost, and the next is not', async () => {
    const holding = new HoldingHandler();
    const { port } = (await start(holding.handler)).address;
    const socket = client();
    socket.send(testQuery(1, 'large.example.org'), port, '127.0.0.1');
    await holding.arrived(1);
    holding.held[0]!.answer(Buffer.alloc(65_535));
    const reply = once(socket, 'message');
    socket.send(testQuery(2, 'small.example.org'), port, '127.0.0.1');
    await holding.arrived(2);
    holding.held[1]!.answer();
    assert.deepEqual((await reply)[0], echoOf(testQuery(2, 'small.example.org')));
  });

  test('an answer to a client that is gone disturbs nobody', async () => {
    const holding = new HoldingHandler();
    const { port } = (await start(holding.handler)).address;
    const leaving = createSocket('udp4');
    leaving.send(testQuery(1, 'gone.example.org'), port, '127.0.0.1');
    await holding.arrived(1);
    await new Promise<void>((resolve) => leaving.close(resolve));
    // The kernel reports the closed port to our socket; the second answer meets that report.
    holding.held[0]!.answer();
    const socket = client();
    const reply = once(socket, 'message');
    socket.send(testQuery(2, 'here.example.org'), port, '127.0.0.1');
    await holding.arrived(2);
    holding.held[1]!.answer();
    await reply;
  });

  test('an address that cannot be had is an error', async () => {
    await assert.rejects(start(answeringHandler, '192.0.2.1'), { code: 'EADDRNOTAVAIL' });
  });
});
