import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { block, data, frame, headers, numbers, settings } from '../../test/fixtures/http2-frames.ts';
import { ERROR, FLAG, FRAME, SETTING } from '../http2/frame.ts';
import { FrameReader } from '../http2/frame-reader.ts';
import { HpackDecoder } from '../http2/hpack-decoder.ts';
import { Http2Client, type ResponseReader, UNSENT_MAX_BYTES } from './http2-client.ts';
import { RequestTemplate } from './request-template.ts';
import type { ResponseHead } from './response-head.ts';

const TEMPLATE = new RequestTemplate(new URL('https://dns.example.org/dns-query'));
const QUERY = Buffer.from('the query');
const OK = { ':status': '200', 'content-type': 'application/dns-message' };

/** Notes what it hears; anything after the end is a fault of the client's. */
class Listener implements ResponseReader {
  status = 0;
  contentType = '';
  body = '';
  outcome = '';

  onHead(head: ResponseHead): void {
    this.#hears();
    this.status = head.status;
    this.contentType = head.contentType;
  }

  onData(bytes: Uint8Array, start: number, end: number): void {
    this.#hears();
    this.body += Buffer.from(bytes.subarray(start, end)).toString('latin1');
  }

  onEnd(): void {
    this.#hears();
    this.outcome = 'end';
  }

  onReset(errorCode: number): void {
    this.#hears();
    this.outcome = `reset ${errorCode}`;
  }

  onUnprocessed(): void {
    this.#hears();
    this.outcome = 'unprocessed';
  }

  #hears(): void {
    assert.equal(this.outcome, '', 'nothing more after the end');
  }
}

interface Sent {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

class Talk {
  now = 0;
  goaways = 0;
  pongs = 0;
  changes = 0;
  readonly client: Http2Client;
  readonly #reader: FrameReader;
  #sent: Sent[] = [];

