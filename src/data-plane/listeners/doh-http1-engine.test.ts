import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { after, afterEach, describe, test } from 'node:test';
import tls from 'node:tls';
import fc from 'fast-check';
import { testQuery } from '../../../test/fixtures/dns-messages.ts';
import { answeringHandler, HoldingHandler } from '../../../test/fixtures/fake-query-handler.ts';
import { connectTcp, requestHttp1 } from '../../../test/fixtures/listener-clients.ts';
import { makeCertificate } from '../../../test/fixtures/make-certificate.ts';
import { startTestDohListener } from '../../../test/fixtures/test-doh-listener.ts';
import type { QueryHandler, StreamLimits } from './listener.ts';
import type { TlsListener } from './stream-options.ts';

/** The bound of the engine where the settings have none that is smaller. */
const OPEN_MAX = 32;

const certificate = makeCertificate({ names: ['dns.example.org', '127.0.0.1'] });
after(() => certificate.remove());
const trust = { ca: certificate.caPem, servername: 'dns.example.org' };

const listeners: TlsListener[] = [];
const endings: (() => void)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) end();
  for (const listener of listeners.splice(0)) await listener.close(0);
});

async function start(handler: QueryHandler, limits: Partial<StreamLimits> = {}) {
  const started = await startTestDohListener(certificate, handler, limits);
  listeners.push(started.listener);
  return started;
}

interface Pipeline {
  /** Each of `records` in a TLS record of its own, all in one write to the system. */
  send(records: readonly (Buffer | string)[]): Promise<void>;
  /** Resolves with all that has come once that is `count` responses. */
  responses(count: number): Promise<{ readonly status: number; readonly id: number }[]>;
  /** Resolves with all that has come once the server has ended the connection. */
  ended: Promise<{ readonly status: number; readonly id: number }[]>;
}

async function pipeline(listener: TlsListener): Promise<Pipeline> {
  const tcp = await connectTcp(listener.address);
  tcp.on('error', () => {});
  let collected: Buffer[] | undefined;
  const between = new Duplex({
    read: () => {},
    write(chunk: Buffer, _encoding, callback) {
      if (collected === undefined) tcp.write(chunk);
      else collected.push(chunk);
      callback();
    },
  });
  tcp.on('data', (chunk) => between.push(chunk));
  tcp.on('end', () => tcp.end());
  const socket = tls.connect({ socket: between, ...trust, ALPNProtocols: ['http/1.1'] });
  endings.push(() => tcp.destroy());
  await once(socket, 'secureConnect');
  socket.on('error', () => {});
  let text = '';
  let onChange = (): void => {};
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    onChange();
  });
  const ended = once(tcp, 'close').then(() => {
    onChange();
    return parse(text);
  });
  return {
    async send(records) {
      const octets: Buffer[] = [];
      collected = octets;
      for (const record of records) await new Promise((resolve) => socket.write(record, resolve));
      collected = undefined;
      tcp.write(Buffer.concat(octets));
    },
    async responses(count) {
      while (parse(text).length < count && !tcp.destroyed) {
        await new Promise<void>((resolve) => {
          onChange = resolve;
        });
      }
      return parse(text);
    },
    ended,
  };
}

/** `id`: of the DNS message, or -1. Only whole responses. */
function parse(text: string): { readonly status: number; readonly id: number }[] {
  const found: { status: number; id: number }[] = [];
  let rest = text;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n') + 4;
    const length = Number(/content-length: (\d+)/i.exec(rest)?.[1]);
    if (headEnd < 4 || rest.length < headEnd + length) return found;
    const id = length < 2 ? -1 : Buffer.from(rest.slice(headEnd, headEnd + 2), 'latin1').readUInt16BE(0);
    found.push({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(rest)?.[1]), id });
    rest = rest.slice(headEnd + length);
  }
}

function ids(count: number): number[] {
  return Array.from({ length: count }, (_unused, id) => id);
}

function answers(count: number): { readonly status: number; readonly id: number }[] {
  return ids(count).map((id) => ({ status: 200, id }));
}

