// Scenarios: servers whose HTTP/2 is hostile, half dead or slow. Each question ends in time, and the next connection is a new one.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { createServer, type TLSSocket } from 'node:tls';
import { ERROR, FLAG, FRAME, SETTING } from '../../src/http2/frame.ts';
import { FrameReader } from '../../src/http2/frame-reader.ts';
import { HpackDecoder } from '../../src/http2/hpack-decoder.ts';
import type { UpstreamOutcome } from '../../src/upstream/upstream.ts';
import type { UpstreamLimits } from '../../src/upstream/upstream-limits.ts';
import { data, frame, headers, numbers, settings } from '../fixtures/http2-frames.ts';
import { makeCertificate } from '../fixtures/make-certificate.ts';
import { PEER_HOST_NAME } from '../peers/dns-peer.ts';
import { answerTo } from '../peers/scripted-doh-server.ts';
import { queryFor, watchedUpstream } from '../peers/scripted-upstream.ts';

const PREFACE_BYTES = 24;
const OK = { ':status': '200', 'content-type': 'application/dns-message' };

interface RawConnection {
  readonly socket: TLSSocket;
  /** Which connection it is, from 0. */
  readonly index: number;
  /** Error codes of GOAWAY frames that we sent it. */
  readonly goaways: number[];
}

interface RawRequest {
  readonly connection: RawConnection;
  readonly streamId: number;
  readonly query: Buffer;
}

/** A server that speaks in frames. It says SETTINGS; the rest is the test's. */
async function rawServer(t: TestContext, respond: (request: RawRequest) => void, limits: Partial<UpstreamLimits> = {}) {
  const certificate = makeCertificate({ names: [PEER_HOST_NAME] });
  const connections: RawConnection[] = [];
  const server = createServer({ cert: certificate.certPem, key: certificate.keyPem, ALPNProtocols: ['h2'] });
  server.on('secureConnection', (socket) => {
    const connection: RawConnection = { socket, index: connections.length, goaways: [] };
    connections.push(connection);
    socket.on('error', () => {});
    readRequests(connection, respond);
    socket.write(settings());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const { socket } of connections) socket.destroy();
    server.close();
    certificate.remove();
  });
  const { port } = server.address() as AddressInfo;
  const upstream = {
    name: PEER_HOST_NAME,
    url: `https://${PEER_HOST_NAME}:${port}/dns-query`,
    addresses: ['127.0.0.1'],
    caPem: certificate.caPem,
    maxQueriesPerSecond: undefined,
  };
  return { connections, peer: upstream, ...watchedUpstream(t, [upstream], { limits }) };
}

function readRequests(connection: RawConnection, respond: (request: RawRequest) => void): void {
  const decoder = new HpackDecoder();
  let toSkip = PREFACE_BYTES;
  const reader = new FrameReader({
    onFrame(type, _flags, streamId, bytes, start, end) {
      if (type === FRAME.GOAWAY) connection.goaways.push(Buffer.from(bytes).readUInt32BE(start + 4));
      if (type !== FRAME.HEADERS) return ERROR.NO_ERROR;
      let path = '';
      decoder.decode(bytes, start, end, {
        onField: (name, value) => {
          if (name === ':path') path = value;
        },
      });
      respond({ connection, streamId, query: Buffer.from(path.slice(path.indexOf('=') + 1), 'base64url') });
      return ERROR.NO_ERROR;
    },
  });
  connection.socket.on('data', (chunk: Buffer) => {
    const skipped = Math.min(toSkip, chunk.length);
    toSkip -= skipped;
    reader.read(chunk.subarray(skipped));
  });
}

function answer({ connection, streamId, query }: RawRequest): void {
  connection.socket.write(Buffer.concat([headers(streamId, OK), data(streamId, answerTo(query))]));
}

describe('a connection that turns hostile', () => {
  for (const [what, code, bytes] of [
    ['a pushed response', ERROR.PROTOCOL_ERROR, frame(FRAME.PUSH_PROMISE, FLAG.END_HEADERS, 1, Buffer.alloc(8))],
    ['a frame too large', ERROR.FRAME_SIZE_ERROR, Buffer.from('010000000000000001', 'hex')],
    ['a broken header block', ERROR.COMPRESSION_ERROR, frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, Buffer.of(0xff))],
    [
      'a flood of PING',
      ERROR.ENHANCE_YOUR_CALM,
      Buffer.concat(Array<Buffer>(1_000).fill(frame(FRAME.PING, 0, 0, Buffer.alloc(8)))),
    ],
  ] as const) {
    test(`by ${what} is told so and closed; the question is asked again on a new one`, async (t) => {
      const { connections, ask, events } = await rawServer(t, (request) => {
        if (request.connection.index === 0) request.connection.socket.write(bytes);
        else answer(request);
      });
      assert.ok((await ask()).ok);
      const first = connections[0]!;
      if (!first.socket.destroyed) await once(first.socket, 'close');
      assert.deepEqual(first.goaways, [code]);
      assert.equal(connections.length, 2);
      assert.equal(events.length, 1, 'up, and never down');
    });
  }

  test('every time, fails the question after a bounded number of connections', async (t) => {
    const { connections, ask } = await rawServer(t, ({ connection }) =>
      connection.socket.write(Buffer.alloc(100, 0xff)),
    );
    const outcome = await ask();
    assert.ok(!outcome.ok);
    assert.equal(outcome.code, 'unreachable');
    assert.match(outcome.detail, /connection broken \(HTTP\/2: FRAME_SIZE_ERROR\)/);
    assert.ok(connections.length <= 4, `${connections.length} connections`);
  });
});