  constructor() {
    const owner = { onGoaway: () => this.goaways++, onPong: () => this.pongs++, onSettings: () => this.changes++ };
    this.client = new Http2Client(TEMPLATE, () => this.now, owner);
    this.#reader = new FrameReader({
      onFrame: (type, flags, streamId, bytes, start, end) => {
        this.#sent.push({ type, flags, streamId, payload: Buffer.from(bytes.subarray(start, end)) });
        return ERROR.NO_ERROR;
      },
    });
    const preface = this.client.output.take();
    assert.equal(Buffer.from(preface.subarray(0, 24)).toString('latin1'), 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    assert.equal(this.#reader.read(preface.subarray(24)), ERROR.NO_ERROR);
    assert.equal(this.sent()[0]!.type, FRAME.SETTINGS);
  }

  /** With the server's SETTINGS received. */
  static ready(...pairs: readonly (readonly [number, number])[]): Talk {
    const talk = new Talk();
    assert.equal(talk.receive(settings(...pairs)), ERROR.NO_ERROR);
    talk.sent();
    return talk;
  }

  ask(): Listener {
    const listener = new Listener();
    this.client.request(QUERY, listener);
    return listener;
  }

  receive(...chunks: readonly Uint8Array[]): number {
    return this.client.receive(Buffer.concat(chunks));
  }

  /** The frames that the client has sent since the last call. */
  sent(): Sent[] {
    assert.equal(this.#reader.read(this.client.output.take()), ERROR.NO_ERROR);
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}

describe('a request', () => {
  test('is one HEADERS frame that ends the stream; the first says that no table is used', () => {
    const talk = Talk.ready();
    talk.ask();
    talk.ask();
    const sent = talk.sent();
    assert.deepEqual(
      sent.map(({ type, flags, streamId }) => [type, flags, streamId]),
      [
        [FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 1],
        [FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 3],
      ],
    );
    assert.equal(sent[0]!.payload[0], 0x20);
    const decoder = new HpackDecoder();
    for (const { payload } of sent) {
      const fields: string[] = [];
      const onField = (name: string, value: string) => fields.push(`${name}: ${value}`);
      assert.equal(decoder.decode(payload, 0, payload.length, { onField }), ERROR.NO_ERROR);
      assert.deepEqual(fields, [
        ':method: GET',
        ':scheme: https',
        ':authority: dns.example.org',
        `:path: /dns-query?dns=${QUERY.toString('base64url')}`,
        'accept: application/dns-message',
        'accept-encoding: identity',
      ]);
    }
  });

  test('that nobody wants any more is reset, and what still comes for it is no offense', () => {
    const talk = Talk.ready();
    const listener = talk.ask();
    talk.client.cancel(1);
    assert.deepEqual(
      talk.sent().map(({ type, streamId }) => [type, streamId]),
      [
        [FRAME.HEADERS, 1],
        [FRAME.RST_STREAM, 1],
      ],
    );
    assert.equal(talk.receive(headers(1, OK), data(1, 'late')), ERROR.NO_ERROR);
    assert.equal(listener.outcome, '');
    assert.equal(talk.client.streamCount, 0);
  });
});

describe('a response', () => {
  const body = 'x'.repeat(300);
  const padded = Buffer.concat([Buffer.of(5), Buffer.from(body), Buffer.alloc(5)]);
  const head = block(OK);
  for (const [what, bytes] of [
    ['in two frames', [headers(1, OK), data(1, body)]],
    ['with padding', [headers(1, OK), frame(FRAME.DATA, FLAG.PADDED | FLAG.END_STREAM, 1, padded)]],
    ['with empty frames', [headers(1, OK), data(1, '', 0), data(1, body, 0), data(1, '')]],
    ['with trailers', [headers(1, OK), data(1, body, 0), headers(1, { via: 'x' }, FLAG.END_STREAM)]],
    ['behind a 103', [headers(1, { ':status': '103' }), headers(1, OK), data(1, body)]],
    [
      'whose fields come in pieces, with padding and priority',
      [
        frame(
          FRAME.HEADERS,
          FLAG.PADDED | FLAG.PRIORITY,
          1,
          Buffer.concat([Buffer.of(3, 0, 0, 0, 0, 9), head.subarray(0, 4), Buffer.alloc(3)]),
        ),
        frame(FRAME.CONTINUATION, 0, 1, head.subarray(4, 10)),
        frame(FRAME.CONTINUATION, FLAG.END_HEADERS, 1, head.subarray(10)),
        data(1, body),
      ],
    ],
    [
      'amid frames that say nothing',
      [frame(0x77, 0xff, 9), frame(FRAME.PRIORITY, 0, 1, Buffer.alloc(5)), headers(1, OK), data(1, body)],
    ],
  ] as const) {
    test(`${what} is the same in any pieces`, () => {
      const stream = Buffer.concat(bytes);
      for (let size = 1; size <= stream.length; size = size * 2 + 1) {
        const talk = Talk.ready();
        const listener = talk.ask();
        for (let at = 0; at < stream.length; at += size) {
          assert.equal(talk.receive(stream.subarray(at, at + size)), ERROR.NO_ERROR);
        }
        assert.deepEqual({ ...listener }, { status: 200, contentType: OK['content-type'], body, outcome: 'end' });
        assert.equal(talk.client.streamCount, 0);
      }
    });
  }

  for (const [what, fields, flags] of [
    ['without a status', { 'content-type': 'text/plain' }, 0],
    ['with a status that is no number', { ':status': '2x0' }, 0],
    ['with a pseudo-header field of a request', { ':status': '200', ':path': '/' }, 0],
    ['with the status behind another field', { age: '1', ':status': '200' }, 0],
    ['with a connection field', { ':status': '200', 'transfer-encoding': 'chunked' }, 0],
    ['with a length that is no number', { ':status': '200', 'content-length': '-1' }, 0],
    ['that ends as a 103', { ':status': '103' }, FLAG.END_STREAM],
  ] as const) {
    test(`${what} is a stream error, and the connection goes on`, () => {
      const talk = Talk.ready();
      const listener = talk.ask();
      talk.sent();
      assert.equal(talk.receive(headers(1, fields, flags)), ERROR.NO_ERROR);
      assert.equal(listener.outcome, `reset ${ERROR.PROTOCOL_ERROR}`);
      assert.deepEqual(talk.sent(), [
        { type: FRAME.RST_STREAM, flags: 0, streamId: 1, payload: Buffer.of(0, 0, 0, ERROR.PROTOCOL_ERROR) },
      ]);
      const next = talk.ask();
      assert.equal(talk.receive(headers(3, OK), data(3, 'fine')), ERROR.NO_ERROR);
      assert.equal(next.body, 'fine');
    });
  }

  for (const [what, fields] of [
    ['a status', { ':status': '200' }],
    ['a pseudo-header field', { ':path': '/' }],
    ['a connection field', { 'transfer-encoding': 'chunked' }],
  ] as const) {
    test(`with ${what} in its trailers is a stream error`, () => {
      const talk = Talk.ready();
      const listener = talk.ask();
      assert.equal(talk.receive(headers(1, OK), data(1, 'x', 0), headers(1, fields, FLAG.END_STREAM)), ERROR.NO_ERROR);
      assert.equal(listener.outcome, `reset ${ERROR.PROTOCOL_ERROR}`);
    });
  }

  test('with a body before its head is a stream error', () => {
    const talk = Talk.ready();
    const listener = talk.ask();
    assert.equal(talk.receive(data(1, 'x')), ERROR.NO_ERROR);
    assert.equal(listener.outcome, `reset ${ERROR.PROTOCOL_ERROR}`);
  });
});

describe('a server that ends streams', () => {
  test('refusing one unread lets it be repeated', () => {
    const talk = Talk.ready();
    const listener = talk.ask();
    assert.equal(talk.receive(numbers(FRAME.RST_STREAM, 1, ERROR.REFUSED_STREAM)), ERROR.NO_ERROR);
    assert.equal(listener.outcome, 'unprocessed');
  });

  test('with GOAWAY gives back what it has not looked at, after saying that the connection ends', () => {
    const talk = Talk.ready();
    const [first, second] = [talk.ask(), talk.ask()];
    assert.equal(talk.receive(numbers(FRAME.GOAWAY, 0, 1, ERROR.NO_ERROR)), ERROR.NO_ERROR);
    assert.deepEqual([talk.goaways, first.outcome, second.outcome], [1, '', 'unprocessed']);
    assert.equal(talk.receive(headers(1, OK), data(1, 'still')), ERROR.NO_ERROR);
    assert.equal(first.body, 'still');
  });
});

describe('a hostile server', () => {
  const head = block(OK);
  for (const [what, fault, bytes] of [
    ['that does not begin with SETTINGS', ERROR.PROTOCOL_ERROR, [headers(1, OK)]],
    [
      'that pushes',
      ERROR.PROTOCOL_ERROR,
      [settings(), frame(FRAME.PUSH_PROMISE, FLAG.END_HEADERS, 1, Buffer.alloc(8))],
    ],
    ['that allows itself to push', ERROR.PROTOCOL_ERROR, [settings([SETTING.ENABLE_PUSH, 1])]],
    ['with a window above 2^31', ERROR.FLOW_CONTROL_ERROR, [settings([SETTING.INITIAL_WINDOW_SIZE, 0x8000_0000])]],
    ['with frames below 16,384', ERROR.PROTOCOL_ERROR, [settings([SETTING.MAX_FRAME_SIZE, 16_383])]],
    ['that answers what was never asked', ERROR.PROTOCOL_ERROR, [settings(), headers(3, OK)]],
    ['that opens a stream of its own', ERROR.PROTOCOL_ERROR, [settings(), headers(2, OK)]],
    ['that resets what was never asked', ERROR.PROTOCOL_ERROR, [settings(), numbers(FRAME.RST_STREAM, 5, 0)]],
    ['that opens a window by nothing', ERROR.PROTOCOL_ERROR, [settings(), numbers(FRAME.WINDOW_UPDATE, 0, 0)]],
    [
      'that opens a window too far',
      ERROR.FLOW_CONTROL_ERROR,
      [settings(), numbers(FRAME.WINDOW_UPDATE, 0, 0x7fff_ffff)],
    ],
    [
      'with padding longer than its frame',
      ERROR.PROTOCOL_ERROR,
      [settings(), frame(FRAME.DATA, FLAG.PADDED, 1, Buffer.of(1))],
    ],
    ['with padded nothing', ERROR.PROTOCOL_ERROR, [settings(), frame(FRAME.HEADERS, FLAG.PADDED, 1)]],
    ['with a lone CONTINUATION', ERROR.PROTOCOL_ERROR, [settings(), frame(FRAME.CONTINUATION, 4, 1)]],
    [
      'with a frame inside a header block',
      ERROR.PROTOCOL_ERROR,
      [settings(), frame(FRAME.HEADERS, 0, 1, head), data(1, 'x')],
    ],
    [
      'with a CONTINUATION of another stream',
      ERROR.PROTOCOL_ERROR,
      [settings(), frame(FRAME.HEADERS, 0, 1, head), frame(FRAME.CONTINUATION, 4, 3)],
    ],
    [
      'with CONTINUATIONs without end',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), frame(FRAME.HEADERS, 0, 1), ...Array<Buffer>(20).fill(frame(FRAME.CONTINUATION, 0, 1))],
    ],
    [
      'with a header block without end',
      ERROR.ENHANCE_YOUR_CALM,
      [
        settings(),
        frame(FRAME.HEADERS, 0, 1, Buffer.alloc(9_000)),
        frame(FRAME.CONTINUATION, 0, 1, Buffer.alloc(9_000)),
      ],
    ],
    ['with a broken header block', ERROR.COMPRESSION_ERROR, [settings(), frame(FRAME.HEADERS, 4, 1, Buffer.of(0xff))]],
    [
      'with a flood of PING',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), ...Array<Buffer>(300).fill(frame(FRAME.PING, 0, 0, Buffer.alloc(8)))],
    ],
    ['with a flood of SETTINGS', ERROR.ENHANCE_YOUR_CALM, Array<Buffer>(300).fill(settings())],
    [
      'with a flood of GOAWAY',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), ...Array<Buffer>(300).fill(numbers(FRAME.GOAWAY, 0, 1, 0))],
    ],
    [
      'with a flood of unknown frames',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), ...Array<Buffer>(1_100).fill(frame(0x42, 0, 1))],
    ],
    [
      'with a flood of empty DATA',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), headers(1, OK), ...Array<Buffer>(1_100).fill(data(1, '', 0))],
    ],
    [
      'with a flood of early responses',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), ...Array<Buffer>(1_100).fill(headers(1, { ':status': '103' }))],
    ],
    [
      'with a flood for a stream that has ended',
      ERROR.ENHANCE_YOUR_CALM,
      [settings(), headers(1, OK, FLAG.END_STREAM), ...Array<Buffer>(1_100).fill(data(1, 'x', 0))],
    ],
    [
      'with more of a body than the window of its stream',
      ERROR.FLOW_CONTROL_ERROR,
      [settings(), headers(1, OK), ...Array<Buffer>(10).fill(data(1, Buffer.alloc(16_000), 0))],
    ],
  ] as const) {
    test(`${what} is cut off`, () => {
      const talk = new Talk();
      talk.ask();
      assert.equal(talk.receive(...bytes), fault);
      assert.ok(talk.client.output.length < UNSENT_MAX_BYTES);
    });
  }

  test('that is only talkative is not: time pays back', () => {
    const talk = Talk.ready();
    for (let second = 0; second < 3_000; second++) {
      talk.now += 1_000;
      assert.equal(talk.receive(frame(FRAME.PING, 0, 0, Buffer.alloc(8))), ERROR.NO_ERROR);
      assert.equal(talk.sent().length, 1);
    }
  });

  test('with anything at all ends in an error code or not at all, never in an exception or a second outcome', () => {
    const anyFrame = fc.oneof(
      fc
        .record({
          type: fc.integer({ min: 0, max: 11 }),
          flags: fc.integer({ min: 0, max: 0x3f }),
          streamId: fc.integer({ min: 0, max: 9 }),
          payload: fc.uint8Array({ maxLength: 24 }),
        })
        .map(({ type, flags, streamId, payload }) => frame(type, flags, streamId, payload)),
      fc
        .tuple(fc.constantFrom(1, 3, 5, 7), fc.constantFrom('100', '200', '404'), fc.constantFrom(0, 1))
        .map(([id, status, end]) => headers(id, { ':status': status }, end)),
      fc
        .tuple(fc.constantFrom(1, 3, 5, 7), fc.uint8Array({ maxLength: 9 }), fc.constantFrom(0, 1))
        .map(([id, body, end]) => data(id, body, end)),
      fc
        .tuple(fc.constantFrom(1, 3, 5, 7), fc.integer({ min: 0, max: 14 }))
        .map(([id, code]) => numbers(FRAME.RST_STREAM, id, code)),
      fc.integer({ min: 0, max: 9 }).map((last) => numbers(FRAME.GOAWAY, 0, last, 0)),
      fc.uint8Array({ maxLength: 30 }).map((octets) => Buffer.from(octets)),
    );
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        (frames, size, begins) => {
          const talk = begins ? Talk.ready() : new Talk();
          const listeners = [talk.ask(), talk.ask(), talk.ask(), talk.ask()];
          const stream = Buffer.concat(frames);
          let fault: number = ERROR.NO_ERROR;
          for (let at = 0; at < stream.length && fault === ERROR.NO_ERROR; at += size) {
            fault = talk.receive(stream.subarray(at, at + size));
          }
          assert.ok(Object.values(ERROR).includes(fault as never));
          assert.equal(talk.client.streamCount, listeners.filter(({ outcome }) => outcome === '').length);
        },
      ),
      { seed: 9113, numRuns: 5_000 },
    );
  });
});
