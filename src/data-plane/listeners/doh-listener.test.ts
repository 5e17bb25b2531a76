import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http2 from 'node:http2';
import { after, afterEach, describe, test } from 'node:test';
import type tls from 'node:tls';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { soaRdata, testQuery, testReply } from '../../../test/fixtures/dns-messages.ts';
import { answeringHandler, HoldingHandler } from '../../../test/fixtures/fake-query-handler.ts';
import {
  connectHttp2,
  connectTls,
  HTTP2_POST_HEADERS,
  type HttpReply,
  http2GetHeaders,
  requestHttp1,
  requestHttp2,
} from '../../../test/fixtures/listener-clients.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { startTestDohListener } from '../../../test/fixtures/test-doh-listener.ts';
import type { QueryHandler, StreamLimits } from './listener.ts';
import type { TlsListener } from './stream-options.ts';

const certificate = makeCertificate({ names: ['dns.example.org', '127.0.0.1'] });
after(() => certificate.remove());
const trust = { ca: certificate.caPem, servername: 'dns.example.org' };
const query = testQuery(0, 'www.example.org');
const parameter = query.toString('base64url');

const listeners: TlsListener[] = [];
const endings: (() => void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) end();
  for (const listener of listeners.splice(0)) await listener.close(0);
});

async function start(handler: QueryHandler = answeringHandler, limits: Partial<StreamLimits> = {}) {
  const started = await startTestDohListener(certificate, handler, limits);
  listeners.push(started.listener);
  return started;
}

async function connect2(listener: TlsListener): Promise<http2.ClientHttp2Session> {
  const session = await connectHttp2(listener.address, trust);
  session.on('error', () => {});
  endings.push(() => session.destroy());
  return session;
}

async function connect1(listener: TlsListener, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const socket = await connectTls(listener.address, { ...trust, ALPNProtocols: ['http/1.1'], ...options });
  socket.on('error', () => {});
  endings.push(() => socket.destroy());
  return socket;
}

/** All that a server sends until it ends the connection. */
async function readToEnd(socket: tls.TLSSocket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Buffer;
}

const versions = ['HTTP/2', 'HTTP/1.1'] as const;