test('an answer that drips in octet by octet is an answer', async (t) => {
  const { ask } = await rawServer(t, ({ connection, streamId, query }) => {
    connection.socket.setNoDelay(true);
    const octets = [...headers(streamId, OK), ...data(streamId, answerTo(query))];
    const next = (): void => {
      const octet = octets.shift();
      if (octet !== undefined) connection.socket.write(Buffer.of(octet), () => setImmediate(next));
    };
    next();
  });
  const outcome = await ask();
  assert.ok(outcome.ok);
});

test('answers of several questions in one record each reach their own question', async (t) => {
  const requests: RawRequest[] = [];
  const { ask } = await rawServer(t, (request) => {
    requests.push(request);
    if (requests.length < 20) return;
    const frames = requests
      .reverse()
      .flatMap(({ streamId, query }) => [headers(streamId, OK), data(streamId, answerTo(query))]);
    request.connection.socket.write(Buffer.concat(frames));
  });
  const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(`n${index}.example.org`)));
  for (const [index, outcome] of outcomes.entries()) {
    assert.ok(outcome.ok);
    assert.ok(Buffer.from(outcome.message).includes(`n${index}`));
  }
});

test('a connection whose server no longer answers PING is replaced before the next question', async (t) => {
  const { connections, ask } = await rawServer(t, answer, { pingMilliseconds: 20 });
  assert.ok((await ask()).ok);
  // It never acknowledges.
  await once(connections[0]!.socket, 'close');
  assert.ok((await ask()).ok);
  assert.equal(connections.length, 2);
});

test('a GOAWAY that names the question as read waits for its answer, while the next one goes elsewhere', async (t) => {
  let held: RawRequest | undefined;
  const { connections, ask } = await rawServer(t, (request) => {
    if (held === undefined) {
      held = request;
      request.connection.socket.write(numbers(FRAME.GOAWAY, 0, request.streamId, ERROR.NO_ERROR));
    } else {
      answer(request);
      answer(held);
    }
  });
  const first = ask('first.example.org');
  while (held === undefined) await new Promise((resolve) => setImmediate(resolve));
  // The GOAWAY has to arrive first: a server answers in order.
  const second = ask('second.example.org');
  assert.ok((await second).ok);
  assert.ok((await first).ok);
  assert.ok(connections.length <= 2);
});

describe('a server that lets no more streams be opened', () => {
  const barring = settings([SETTING.MAX_CONCURRENT_STREAMS, 0]);

  test('for a while gets the questions that waited as soon as it does again, on the same connection', async (t) => {
    const { connections, ask } = await rawServer(t, (request) => {
      request.connection.socket.write(barring);
      answer(request);
    });
    assert.ok((await ask('first.example.org')).ok);
    const second = ask('second.example.org');
    connections[0]!.socket.write(settings([SETTING.MAX_CONCURRENT_STREAMS, 1]));
    assert.ok((await second).ok);
    assert.equal(connections.length, 1);
  });

  test('and never does again loses its connection to a new one', async (t) => {
    const limits = {
      deadlineMilliseconds: 100,
      connectMilliseconds: 500,
      failuresBeforeProbe: 1,
      probeMilliseconds: 20,
    };
    const { connections, ask } = await rawServer(
      t,
      (request) => {
        if (request.connection.index === 0) request.connection.socket.write(barring);
        answer(request);
      },
      limits,
    );
    assert.ok((await ask('first.example.org')).ok);
    const second = await ask('second.example.org');
    assert.ok(!second.ok && second.code === 'timeout');
    // Each may still wait its time on the first connection, until a probe has found that another one works.
    while (!(await ask('third.example.org')).ok);
    assert.ok(connections.length > 1);
  });
});

test('a question that ends while a GOAWAY gives it back is not sent again', async (t) => {
  const respond = (request: RawRequest): void => {
    const { connection, streamId } = request;
    if (connection.index > 0) answer(request);
    else if (streamId === 1) connection.socket.write(numbers(FRAME.RST_STREAM, 1, ERROR.REFUSED_STREAM));
    else if (streamId === 3) askSecond();
    else connection.socket.write(numbers(FRAME.GOAWAY, 0, 0, ERROR.NO_ERROR));
  };
  const { connections, upstream, peer } = await rawServer(t, respond, { triesPerExchange: 1 });
  const second = Promise.withResolvers<UpstreamOutcome>();
  const askSecond = (): void => second.resolve(upstream.exchange(queryFor('second.example.org')));
  await new Promise<void>((resolve, reject) => {
    upstream.ask(queryFor('first.example.org'), {
      onAnswer: () => reject(new Error('answered')),
      // Refused twice. The GOAWAY gives back the second question too, after this.
      onFailure: () => void upstream.close().then(resolve),
    });
  });
  assert.ok(!(await second.promise).ok);
  // Whatever was sent again has arrived before this.
  assert.ok((await watchedUpstream(t, [peer]).ask()).ok);
  assert.equal(connections.length, 2);
});
