import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, type TestContext, test } from 'node:test';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  HoldingHandler,
} from '../../../test/fixtures/fake-query-handler.ts';
import { UDP_ENGINES, type UdpEngine } from '../../../test/fixtures/udp-engines.ts';
import type { Listener, QueryHandler } from './listener.ts';
import { DATAGRAM_MAX_BYTES } from './udp-options.ts';

for (const engine of UDP_ENGINES) describe(engine.name, { skip: engine.skip }, () => testEngine(engine));

function testEngine(engine: UdpEngine): void {
  const listeners: Listener[] = [];
  const sockets: Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  async function start(
    handler: QueryHandler,
    address = '127.0.0.1',
    port = 0,
    counters = new CountingListenerCounters(),
  ): Promise<Listener> {
    const listener = await engine.start({ address, port, handler, counters });
    listeners.push(listener);
    return listener;
  }

  function client(type: 'udp4' | 'udp6' = 'udp4'): Socket {
    const socket = createSocket(type);
    sockets.push(socket);
    return socket;
  }

  /** Sends `count` queries at once; resolves with the replies, by ID, when all have come. */
  function askMany(
    socket: Socket,
    to: Listener['address'],
    firstId: number,
    count: number,
  ): Promise<Map<number, Buffer>> {
    const replies = new Map<number, Buffer>();
    const { promise, resolve } = Promise.withResolvers<Map<number, Buffer>>();
    socket.on('message', (reply) => {
      replies.set(reply.readUInt16BE(0), reply);
      if (replies.size === count) resolve(replies);
    });
    for (let id = firstId; id < firstId + count; id++) {
      socket.send(testQuery(id, `q${id}.example.org`), to.port, to.address);
    }
    return promise;
  }

  function expected(firstId: number, count: number): Map<number, Buffer> {
    const ids = Array.from({ length: count }, (_unused, index) => firstId + index);
    return new Map(ids.map((id) => [id, echoOf(testQuery(id, `q${id}.example.org`))]));
  }

  function assertReplies(replies: Map<number, Buffer>, firstId: number, count: number): void {
    assert.deepEqual(new Map([...replies].sort(([one], [other]) => one - other)), expected(firstId, count));
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

  test('W20 a datagram larger than we announce is handed on as far as that, and the next whole', async () => {
    const counters = new CountingListenerCounters();
    const holding = new HoldingHandler();
    const { port } = (await start(holding.handler, '127.0.0.1', 0, counters)).address;
    const socket = client();
    const sizes = [DATAGRAM_MAX_BYTES + 1, 60_000, DATAGRAM_MAX_BYTES, 20, DATAGRAM_MAX_BYTES + 1];
    for (const [index, size] of sizes.entries()) socket.send(Buffer.alloc(size, 1 + index), port, '127.0.0.1');
    await holding.arrived(sizes.length);
    for (const [index, size] of sizes.entries()) {
      assert.deepEqual(holding.held[index]!.message, Buffer.alloc(Math.min(size, DATAGRAM_MAX_BYTES), 1 + index));
      holding.held[index]!.drop();
    }
    assert.equal(counters.protocolErrors, 0);
  });

  test('an answer larger than we announce is counted as unsent, and the next one leaves', async () => {
    const counters = new CountingListenerCounters();
    const holding = new HoldingHandler();
    const { port } = (await start(holding.handler, '127.0.0.1', 0, counters)).address;
    const socket = client();
    const query = testQuery(1, 'large.example.org');
    const reply = once(socket, 'message');
    for (let count = 0; count < 2; count++) socket.send(query, port, '127.0.0.1');
    await holding.arrived(2);
    holding.held[0]!.answer(Buffer.alloc(DATAGRAM_MAX_BYTES + 1));
    holding.held[1]!.answer();
    assert.deepEqual((await reply)[0], echoOf(query));
    assert.equal(counters.unsent, 1);
    assert.equal(counters.protocolErrors, 0);
  });

  test('two thousand queries in one burst, from many ports over IPv4 and IPv6, each get their own reply', async () => {
    const four = (await start(answeringHandler)).address;
    const six = (await start(answeringHandler, '::1')).address;
    const asked = Array.from({ length: 50 }, (_unused, index) => {
      const isSix = index % 2 === 1;
      return askMany(client(isSix ? 'udp6' : 'udp4'), isSix ? six : four, index * 1000, 40);
    });
    for (const [index, replies] of (await Promise.all(asked)).entries()) assertReplies(replies, index * 1000, 40);
  });

  test('a link-local client is answered on its own link', async (t) => {
    const address = linkLocalAddress(t);
    if (address === undefined) return;
    const { port } = (await start(answeringHandler, address)).address;
    assertReplies(await askMany(client('udp6'), { address, port }, 1, 100), 1, 100);
  });

  test('answers given late go to the right clients though hundreds of queries came between', async () => {
    const holding = new HoldingHandler();
    const handler: QueryHandler = (sink, path, message, length, address) =>
      (message[0]! < 4 ? holding.handler : answeringHandler)(sink, path, message, length, address);
    const first = (await start(handler)).address;
    const second = (await start(handler, '::1')).address;
    const late = Array.from({ length: 20 }, (_unused, index) =>
      index % 2 === 1 ? askMany(client('udp6'), second, index * 50, 50) : askMany(client(), first, index * 50, 50),
    );
    await holding.arrived(1000);
    const between = [0, 1, 2, 3, 4, 5, 6, 7].map((index) =>
      index % 2 === 1
        ? askMany(client('udp6'), second, 2000 + index * 100, 100)
        : askMany(client(), first, 2000 + index * 100, 100),
    );
    await Promise.all(between);
    // Interleaved, so that neighbours leave through different sockets.
    const inTurn = holding.held.map((query, index) => ({ query, order: index % 50 })).sort((a, b) => a.order - b.order);
    for (const { query } of inTurn) query.answer();
    for (const [index, replies] of (await Promise.all(late)).entries()) assertReplies(replies, index * 50, 50);
  });

  test('a client is answered beside one that floods', async () => {
    const { address } = await start(answeringHandler);
    const flooder = client();
    const query = testQuery(1, 'flood.example.org');
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 400; i++) flooder.send(query, address.port, address.address);
      assertReplies(await askMany(client(), address, round, 1), round, 1);
    }
  });

  test('closing in the midst of traffic disturbs nobody, and the address can be had again', async () => {
    const socket = client();
    let port = 0;
    for (let round = 0; round < 10; round++) {
      const holding = new HoldingHandler();
      const listener = await engine.start({
        address: '127.0.0.1',
        port,
        handler: holding.handler,
        counters: new CountingListenerCounters(),
      });
      port = listener.address.port;
      for (let id = 0; id < 300; id++) socket.send(testQuery(id, 'closing.example.org'), port, '127.0.0.1');
      await holding.arrived(1);
      const closed = listener.close(10);
      for (const query of holding.held.slice(1)) query.answer();
      await closed;
      holding.held[0]!.answer();
    }
  });
}

function linkLocalAddress(t: TestContext): string | undefined {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const found = addresses?.find(({ address }) => address.startsWith('fe80:'));
    if (found !== undefined) return `${found.address}%${name}`;
  }
  t.skip('no interface here has a link-local address');
  return undefined;
}
