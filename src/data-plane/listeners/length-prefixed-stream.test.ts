import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, test } from 'node:test';
import { testQuery, withLengthPrefix } from '../../../test/fixtures/dns-messages.ts';
import {
  answeringHandler,
  CountingListenerCounters,
  echoOf,
  GENEROUS_LIMITS,
  HoldingHandler,
} from '../../../test/fixtures/fake-query-handler.ts';
import { Connection } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { LengthPrefixedStream } from './length-prefixed-stream.ts';
import type { QueryHandler, StreamLimits } from './listener.ts';
import { StreamService } from './stream-service.ts';
import { TCP } from './transports.ts';

/** A socket that notes each write, and takes it only when told to. */
class RecordingSocket extends Duplex {
  readonly writes: Buffer[] = [];
  isStalled = false;
  #taken: (() => void) | undefined;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#take(chunk, callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: () => void): void {
    this.#take(Buffer.concat(chunks.map(({ chunk }) => chunk)), callback);
  }

  /** The peer reads on. */
  flow(): void {
    this.isStalled = false;
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  #take(octets: Buffer, callback: () => void): void {
    this.writes.push(Buffer.from(octets));
    if (this.isStalled) this.#taken = callback;
    else callback();
  }
}

const streams: RecordingSocket[] = [];

function openStream(handler: QueryHandler, limits: Partial<StreamLimits> = {}, shared?: StreamService) {
  const counters = new CountingListenerCounters();
  const allLimits = { ...GENEROUS_LIMITS, ...limits };
  const service =
    shared ?? new StreamService(TCP, handler, allLimits, counters, new ConnectionTable(TCP, allLimits, counters));
  const connection = new Connection(new Socket());
  const socket = new RecordingSocket();
  streams.push(socket);
  new LengthPrefixedStream(service, connection, socket);
  return { service, connection, socket, counters };
}

/** Each of `chunks` comes in a 'data' event of its own; resolves when what they ask is answered. */
async function receive(socket: RecordingSocket, ...chunks: readonly Buffer[]): Promise<void> {
  for (const chunk of chunks) socket.push(chunk);
  await turn();
  await turn();
}

/** The event loop goes around. */
async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

function queries(count: number, first = 0): Buffer[] {
  return Array.from({ length: count }, (_unused, index) => testQuery(first + index, 'www.example.org'));
}

