import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { testQuery, withLengthPrefix } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  GENEROUS_LIMITS,
  HoldingHandler,
} from '../../../test/fixtures/fake-query-handler.ts';
import { connectTcp, readMessages, streamClient } from '../../../test/fixtures/listener-clients.ts';
import type { Listener, QueryHandler, StreamLimits } from './listener.ts';
import { startTcpListener } from './tcp-listener.ts';

describe('the TCP listener', () => {
  const listeners: Listener[] = [];
  const sockets: net.Socket[] = [];
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const listener of listeners.splice(0)) await listener.close(0);
  });

  async function start(handler: QueryHandler, limits: Partial<StreamLimits> = {}) {
    const counters = new CountingListenerCounters();
    const listener = await startTcpListener({
      socket: { id: 1, kind: 'tcp', address: '127.0.0.1', port: 0, descriptor: undefined },
      handler,
      limits: { ...GENEROUS_LIMITS, ...limits },
      counters,
    });
    listeners.push(listener);
    return { listener, counters };
  }

  async function connect(listener: Listener): Promise<net.Socket> {
    const socket = await connectTcp(listener.address);
    socket.on('error', () => {});
    sockets.push(socket);
    return socket;
  }

  /** The segment has reached the other side's kernel, and its event loop has had its turns. */
  async function send(socket: net.Socket, octets: Uint8Array): Promise<void> {
    await new Promise((resolve) => socket.write(octets, resolve));
    await new Promise(setImmediate);
  }

  /** Resolves when the server has ended or reset the connection. */
  function gone(socket: net.Socket): Promise<void> {
    socket.resume();
    return new Promise((resolve) => {
      socket.on('end', resolve);
      socket.on('close', () => resolve());
      socket.on('error', () => resolve());
    });
  }

  test('two queries cut in two at any octet are both answered', async () => {
    const { listener } = await start(answeringHandler);
    const queries = [testQuery(1, 'one.example.org'), testQuery(2, 'two.example.org')];
    const octets = Buffer.concat(queries.map(withLengthPrefix));
    for (let cut = 1; cut < octets.length; cut++) {
      const socket = await connect(listener);
      const replies: Buffer[] = [];
      const complete = new Promise<void>((resolve) => {
        readMessages(socket, (message) => {
          if (replies.push(message) === 2) resolve();
        });
      });
      await send(socket, octets.subarray(0, cut));
      await send(socket, octets.subarray(cut));
      await complete;
      assert.deepEqual(replies, queries.map(echoOf), `cut at ${cut}`);
      socket.destroy();
    }
  });

  test('a query sent octet by octet is answered', async () => {
    const { listener } = await start(answeringHandler);
    const socket = await connect(listener);
    const query = testQuery(1, 'www.example.org');
    const reply = new Promise((resolve) => readMessages(socket, resolve));
    for (const octet of withLengthPrefix(query)) await send(socket, Uint8Array.of(octet));
    assert.deepEqual(await reply, echoOf(query));
  });

  test('after a client has closed its direction all its replies still come, then the connection ends', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { inFlightPerConnection: 10 });
    const socket = await connect(listener);
    const replies: number[] = [];
    readMessages(socket, (message) => replies.push(message.readUInt16BE(0)));
    const queries = Array.from({ length: 50 }, (_unused, id) => testQuery(id, 'half.example.org'));
    socket.end(Buffer.concat(queries.map(withLengthPrefix)));
    const ended = once(socket, 'end');
    for (let id = 0; id < queries.length; id++) {
      await holding.arrived(id + 1);
      assert.equal(socket.readableEnded, false);
      holding.held[id]!.answer();
    }
    await ended;
    assert.deepEqual(
      replies,
      queries.map((_query, id) => id),
    );
    await counters.until(({ closed }) => closed === 1);
  });

  for (const length of [0, 1, 11]) {
    test(`a message of ${length} octets ends the connection`, async () => {
      const { listener, counters } = await start(answeringHandler);
      const socket = await connect(listener);
      const ended = once(socket, 'end');
      socket.resume();
      await send(socket, withLengthPrefix(new Uint8Array(length)));
      await ended;
      assert.equal(counters.protocolErrors, 1);
    });
  }

  test('P08 a client that stops inside a message is cut off after the read time', async () => {
    const { listener, counters } = await start(answeringHandler, { readMilliseconds: 30 });
    for (const beginning of [Uint8Array.of(0), Uint8Array.of(0, 20), Uint8Array.of(0, 20, 1, 2, 3)]) {
      const socket = await connect(listener);
      socket.write(beginning);
      await gone(socket);
    }
    assert.deepEqual(counters.limitHits, ['readMilliseconds', 'readMilliseconds', 'readMilliseconds']);
  });

  test('P08 a client that dribbles its message is cut off after the read time, others are served meanwhile', async () => {
    const { listener, counters } = await start(answeringHandler, { readMilliseconds: 100 });
    const slow = await connect(listener);
    slow.resume();
    let isOpen = true;
    slow.on('close', () => {
      isOpen = false;
    });
    const octets = withLengthPrefix(Buffer.alloc(60_000));
    const other = streamClient(await connect(listener));
    for (let position = 0; isOpen && position < octets.length; position++) {
      slow.write(octets.subarray(position, position + 1));
      await other.ask(testQuery(position & 0xffff, 'quick.example.org'));
    }
    assert.equal(isOpen, false);
    assert.deepEqual(counters.limitHits, ['readMilliseconds']);
  });

  test('the read time does not run between messages', async () => {
    const { listener, counters } = await start(answeringHandler, { readMilliseconds: 100, idleMilliseconds: 600 });
    const socket = await connect(listener);
    socket.resume();
    await send(socket, withLengthPrefix(testQuery(1, 'www.example.org')));
    await once(socket, 'end');
    assert.deepEqual(counters.limitHits, ['idleMilliseconds']);
  });

  test('P05 an idle connection is ended in good order', async () => {
    const { listener, counters } = await start(answeringHandler, { idleMilliseconds: 30 });
    const socket = await connect(listener);
    socket.resume();
    await once(socket, 'end');
    assert.deepEqual(counters.limitHits, ['idleMilliseconds']);
    socket.end();
    await counters.until(({ closed }) => closed === 1);
  });

  test('a client that ignores the end of its idle connection is cut off', async () => {
    const { listener, counters } = await start(answeringHandler, { idleMilliseconds: 20, readMilliseconds: 30 });
    const socket = await connect(listener);
    socket.resume();
    await once(socket, 'end');
    await counters.until(({ closed }) => closed === 1);
  });

  test('a connection that waits for an answer is not idle', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { idleMilliseconds: 300 });
    const client = streamClient(await connect(listener));
    const reply = client.ask(testQuery(1, 'slow.example.org'));
    await holding.arrived(1);
    await new Promise((resolve) => setTimeout(resolve, 900));
    assert.deepEqual(counters.limitHits, []);
    holding.held[0]!.answer();
    await reply;
  });

  test('P07 at the limit of connections the one idle for longest makes room', async () => {
    const { listener, counters } = await start(answeringHandler, { connections: 3 });
    const old: net.Socket[] = [];
    for (let index = 0; index < 3; index++) {
      old.push(await connect(listener));
      await counters.until(({ opened }) => opened === index + 1);
    }
    // The first is used again, so the second has been idle for longest.
    const first = streamClient(old[0]!);
    await first.ask(testQuery(1, 'www.example.org'));
    const newcomer = streamClient(await connect(listener));
    await gone(old[1]!);
    await newcomer.ask(testQuery(2, 'www.example.org'));
    await first.ask(testQuery(3, 'www.example.org'));
    await streamClient(old[2]!).ask(testQuery(4, 'www.example.org'));
    assert.deepEqual(counters.limitHits, ['connections']);
  });

  test('P07 at the limit of connections a new one is refused at once while all others wait for answers', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { connections: 2 });
    const replies: Promise<Buffer>[] = [];
    for (let id = 0; id < 2; id++) {
      replies.push(streamClient(await connect(listener)).ask(testQuery(id, 'busy.example.org')));
      await holding.arrived(id + 1);
    }
    await gone(net.connect(listener.address.port, '127.0.0.1'));
    assert.deepEqual(counters.limitHits, ['connections']);
    assert.equal(counters.opened, 2);
    for (const query of holding.held) query.answer();
    await Promise.all(replies);
  });

  test('P07 one client may not have more connections than its limit', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { connectionsPerClient: 1 });
    const reply = streamClient(await connect(listener)).ask(testQuery(1, 'busy.example.org'));
    await holding.arrived(1);
    await gone(net.connect(listener.address.port, '127.0.0.1'));
    assert.deepEqual(counters.limitHits, ['connectionsPerClient']);
    holding.held[0]!.answer();
    await reply;
  });

  test('places of closed connections are free again', async () => {
    const { listener, counters } = await start(answeringHandler, { connections: 2, connectionsPerClient: 2 });
    for (let round = 1; round <= 10; round++) {
      const socket = await connect(listener);
      await streamClient(socket).ask(testQuery(round, 'www.example.org'));
      socket.destroy();
      await counters.until(({ closed }) => closed === round);
    }
    assert.deepEqual(counters.limitHits, []);
  });

  test('P09 a client that reads none of its replies stops being read, then is cut off', async () => {
    let asked = 0;
    const largeReplies: QueryHandler = (sink, returnPath) => {
      asked += 1;
      sink.answer(returnPath, new Uint8Array(60_000), 60_000);
    };
    const { listener, counters } = await start(largeReplies, { idleMilliseconds: 100, readMilliseconds: 50 });
    const socket = await connect(listener);
    socket.pause();
    const segment = Buffer.concat(
      Array.from({ length: 1000 }, (_u, id) => withLengthPrefix(testQuery(id, 'x.example'))),
    );
    for (let sent = 0; sent < 20; sent++) socket.write(segment);
    await counters.until(({ closed }) => closed === 1);
    assert.ok(asked < 2000, `${asked} of 20,000 queries were read`);
  });

  test('P09 replies that come later to a client that reads none end its connection', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler);
    const socket = await connect(listener);
    socket.pause();
    const queries = Array.from({ length: 400 }, (_unused, id) => withLengthPrefix(testQuery(id, 'x.example')));
    socket.write(Buffer.concat(queries));
    await holding.arrived(queries.length);
    const reply = Buffer.alloc(60_000);
    for (const query of holding.held) {
      query.answer(reply);
      await new Promise(setImmediate);
    }
    await counters.until(({ closed }) => closed === 1);
    assert.deepEqual(counters.limitHits, ['unreadReplyBytes']);
  });

  test('P20 a reset by the client is no more than the end of its connection', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler);
    for (let round = 1; round <= 5; round++) {
      const socket = await connect(listener);
      socket.write(withLengthPrefix(testQuery(round, 'www.example.org')));
      await holding.arrived(round);
      socket.resetAndDestroy();
      holding.held[round - 1]!.answer();
      await counters.until(({ closed }) => closed === round);
    }
    assert.equal(counters.opened, 5);
    assert.equal(counters.protocolErrors, 0);
  });

  test('closing ends idle connections at once', async () => {
    const { listener, counters } = await start(answeringHandler);
    const socket = await connect(listener);
    await streamClient(socket).ask(testQuery(1, 'www.example.org'));
    socket.on('end', () => socket.end());
    await listener.close(60_000);
    assert.equal(counters.closed, 1);
  });

  test('a listener whose address cannot be had says so', async () => {
    await assert.rejects(
      startTcpListener({
        socket: { id: 1, kind: 'tcp', address: '192.0.2.1', port: 0, descriptor: undefined },
        handler: answeringHandler,
        limits: GENEROUS_LIMITS,
        counters: new CountingListenerCounters(),
      }),
      { code: 'EADDRNOTAVAIL' },
    );
  });
});