async function send(listener: TlsListener, version: (typeof versions)[number], request: Request): Promise<HttpReply> {
  const { method = 'GET', path = `/dns-query?dns=${parameter}`, headers = {}, body } = request;
  if (version === 'HTTP/1.1') {
    return requestHttp1(listener.address, { ...trust, agent: false, method, path, headers }, body);
  }
  return requestHttp2(await connect2(listener), { ':method': method, ':path': path, ...headers }, body);
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const DNS_MESSAGE = { 'content-type': 'application/dns-message' };

for (const version of versions) {
  describe(`a DoH request over ${version}`, () => {
    test('that is a GET with a body is answered', async () => {
      const { listener } = await start();
      const reply = await send(listener, version, { headers: { 'content-length': '3000' }, body: Buffer.alloc(3000) });
      assert.equal(reply.status, 200);
    });

    test('that waits for its answer does not hold its body', async () => {
      const holding = new HoldingHandler();
      const paths: (() => void)[] = [];
      const { listener } = await start((sink, path, message, length, client) => {
        holding.handler(sink, path, message.subarray(0, Math.min(length, 12)), 12, client);
        paths.push(() => sink.drop(path));
      });
      const body = Buffer.concat([query, Buffer.alloc(60_000)]);
      const request = { method: 'POST', path: '/dns-query', headers: DNS_MESSAGE, body };
      const ask = () => void send(listener, version, request).catch(() => {});
      ask();
      await holding.arrived(1);
      collectGarbage();
      const before = process.memoryUsage().arrayBuffers;
      for (let count = 2; count <= 41; count++) {
        ask();
        await holding.arrived(count);
      }
      // Sockets let go of what they have sent or read only some turns later.
      let held = Number.POSITIVE_INFINITY;
      for (let turn = 0; turn < 100 && held >= 20 * body.length; turn++) {
        await new Promise(setImmediate);
        collectGarbage();
        held = process.memoryUsage().arrayBuffers - before;
      }
      for (const drop of paths) drop();
      assert.ok(held < 20 * body.length, `${held} octets for 40 bodies of ${body.length}`);
    });

    test('is answered with the message, its media type, length and freshness, and nothing about the server', async () => {
      const reply = testReply('www.example.org', {
        flags: 0x8180,
        answers: [{ type: 1, ttlSeconds: 77, rdata: Uint8Array.of(192, 0, 2, 1) }],
      });
      const { listener } = await start((sink, path) => sink.answer(path, reply, reply.length));
      for (const request of [{}, { method: 'POST', path: '/dns-query', headers: DNS_MESSAGE, body: query }]) {
        const { status, headers, body } = await send(listener, version, request);
        assert.equal(status, 200);
        assert.deepEqual(body, reply);
        assert.equal(headers['content-type'], 'application/dns-message');
        assert.equal(headers['content-length'], String(reply.length));
        assert.equal(headers['cache-control'], 'max-age=77');
        for (const absent of ['server', 'set-cookie', 'x-powered-by', 'alt-svc', 'vary']) {
          assert.equal(headers[absent], undefined, absent);
        }
      }
    });

    test('HEAD gets what GET gets, without the body', async () => {
      const { listener } = await start();
      const { status, headers, body } = await send(listener, version, { method: 'HEAD' });
      assert.equal(status, 200);
      assert.equal(headers['content-length'], String(query.length));
      assert.equal(body.length, 0);
    });

    test('a DNS failure is HTTP 200, not to be kept', async () => {
      const reply = testReply('www.example.org', { flags: 0x8182 });
      const { listener } = await start((sink, path) => sink.answer(path, reply, reply.length));
      const { status, headers } = await send(listener, version, {});
      assert.equal(status, 200);
      assert.equal(headers['cache-control'], 'max-age=0');
    });

    test('H08 a negative answer may be kept as long as its SOA says', async () => {
      const soa = { type: 6, ttlSeconds: 900, rdata: soaRdata(60) };
      const reply = testReply('www.example.org', { flags: 0x8183, authorities: [soa] });
      const { listener } = await start((sink, path) => sink.answer(path, reply, reply.length));
      assert.equal((await send(listener, version, {})).headers['cache-control'], 'max-age=60');
    });

    const refused: readonly [string, Request, number][] = [
      ['another path', { path: `/other?dns=${parameter}` }, 404],
      ['PUT', { method: 'PUT' }, 405],
      ['OPTIONS', { method: 'OPTIONS' }, 405],
      ['Accept without DNS messages', { headers: { accept: 'application/dns-json' } }, 406],
      ['no query', { path: '/dns-query' }, 400],
      ['a query that is not base64url', { path: '/dns-query?dns=a*b' }, 400],
      ['a query of three octets', { path: '/dns-query?dns=AAAB' }, 400],
      ['two queries', { path: `/dns-query?dns=${parameter}&dns=${parameter}` }, 400],
      ['a long URL', { path: `/dns-query?dns=${'A'.repeat(9000)}` }, 414],
      ['POST without media type', { method: 'POST', path: '/dns-query', body: query }, 415],
      ['POST of another type', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: query }, 415],
      ['POST of 11 octets', { method: 'POST', headers: DNS_MESSAGE, body: query.subarray(0, 11) }, 400],
      ['POST of nothing', { method: 'POST', headers: DNS_MESSAGE, body: Buffer.alloc(0) }, 400],
      ['POST of 65,536 octets', { method: 'POST', headers: DNS_MESSAGE, body: Buffer.alloc(65_536) }, 413],
      [
        'POST that announces too much',
        { method: 'POST', headers: { ...DNS_MESSAGE, 'content-length': '65536' }, body: Buffer.alloc(65_536) },
        413,
      ],
    ];
    for (const [name, request, expected] of refused) {
      test(`${name}: ${expected}, and no query reaches the handler`, async () => {
        const holding = new HoldingHandler();
        const { listener, counters } = await start(holding.handler);
        const { status, headers, body } = await send(listener, version, request);
        assert.equal(status, expected);
        assert.equal(body.length, 0);
        assert.equal(headers.allow, expected === 405 ? 'GET, HEAD, POST' : undefined);
        assert.equal(holding.held.length, 0);
        assert.equal(counters.protocolErrors, 1);
      });
    }

    test('a POST of 65,535 octets is read', async () => {
      const holding = new HoldingHandler();
      const { listener } = await start(holding.handler);
      const body = Buffer.alloc(65_535, 7);
      const reply = send(listener, version, { method: 'POST', path: '/dns-query', headers: DNS_MESSAGE, body });
      await holding.arrived(1);
      assert.deepEqual(holding.held[0]!.message, body);
      holding.held[0]!.answer(query);
      assert.equal((await reply).status, 200);
    });

    test('H16 whatever it says about forwarding and hosts, the client is the one on the socket', async () => {
      const holding = new HoldingHandler();
      const { listener } = await start(holding.handler);
      const headers = { 'x-forwarded-for': '192.0.2.9', forwarded: 'for=192.0.2.9', host: 'elsewhere.example.net' };
      const reply = send(listener, version, { headers });
      await holding.arrived(1);
      holding.held[0]!.answer();
      assert.equal((await reply).status, 200);
      assert.equal(holding.held[0]!.clientAddress.toString('hex'), '00000000000000000000ffff7f000001');
    });
  });
}

