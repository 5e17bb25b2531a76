import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { OK, QUERY, Talk } from '../../test/fixtures/http2-conversation.ts';
import { block, data, frame, headers, numbers, settings } from '../../test/fixtures/http2-frames.ts';
import { ERROR, FLAG, FRAME, SETTING } from '../http2/frame.ts';
import { HpackDecoder } from '../http2/hpack-decoder.ts';
import { UNSENT_MAX_BYTES } from './http2-client.ts';

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
