import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { freePorts } from '../../../test/peers/free-ports.ts';
import { loadLibc, whyLibcIsMissing } from '../../sockets/libc.ts';
import { openSharedDescriptor } from '../../sockets/open-shared-descriptor.ts';
import { BoundedHttpServer } from './bounded-http-server.ts';

const EVERYBODY = [{ address: new Uint8Array(16), prefixBits: 0 }];
const PLENTY = { perSecond: 1_000, perSecondOfClient: 1_000 };
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

async function start(t: TestContext, rate = PLENTY): Promise<{ port: number; urls: string[] }> {
  const [port] = await freePorts(1);
  const urls: string[] = [];
  const server = new BoundedHttpServer(EVERYBODY, rate, (request, response) => {
    urls.push(request.url!);
    response.end('answered');
  });
  await server.listen({ id: 1, kind: 'http', address: '127.0.0.1', port: port!, descriptor: undefined });
  t.after(() => server.close());
  return { port: port!, urls };
}

/** All that came back when the connection has ended. */
async function exchange(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true }).on('error', () => {});
  let text = '';
  socket.on('data', (octets) => (text += octets.toString()));
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  for (const part of parts) {
    socket.write(part);
    await new Promise(setImmediate);
  }
  await closed;
  return text;
}

describe('a connection to the HTTP server', () => {
  test('is for one request, however many are sent at once', async (t) => {
    const { port, urls } = await start(t);
    const text = await exchange(port, REQUEST.repeat(2_000));
    assert.equal(text.match(/answered/g)?.length, 1);
    assert.equal(urls.length, 1);
    assert.match(text, /connection: close/i);
  });

  test('is heard also where the header comes octet by octet', async (t) => {
    const { port, urls } = await start(t);
    assert.match(await exchange(port, ...REQUEST), /^HTTP\/1\.1 200 .*answered$/s);
    assert.deepEqual(urls, ['/']);
  });

  test('is answered once, in whatever pieces many requests come', async (t) => {
    const { port, urls } = await start(t);
    const octets = Buffer.from(REQUEST.repeat(4));
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: octets.length - 1 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const edges = [0, ...places.toSorted((a, b) => a - b), octets.length];
        const pieces = edges.slice(1).map((end, index) => octets.subarray(edges[index], end));
        urls.length = 0;
        assert.match(await exchange(port, ...pieces), /^HTTP\/1\.1 200 .*answered$/s);
        assert.deepEqual(urls, ['/']);
      }),
      { seed: 31, numRuns: 40 },
    );
  });

  test('is answered although a body follows that nobody reads', async (t) => {
    const { port } = await start(t);
    const header = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n';
    assert.match(await exchange(port, header, 'x'.repeat(1_000)), /^HTTP\/1\.1 200 /);
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(header);
    socket.write(Buffer.alloc(9_000_000));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
    socket.destroy();
  });

  test('is answered, and not left waiting, whatever it expects', async (t) => {
    const { port } = await start(t);
    for (const expectation of ['100-continue', 'foo'])
      assert.match(
        await exchange(port, `GET / HTTP/1.1\r\nHost: a\r\nExpect: ${expectation}\r\n\r\n`),
        /^HTTP\/1\.1 200 .*answered$/s,
        expectation,
      );
  });

  test('is told where no answer can be made, and others are answered after it', async (t) => {
    const [port] = await freePorts(1);
    const faults: unknown[] = [];
    const server = new BoundedHttpServer(
      EVERYBODY,
      PLENTY,
      ({ url }, response) => {
        if (url === '/late') response.writeHead(200, { 'content-length': 5 }).write('begun');
        if (url !== '/') throw new Error(`no ${url}`);
        response.end('answered');
      },
      undefined,
      (error) => faults.push(String(error)),
    );
    await server.listen({ id: 1, kind: 'http', address: '127.0.0.1', port: port!, descriptor: undefined });
    t.after(() => server.close());
    assert.match(
      await exchange(port!, 'GET /early HTTP/1.1\r\nHost: a\r\n\r\n'),
      /^HTTP\/1\.1 500 .*connection: close/is,
    );
    await exchange(port!, 'GET /late HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.match(await exchange(port!, REQUEST), /^HTTP\/1\.1 200 .*answered$/s);
    assert.deepEqual(faults, ['Error: no /early', 'Error: no /late']);
  });

  test('is told of headers that are too long, or none', async (t) => {
    const { port, urls } = await start(t);
    assert.match(await exchange(port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
    assert.match(await exchange(port, `X${'x'.repeat(10_000)}`), /^HTTP\/1\.1 4/);
    assert.match(await exchange(port, 'hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
    assert.deepEqual(urls, []);
  });

  test('that its client half closes is still answered', async (t) => {
    const { port } = await start(t);
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.end(REQUEST);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    assert.match(answer.toString(), /^HTTP\/1\.1 200 /);
  });

  test('that its client resets ends nothing but itself', async (t) => {
    const { port } = await start(t);
    for (const sent of ['GET / HT', REQUEST, REQUEST.repeat(100)]) {
      const socket: Socket = connect(port, '127.0.0.1').on('error', () => {});
      await once(socket, 'connect');
      socket.write(sent);
      socket.resetAndDestroy();
    }
    assert.match(await exchange(port, REQUEST), /answered$/);
  });

  test('waits in the system’s queue while too many come, and is answered after all', async (t) => {
    const libc = loadLibc();
    if (libc === undefined) return t.skip(`no socket that goes on without us: ${whyLibcIsMissing()}`);
    const [port] = await freePorts(1);
    const opened = openSharedDescriptor(libc, 'tcp', '127.0.0.1', port!);
    assert.ok(opened.ok);
    t.after(() => libc.close(opened.descriptor));
    const rate = { perSecond: 100_000, perSecondOfClient: 100_000 };
    const server = new BoundedHttpServer(EVERYBODY, rate, (_request, response) => void response.end('answered'));
    await server.listen({ id: 1, kind: 'http', address: '127.0.0.1', port: port!, descriptor: opened.descriptor });
    t.after(() => server.close());
    const startedAt = performance.now();
    for (let i = 0; i < 225; i += 15) {
      const answers = await Promise.all(Array.from({ length: 15 }, () => exchange(port!, REQUEST)));
      for (const answer of answers) assert.match(answer, /answered$/);
    }
    assert.ok(performance.now() - startedAt > 1_000, '225 are more than two seconds hold');
  });

  test('finds no more requests answered in a second than the budget has, and others are told to come back', async (t) => {
    const { port, urls } = await start(t, { perSecond: 5, perSecondOfClient: 5 });
    const answers = await Promise.all(Array.from({ length: 15 }, () => exchange(port, REQUEST)));
    const refused = answers.filter((text) => /^HTTP\/1\.1 503 .*retry-after: 1/s.test(text)).length;
    assert.equal(refused + urls.length, 15);
    // Two seconds, if one ended meanwhile; and more on a machine that stands still.
    assert.ok(refused > 0, String(refused));
  });
});