describe('DoH connections', () => {
  test('HTTP/2 is chosen where it is offered, HTTP/1.1 where it or nothing is', async () => {
    const { listener } = await start();
    assert.equal((await connect1(listener, { ALPNProtocols: ['http/1.1', 'h2'] })).alpnProtocol, 'h2');
    assert.equal((await connect1(listener, { ALPNProtocols: ['http/1.1'] })).alpnProtocol, 'http/1.1');
    const { ALPNProtocols: _none, ...withoutAlpn } = { ALPNProtocols: undefined, ...trust };
    const socket = await connectTls(listener.address, withoutAlpn);
    endings.push(() => socket.destroy());
    assert.equal(socket.alpnProtocol, false);
    socket.write(`GET /dns-query?dns=${parameter} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 200 /);
  });

  test('a client that offers only other protocols is refused with no_application_protocol', async () => {
    const { listener } = await start();
    await assert.rejects(connect1(listener, { ALPNProtocols: ['dot'] }), {
      code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
    });
  });

  test('the limits of connections hold', async () => {
    const { listener, counters } = await start(answeringHandler, { connectionsPerClient: 2 });
    const first = await connect2(listener);
    const second = await connect2(listener);
    await requestHttp2(first, http2GetHeaders(query));
    const evicted = new Promise((resolve) => second.on('close', resolve));
    const third = await connect2(listener);
    await evicted;
    await requestHttp2(third, http2GetHeaders(query));
    await requestHttp2(first, http2GetHeaders(query));
    assert.deepEqual(counters.limitHits, ['connectionsPerClient']);
  });

  test('an idle HTTP/2 connection gets GOAWAY, and its end', async () => {
    const { listener, counters } = await start(answeringHandler, { idleMilliseconds: 300 });
    const session = await connect2(listener);
    const [code] = await once(session, 'goaway');
    assert.equal(code, http2.constants.NGHTTP2_NO_ERROR);
    await counters.until(({ closed }) => closed === 1);
    assert.deepEqual(counters.limitHits, ['idleMilliseconds']);
  });

  test('an idle HTTP/1.1 connection is ended, also in the middle of a head', async () => {
    const { listener, counters } = await start(answeringHandler, { idleMilliseconds: 300 });
    for (const beginning of ['', 'GET /dns-query', `GET /dns-query HTTP/1.1\r\nhost: x\r\n`]) {
      const socket = await connect1(listener);
      if (beginning !== '') socket.write(beginning);
      await readToEnd(socket);
    }
    assert.deepEqual(counters.limitHits, ['idleMilliseconds', 'idleMilliseconds', 'idleMilliseconds']);
  });

  test('V07 closing sends GOAWAY and lets requests in flight finish', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler);
    const session = await connect2(listener);
    const reply = requestHttp2(session, http2GetHeaders(query));
    await holding.arrived(1);
    const goaway = once(session, 'goaway');
    const closed = listener.close(60_000);
    await goaway;
    holding.held[0]!.answer();
    assert.equal((await reply).status, 200);
    await closed;
  });

  test('V07 closing lets an HTTP/1.1 request in flight finish, and tells the client', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler);
    const socket = await connect1(listener);
    socket.write(`GET /dns-query?dns=${parameter} HTTP/1.1\r\nhost: x\r\n\r\n`);
    const response = readToEnd(socket);
    await holding.arrived(1);
    const closed = listener.close(60_000);
    holding.held[0]!.answer();
    assert.match(await response, /^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    await closed;
  });
});

describe('HTTP/2', () => {
  test('H15 a hundred streams at once are announced', async () => {
    const { listener } = await start();
    const session = http2.connect(`https://127.0.0.1:${listener.address.port}`, trust);
    endings.push(() => session.destroy());
    const [settings] = await once(session, 'remoteSettings');
    assert.equal(settings.maxConcurrentStreams, 100);
    assert.equal(settings.maxHeaderListSize, 16_384);
  });

  test('a dropped query is a stream reset with CANCEL, and the connection goes on', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler);
    const session = await connect2(listener);
    const stream = session.request(http2GetHeaders(query));
    stream.on('error', () => {});
    await holding.arrived(1);
    holding.held[0]!.drop();
    await once(stream, 'close');
    assert.equal(stream.rstCode, http2.constants.NGHTTP2_CANCEL);
    const next = requestHttp2(session, http2GetHeaders(query));
    await holding.arrived(2);
    holding.held[1]!.answer();
    assert.equal((await next).status, 200);
  });

  test('a query whose stream was reset keeps its place in flight until it is settled', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { inFlightPerConnection: 3 });
    const session = await connect2(listener);
    for (let id = 0; id < 3; id++) {
      const stream = session.request(http2GetHeaders(query));
      stream.on('error', () => {});
      await holding.arrived(id + 1);
      stream.close(http2.constants.NGHTTP2_CANCEL);
      await once(stream, 'close');
    }
    await assert.rejects(requestHttp2(session, http2GetHeaders(query)), { code: 'ERR_HTTP2_STREAM_ERROR' });
    assert.deepEqual(counters.limitHits, ['inFlightPerConnection']);
    for (const held of holding.held) held.answer();
    const next = requestHttp2(session, http2GetHeaders(query));
    await holding.arrived(4);
    holding.held[3]!.answer();
    assert.equal((await next).status, 200);
  });

  test('a body that does not come in time resets its stream only', async () => {
    const { listener, counters } = await start(answeringHandler, { readMilliseconds: 500 });
    const session = await connect2(listener);
    const stream = session.request(HTTP2_POST_HEADERS);
    stream.on('error', () => {});
    stream.write(query.subarray(0, 5));
    await once(stream, 'close');
    assert.notEqual(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
    assert.deepEqual(counters.limitHits, ['readMilliseconds']);
    assert.equal((await requestHttp2(session, HTTP2_POST_HEADERS, query)).status, 200);
  });

  test('many unfinished bodies do not fill the memory', async () => {
    const { listener } = await start();
    const session = await connect2(listener);
    const codes: (number | undefined)[] = [];
    const streams = Array.from({ length: 20 }, () => {
      const stream = session.request(HTTP2_POST_HEADERS);
      stream.on('error', () => {});
      stream.on('close', () => codes.push(stream.rstCode));
      stream.write(Buffer.alloc(20_000));
      return stream;
    });
    await Promise.race(streams.map((stream) => new Promise((resolve) => stream.on('close', resolve))));
    assert.equal(codes[0], http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    assert.equal((await requestHttp2(session, HTTP2_POST_HEADERS, query)).status, 200);
  });

  test('H06 a body that grows too large is refused before its end', async () => {
    const { listener } = await start();
    const session = await connect2(listener);
    const stream = session.request(HTTP2_POST_HEADERS);
    stream.on('error', () => {});
    const response = once(stream, 'response');
    const closed = once(stream, 'close');
    for (let sent = 0; sent < 20; sent++) stream.write(Buffer.alloc(10_000));
    const [headers] = await response;
    assert.equal(headers[':status'], 413);
    stream.resume();
    await closed;
    assert.equal(stream.rstCode, http2.constants.NGHTTP2_NO_ERROR);
  });

  test('H15 a head over the limit resets its stream', async () => {
    const { listener } = await start();
    const session = http2.connect(`https://127.0.0.1:${listener.address.port}`, trust);
    endings.push(() => session.destroy());
    await once(session, 'remoteSettings');
    await requestHttp2(session, http2GetHeaders(query));
    const headers = { ...http2GetHeaders(query), 'x-large': 'x'.repeat(20_000) };
    await assert.rejects(requestHttp2(session, headers));
    const second = await connect2(listener);
    assert.equal((await requestHttp2(second, http2GetHeaders(query))).status, 200);
  });

  const floods: readonly [string, (session: http2.ClientHttp2Session) => void][] = [
    [
      'streams opened and reset at once',
      (session) => {
        const stream = session.request(http2GetHeaders(query));
        stream.on('error', () => {});
        stream.close(http2.constants.NGHTTP2_CANCEL);
      },
    ],
    [
      'refused requests',
      (session) => {
        session
          .request({ ':path': '/' })
          .on('error', () => {})
          .resume();
      },
    ],
    ['PING frames', (session) => session.ping(() => {})],
    ['SETTINGS frames', (session) => session.settings({ initialWindowSize: 65_535 })],
  ];
  for (const [name, flood] of floods) {
    test(`a flood of ${name} ends its connection, and only that`, async () => {
      const holding = new HoldingHandler();
      const { listener, counters } = await start(holding.handler);
      const other = await connect2(listener);
      const session = await connect2(listener);
      let frames = 0;
      while (counters.closed === 0 && frames < 20_000) {
        for (let burst = 0; burst < 20 && !session.closed && !session.destroyed; burst++, frames++) flood(session);
        await new Promise(setImmediate);
      }
      // Ours is the end that counts: a client of Node.js 24 notices only later.
      assert.equal(counters.closed, 1, `still there after ${frames}`);
      const before = holding.held.length;
      const reply = requestHttp2(other, http2GetHeaders(query));
      await holding.arrived(before + 1);
      for (const held of holding.held) held.answer();
      assert.equal((await reply).status, 200);
    });
  }

  for (const when of ['before they are read', 'while their queries wait'] as const) {
    test(`streams reset ${when} are paid for by points, before nghttp2 steps in`, async () => {
      const holding = new HoldingHandler();
      const { listener, counters } = await start(holding.handler);
      const session = await connect2(listener);
      const gone = new Promise((resolve) => session.on('close', resolve));
      let resets = 0;
      while (!session.destroyed && resets < 450) {
        const stream = session.request(http2GetHeaders(query));
        stream.on('error', () => {});
        if (when === 'while their queries wait') await Promise.race([holding.arrived(resets + 1), gone]);
        stream.close(http2.constants.NGHTTP2_CANCEL);
        resets += 1;
        await new Promise(setImmediate);
      }
      await counters.until(({ closed }) => closed === 1);
      assert.equal(counters.protocolErrors, 1);
    });
  }

  test('P09 a client that opens no window for its replies loses its connection', async () => {
    const large: QueryHandler = (sink, path) => sink.answer(path, new Uint8Array(60_000), 60_000);
    const { listener, counters } = await start(large);
    const session = http2.connect(`https://127.0.0.1:${listener.address.port}`, {
      ...trust,
      settings: { initialWindowSize: 0 },
    });
    session.on('error', () => {});
    endings.push(() => session.destroy());
    for (let stream = 0; stream < 50; stream++) session.request(http2GetHeaders(query)).on('error', () => {});
    await counters.until(({ closed }) => closed === 1);
    assert.deepEqual(counters.limitHits, ['unreadReplyBytes']);
  });

  test('frames that are none end the connection, and only that', async () => {
    const { listener, counters } = await start();
    const other = await connect2(listener);
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const attempts = [
      randomBytes(500),
      Buffer.concat([preface, randomBytes(500)]),
      Buffer.concat([preface, Buffer.alloc(9, 0xff)]),
    ];
    for (const [index, octets] of attempts.entries()) {
      const socket = await connect1(listener, { ALPNProtocols: ['h2'] });
      socket.write(octets);
      socket.resume();
      await counters.until(({ closed }) => closed === index + 1);
    }
    assert.equal(counters.protocolErrors, attempts.length);
    assert.equal((await requestHttp2(other, http2GetHeaders(query))).status, 200);
  });

  test('a client that sends content with a GET in thousands of pieces loses its connection', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler);
    const session = await connect2(listener);
    const stream = session.request(http2GetHeaders(query), { endStream: false });
    stream.on('error', () => {});
    const ended = new Promise((resolve) => session.on('goaway', resolve));
    const send = (): void => {
      if (!session.destroyed) stream.write(Buffer.of(0), send);
    };
    send();
    assert.equal(await ended, http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    assert.equal(counters.protocolErrors, 1);
    holding.held[0]!.answer();
  });

  test('a client that vanishes with requests in flight disturbs nobody', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler);
    for (let round = 1; round <= 3; round++) {
      const session = await connect2(listener);
      for (let id = 0; id < 5; id++) session.request(http2GetHeaders(query)).on('error', () => {});
      await holding.arrived(5 * round);
      session.destroy();
      await counters.until(({ closed }) => closed === round);
    }
    for (const held of holding.held) held.answer();
  });
});