function getOf(id: number): string {
  const parameter = testQuery(id, 'www.example.org').toString('base64url');
  return `GET /dns-query?dns=${parameter} HTTP/1.1\r\nhost: x\r\n\r\n`;
}

function postOf(id: number): [head: string, body: Buffer] {
  const body = testQuery(id, 'www.example.org');
  const fields = `host: x\r\ncontent-type: application/dns-message\r\ncontent-length: ${body.length}`;
  return [`POST /dns-query HTTP/1.1\r\n${fields}\r\n\r\n`, body];
}

/** Resolves after all that was sent to the listener before: it answers a connection made after that, twice. */
async function quiet(listener: TlsListener): Promise<void> {
  for (let round = 0; round < 2; round++) {
    const reply = await requestHttp1(listener.address, { ...trust, agent: false, path: '/', method: 'GET' });
    assert.equal(reply.status, 404);
  }
}

/** Holds the first query and answers all others at once; counts what it gets. */
class MissThenHits {
  readonly miss: HoldingHandler = new HoldingHandler();
  asked = 0;

  readonly handler: QueryHandler = (...query) => {
    this.asked += 1;
    if (this.asked === 1) this.miss.handler(...query);
    else answeringHandler(...query);
  };
}

describe('pipelined HTTP/1.1 requests', () => {
  test('are answered in order when the answers come in another', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler);
    const { send, responses } = await pipeline(listener);
    await send([ids(3).map(getOf).join('')]);
    await holding.arrived(3);
    for (const held of [...holding.held].reverse()) held.answer();
    assert.deepEqual(await responses(3), answers(3));
  });

  const contents: readonly [string, (Buffer | string)[]][] = [
    ['GETs, each in a TLS record of its own', ids(100).map(getOf)],
    ['POSTs whose heads and bodies are in TLS records of their own', ids(100).flatMap(postOf)],
    [
      'POSTs in one piece',
      [
        Buffer.concat(
          ids(100)
            .flatMap(postOf)
            .map((part) => Buffer.from(part)),
        ),
      ],
    ],
    ['GETs in one piece', [ids(100).map(getOf).join('')]],
    ['GETs in TLS records of one octet', [...ids(40).map(getOf).join('')]],
  ];
  for (const [name, records] of contents) {
    const count = name.includes('one octet') ? 40 : 100;
    test(`that are ${name} are all answered in order, hits and hits behind a miss`, async () => {
      const { listener, counters } = await start(answeringHandler);
      const hits = await pipeline(listener);
      await hits.send(records);
      assert.deepEqual(await hits.responses(count), answers(count));

      const { miss, handler } = new MissThenHits();
      const { listener: second } = await start(handler);
      const behind = await pipeline(second);
      await behind.send(records);
      await miss.arrived(1);
      await quiet(second);
      miss.held[0]!.answer();
      assert.deepEqual(await behind.responses(count), answers(count));
      assert.equal(counters.protocolErrors, 0);
    });
  }

  test('behind a miss wait unread once there are 32: hits take up room until their responses leave', async () => {
    const handling = new MissThenHits();
    const { listener } = await start(handling.handler);
    const { send, responses } = await pipeline(listener);
    await send([ids(400).map(getOf).join('')]);
    await handling.miss.arrived(1);
    await quiet(listener);
    assert.equal(handling.asked, OPEN_MAX);
    handling.miss.held[0]!.answer();
    assert.deepEqual(await responses(400), answers(400));
  });

  test('are not asked beyond the in-flight limit, and all answered', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { inFlightPerConnection: 2 });
    const { send, responses } = await pipeline(listener);
    await send([ids(7).map(getOf).join('')]);
    await holding.arrived(2);
    for (const id of ids(7)) {
      await holding.arrived(id + 1);
      await quiet(listener);
      assert.equal(holding.held.length, Math.min(7, id + 2));
      holding.held[id]!.answer();
    }
    assert.deepEqual(await responses(7), answers(7));
    assert.deepEqual(counters.limitHits, []);
  });

  test('whose answers are large are all answered', async () => {
    const large: QueryHandler = (sink, path, message) => {
      const reply = new Uint8Array(30_000);
      reply.set(message.subarray(0, 2));
      sink.answer(path, reply, reply.length);
    };
    const { listener } = await start(large);
    const { send, responses } = await pipeline(listener);
    await send(ids(200).map(getOf));
    assert.deepEqual(await responses(200), answers(200));
  });

  test('that are being answered when the listener closes all get their answers', async () => {
    const holding = new HoldingHandler();
    const { listener } = await start(holding.handler);
    const { send, ended } = await pipeline(listener);
    await send(ids(3).map(getOf));
    await holding.arrived(3);
    const closed = listener.close(60_000);
    for (const id of [1, 2, 0]) holding.held[id]!.answer();
    assert.deepEqual(await ended, answers(3));
    await closed;
  });

  test('behind one that is refused are answered, unless it has content', async () => {
    const { listener } = await start(answeringHandler);
    const wrong = 'GET /other HTTP/1.1\r\nhost: x\r\n\r\n';
    const empty = 'POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: application/dns-message\r\n\r\n';
    const { send, responses } = await pipeline(listener);
    await send([wrong, empty, getOf(7)]);
    assert.deepEqual(await responses(3), [
      { status: 404, id: -1 },
      { status: 400, id: -1 },
      { status: 200, id: 7 },
    ]);
    const withContent = await pipeline(listener);
    await withContent.send(['GET /other HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n', 'hello', getOf(7)]);
    assert.deepEqual(await withContent.ended, [{ status: 404, id: -1 }]);
  });

  test('a body that waits for room has not come too late', async () => {
    const holding = new HoldingHandler();
    const { listener, counters } = await start(holding.handler, { inFlightPerConnection: 2, readMilliseconds: 500 });
    const { send, responses } = await pipeline(listener);
    const [head, body] = postOf(1);
    await send([getOf(0), head, body, getOf(2)]);
    await holding.arrived(1);
    const late = await pipeline(listener);
    await late.send([head]);
    assert.deepEqual(await late.ended, []);
    assert.deepEqual(counters.limitHits, ['readMilliseconds']);
    holding.held[0]!.answer();
    await holding.arrived(2);
    holding.held[1]!.answer();
    await holding.arrived(3);
    holding.held[2]!.answer();
    assert.deepEqual(await responses(3), answers(3));
  });

  test('however they are cut into TLS records and whatever they carry, are answered in order and never too many at once', async () => {
    const openMax = 3;
    let open = 0;
    let mostOpen = 0;
    const handler: QueryHandler = (sink, path, message, length, client) => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      const copy = message.slice(0, length);
      setImmediate(() => {
        open -= 1;
        answeringHandler(sink, path, copy, length, client);
      });
    };
    const { listener } = await start(handler, { inFlightPerConnection: openMax });
    const kind = fc.constantFrom('get', 'post', 'post with blank lines', 'chunked');
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(kind, { minLength: 1, maxLength: 20 }), cuts, async (kinds, sizes) => {
        const octets = Buffer.concat(kinds.map((name, id) => requestOf(name, id)));
        const records: Buffer[] = [];
        for (let start = 0; start < octets.length; ) {
          const end = start + sizes[records.length % sizes.length]!;
          records.push(octets.subarray(start, end));
          start = end;
        }
        const { send, responses } = await pipeline(listener);
        await send(records);
        assert.deepEqual(await responses(kinds.length), answers(kinds.length));
      }),
      { seed: 9112, numRuns: 40 },
    );
    assert.equal(mostOpen, openMax);
  });
});

function requestOf(kind: string, id: number): Buffer {
  if (kind === 'get') return Buffer.from(getOf(id));
  const query = testQuery(id, 'www.example.org');
  const body = kind === 'post' ? query : Buffer.concat([query, Buffer.from('\r\n\r\nGET\r\n\r\n\r')]);
  const head = `POST /dns-query HTTP/1.1\r\nhost: x\r\ncontent-type: application/dns-message\r\n`;
  if (kind !== 'chunked') return Buffer.concat([Buffer.from(`${head}content-length: ${body.length}\r\n\r\n`), body]);
  const size = body.length.toString(16);
  const parts = [`${head}transfer-encoding: chunked\r\n\r\n${size}\r\n`, body, '\r\n0\r\n\r\n'];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}