describe('one DNS stream', () => {
  afterEach(() => {
    for (const socket of streams.splice(0)) socket.destroy();
  });

  test('P04 the replies to a hundred queries in one segment leave in one write', async () => {
    const { socket } = openStream(answeringHandler);
    const asked = queries(100);
    await receive(socket, Buffer.concat(asked.map(withLengthPrefix)));
    assert.equal(socket.writes.length, 1);
    assert.deepEqual(socket.writes[0], Buffer.concat(asked.map((query) => withLengthPrefix(echoOf(query)))));
  });

  test('P04 the replies to a hundred queries in a chunk each, as TLS records come, leave in one write', async () => {
    const { socket } = openStream(answeringHandler);
    const asked = queries(100);
    await receive(socket, ...asked.map(withLengthPrefix));
    assert.equal(socket.writes.length, 1);
    assert.deepEqual(socket.writes[0], Buffer.concat(asked.map((query) => withLengthPrefix(echoOf(query)))));
  });

  test('octets in a chunk each do not pile up until the end of the turn', async () => {
    const holding = new HoldingHandler();
    const { socket } = openStream(holding.handler);
    const asked = queries(100);
    // Until then they wait in the stream of Node, which is read from its first turn on.
    await turn();
    for (const octet of Buffer.concat(asked.map(withLengthPrefix))) socket.push(Buffer.of(octet));
    await new Promise(process.nextTick);
    const early = holding.held.length;
    await turn();
    assert.ok(early > 0 && early < 100, `${early} of 100 queries were read before the turn ended`);
    assert.deepEqual(
      holding.held.map(({ message }) => message),
      asked,
    );
  });

  test('replies that come later in one turn of the event loop leave in one write', async () => {
    const holding = new HoldingHandler();
    const { socket } = openStream(holding.handler);
    await receive(socket, Buffer.concat(queries(10).map(withLengthPrefix)));
    for (const query of holding.held.reverse()) query.answer();
    assert.equal(socket.writes.length, 0);
    await turn();
    assert.equal(socket.writes.length, 1);
    assert.deepEqual(
      socket.writes[0],
      Buffer.concat(holding.held.map(({ message }) => withLengthPrefix(echoOf(message)))),
    );
  });

  test('late replies of two connections in turn leave in one write each, unmixed', async () => {
    const holding = new HoldingHandler();
    const a = openStream(holding.handler);
    const b = openStream(holding.handler, {}, a.service);
    for (let id = 0; id < 6; id++) await receive((id % 2 === 0 ? a : b).socket, withLengthPrefix(queries(1, id)[0]!));
    for (const query of holding.held) query.answer();
    await turn();
    for (const [stream, parity] of [
      [a, 0],
      [b, 1],
    ] as const) {
      assert.equal(stream.socket.writes.length, 1);
      const expected = holding.held.filter((_query, index) => index % 2 === parity);
      assert.deepEqual(
        stream.socket.writes[0],
        Buffer.concat(expected.map(({ message }) => withLengthPrefix(echoOf(message)))),
      );
    }
  });

  test('what a slow client has not read yet is not overwritten by later replies', async () => {
    const { socket } = openStream(answeringHandler);
    socket.isStalled = true;
    const asked = queries(400);
    for (const query of asked) await receive(socket, withLengthPrefix(query));
    while (socket.isPaused() || socket.writableLength > 0) {
      socket.flow();
      await turn();
    }
    assert.deepEqual(
      Buffer.concat(socket.writes),
      Buffer.concat(asked.map((query) => withLengthPrefix(echoOf(query)))),
    );
  });

  test('P07 no more than the limit is in flight, and every query gets its turn', async () => {
    const holding = new HoldingHandler();
    const { socket, connection } = openStream(holding.handler, { inFlightPerConnection: 7 });
    const asked = queries(100);
    await receive(socket, Buffer.concat(asked.map(withLengthPrefix)));
    for (let answered = 0; answered < asked.length; answered++) {
      assert.ok(connection.inFlight <= 7 && connection.inFlight > 0, `${connection.inFlight}`);
      holding.held[answered]!.answer();
      await turn();
    }
    assert.deepEqual(
      holding.held.map(({ message }) => message),
      asked,
    );
    assert.equal(Buffer.concat(socket.writes).length, 100 * withLengthPrefix(asked[0]!).length);
  });

  test('queries in a chunk each wait for room in their order', async () => {
    const holding = new HoldingHandler();
    const { socket, connection } = openStream(holding.handler, { inFlightPerConnection: 3 });
    const asked = queries(20);
    await receive(socket, ...asked.map(withLengthPrefix));
    for (let answered = 0; answered < asked.length; answered++) {
      assert.ok(connection.inFlight <= 3 && connection.inFlight > 0, `${connection.inFlight}`);
      holding.held[answered]!.answer();
      await turn();
    }
    assert.deepEqual(
      holding.held.map(({ message }) => message),
      asked,
    );
  });

  test('dropped queries give their places back', async () => {
    const holding = new HoldingHandler();
    const { socket, connection } = openStream(holding.handler, { inFlightPerConnection: 2 });
    await receive(socket, Buffer.concat(queries(20).map(withLengthPrefix)));
    for (let dropped = 0; dropped < 20; dropped++) {
      holding.held[dropped]!.drop();
      await turn();
    }
    assert.equal(holding.held.length, 20);
    assert.equal(connection.inFlight, 0);
    assert.equal(socket.writes.length, 0);
  });

  test('queries are not read while their replies are not', async () => {
    let asked = 0;
    const largeReplies: QueryHandler = (sink, returnPath) => {
      asked += 1;
      sink.answer(returnPath, new Uint8Array(20_000), 20_000);
    };
    const { socket } = openStream(largeReplies);
    socket.isStalled = true;
    for (let segment = 0; segment < 50; segment++) {
      await receive(socket, Buffer.concat(queries(20).map(withLengthPrefix)));
    }
    assert.ok(socket.isPaused());
    assert.ok(asked < 20, `${asked} queries were read`);
    let turns = 0;
    while (asked < 1000 && turns++ < 5000) {
      socket.flow();
      await turn();
    }
    assert.equal(asked, 1000);
  });

  test('a client that leaves too much unread loses its connection', async () => {
    const holding = new HoldingHandler();
    const { socket, connection, counters } = openStream(holding.handler, { unreadReplyBytes: 200_000 });
    socket.isStalled = true;
    await receive(socket, Buffer.concat(queries(10).map(withLengthPrefix)));
    for (const query of holding.held) query.answer(Buffer.alloc(60_000));
    await turn();
    assert.deepEqual(counters.limitHits, ['unreadReplyBytes']);
    assert.ok(connection.socket.destroyed);
  });

  test('P07 a million pipelined queries leave memory and stack as they were', async () => {
    const { socket } = openStream(answeringHandler);
    const segment = Buffer.concat(queries(2000).map(withLengthPrefix));
    let written = 0;
    const before = process.memoryUsage().arrayBuffers;
    for (let sent = 0; sent < 1_000_000; sent += 2000) {
      await receive(socket, segment);
      while (socket.isPaused()) await turn();
      for (const write of socket.writes.splice(0)) written += write.length;
    }
    assert.equal(written, 500 * segment.length);
    const growth = process.memoryUsage().arrayBuffers - before;
    assert.ok(growth < 64 * 1_048_576, `${growth} octets`);
  });

  test('queries that came in the turn in which the connection is ended are answered first', async () => {
    const { socket, connection } = openStream(answeringHandler);
    const asked = queries(20);
    for (const query of asked) socket.push(withLengthPrefix(query));
    await new Promise(process.nextTick);
    connection.finish();
    await receive(socket, withLengthPrefix(testQuery(99, 'late.example.org')));
    assert.deepEqual(
      Buffer.concat(socket.writes),
      Buffer.concat(asked.map((query) => withLengthPrefix(echoOf(query)))),
    );
    assert.equal(socket.writableEnded, true);
  });

  test('of queries that wait when the connection is ended, no more are read than may be in flight', async () => {
    const holding = new HoldingHandler();
    const { socket, connection } = openStream(holding.handler, { inFlightPerConnection: 3 });
    for (const query of queries(20)) socket.push(withLengthPrefix(query));
    await new Promise(process.nextTick);
    connection.finish();
    assert.equal(holding.held.length, 3);
    for (const query of holding.held) query.answer();
    await turn();
    await turn();
    assert.equal(holding.held.length, 3);
    assert.equal(socket.writableEnded, true);
  });

  test('a length below 12 ends the connection, after the replies that are due', async () => {
    const holding = new HoldingHandler();
    const { socket, counters } = openStream(holding.handler);
    const [query] = queries(1);
    await receive(socket, Buffer.concat([withLengthPrefix(query!), Buffer.from([0, 11]), Buffer.alloc(11)]));
    assert.equal(counters.protocolErrors, 1);
    assert.equal(socket.writableEnded, false);
    holding.held[0]!.answer();
    await turn();
    assert.deepEqual(Buffer.concat(socket.writes), withLengthPrefix(echoOf(query!)));
    assert.equal(socket.writableEnded, true);
    await receive(socket, withLengthPrefix(query!));
    assert.equal(holding.held.length, 1);
  });
});