describe('HTTP/1.1', () => {
  const get = `GET /dns-query?dns=${parameter} HTTP/1.1\r\nhost: x\r\n\r\n`;

  test('a dropped query closes the connection without a response', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler);
    const socket = await connect1(listener);
    socket.write(get);
    const response = readToEnd(socket);
    await holding.arrived(1);
    holding.held[0]!.drop();
    assert.equal(await response, '');
  });

  test('a client that sends content with a GET in thousands of pieces loses its connection', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler);
    const socket = await connect1(listener);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write(get.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n'));
    socket.write('1\r\nx\r\n'.repeat(10_000));
    await closed;
    assert.equal(counters.protocolErrors, 1);
    holding.held[0]!.answer();
  });

  test('what is not HTTP gets 400 and the end', async () => {
    const { listener, counters } = await start();
    const socket = await connect1(listener);
    socket.write('\x00\x21 no HTTP at all\r\n\r\n');
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 400 /);
    assert.equal(counters.protocolErrors, 1);
  });

  test('H15 a head over the limit gets 431 and the end', async () => {
    const { listener } = await start();
    const socket = await connect1(listener);
    socket.write(`GET /dns-query HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 431 /);
  });

  test('a body that does not come in time closes the connection', async () => {
    const { listener, counters } = await start(answeringHandler, { readMilliseconds: 500 });
    const socket = await connect1(listener);
    socket.write(
      'POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: application/dns-message\r\ncontent-length: 40\r\n\r\n1',
    );
    assert.equal(await readToEnd(socket), '');
    assert.deepEqual(counters.limitHits, ['readMilliseconds']);
  });

  test('H06 a body that was announced too large is not waited for', async () => {
    const { listener } = await start();
    const socket = await connect1(listener);
    socket.write(
      'POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: application/dns-message\r\ncontent-length: 70000\r\n\r\n',
    );
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 413 [\s\S]*connection: close/i);
  });

  test('H06 a chunked body that grows too large is refused before its end', async () => {
    const { listener } = await start();
    const socket = await connect1(listener);
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    socket.write(
      'POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: application/dns-message\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.write(chunk.repeat(6));
    assert.match(await readToEnd(socket), /^HTTP\/1\.1 413 /);
  });

  test('a client that sends refused requests only loses its connection', async () => {
    const { listener, counters } = await start();
    const socket = await connect1(listener);
    const closed = once(socket, 'close');
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(2000));
    await closed;
    assert.ok(counters.protocolErrors < 200, `${counters.protocolErrors}`);
  });
});
