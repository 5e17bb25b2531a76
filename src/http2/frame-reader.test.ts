import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ERROR, FRAME, FRAME_HEADER_BYTES, FRAME_PAYLOAD_MAX_BYTES, writeFrameHeader } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { frameFault } from './frame-rules.ts';

function frame(type: number, payload: Uint8Array, streamId = 1, flags = 0): Buffer {
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + payload.length);
  writeFrameHeader(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, FRAME_HEADER_BYTES);
  return bytes;
}

/** The frames that a reader makes of the chunks, as text; and the error code. */
function read(chunks: readonly Uint8Array[]): { frames: string[]; fault: number } {
  const frames: string[] = [];
  const reader = new FrameReader({
    onFrame(type, flags, streamId, bytes, start, end) {
      frames.push(`${type} ${flags} ${streamId} ${Buffer.from(bytes.subarray(start, end)).toString('hex')}`);
      return ERROR.NO_ERROR;
    },
  });
  for (const chunk of chunks) {
    const fault = reader.read(chunk);
    if (fault !== ERROR.NO_ERROR) return { frames, fault };
  }
  return { frames, fault: ERROR.NO_ERROR };
}

describe('the frame reader', () => {
  test('cuts the same frames out of any pieces', () => {
    const anyFrame = fc.record({
      type: fc.constantFrom(FRAME.DATA, FRAME.HEADERS, 0x20),
      payload: fc.uint8Array({ maxLength: 40 }),
      streamId: fc.integer({ min: 1, max: 0x7fff_ffff }),
      flags: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 10 }), fc.array(fc.integer({ min: 1, max: 30 })), (list, cuts) => {
        const stream = Buffer.concat(
          list.map(({ type, payload, streamId, flags }) => frame(type, payload, streamId, flags)),
        );
        const pieces: Buffer[] = [];
        let position = 0;
        for (const cut of cuts) {
          pieces.push(stream.subarray(position, position + cut));
          position += cut;
        }
        pieces.push(stream.subarray(position));
        assert.deepEqual(read(pieces), read([stream]));
        assert.equal(read([stream]).frames.length, list.length);
      }),
      { seed: 9113, numRuns: 2_000 },
    );
  });

  test('takes the largest frame, in pieces of one octet too', () => {
    const largest = frame(FRAME.DATA, new Uint8Array(FRAME_PAYLOAD_MAX_BYTES));
    assert.equal(read([largest]).frames.length, 1);
    assert.equal(read([...largest].map((octet) => Buffer.of(octet))).frames.length, 1);
  });

  test('refuses a larger one by its header, before anything of it has come', () => {
    const header = frame(FRAME.DATA, new Uint8Array(FRAME_PAYLOAD_MAX_BYTES + 1)).subarray(0, FRAME_HEADER_BYTES);
    assert.equal(read([header]).fault, ERROR.FRAME_SIZE_ERROR);
    assert.equal(read([header.subarray(0, 4), header.subarray(4)]).fault, ERROR.FRAME_SIZE_ERROR);
  });

  test('stops at the frame that its owner refuses', () => {
    let calls = 0;
    const reader = new FrameReader({
      onFrame() {
        calls++;
        return ERROR.ENHANCE_YOUR_CALM;
      },
    });
    const one = frame(FRAME.DATA, new Uint8Array(3));
    assert.equal(reader.read(Buffer.concat([one, one])), ERROR.ENHANCE_YOUR_CALM);
    assert.equal(calls, 1);
  });
});

describe('a frame by itself', () => {
  for (const [what, type, streamId, length, flags, fault] of [
    ['DATA on the connection', FRAME.DATA, 0, 5, 0, ERROR.PROTOCOL_ERROR],
    ['HEADERS on the connection', FRAME.HEADERS, 0, 5, 0, ERROR.PROTOCOL_ERROR],
    ['PRIORITY of four octets', FRAME.PRIORITY, 1, 4, 0, ERROR.FRAME_SIZE_ERROR],
    ['PRIORITY on the connection', FRAME.PRIORITY, 0, 5, 0, ERROR.PROTOCOL_ERROR],
    ['RST_STREAM of five octets', FRAME.RST_STREAM, 1, 5, 0, ERROR.FRAME_SIZE_ERROR],
    ['RST_STREAM on the connection', FRAME.RST_STREAM, 0, 4, 0, ERROR.PROTOCOL_ERROR],
    ['SETTINGS on a stream', FRAME.SETTINGS, 1, 0, 0, ERROR.PROTOCOL_ERROR],
    ['SETTINGS of seven octets', FRAME.SETTINGS, 0, 7, 0, ERROR.FRAME_SIZE_ERROR],
    ['an acknowledgement with settings', FRAME.SETTINGS, 0, 6, 1, ERROR.FRAME_SIZE_ERROR],
    ['PING of seven octets', FRAME.PING, 0, 7, 0, ERROR.FRAME_SIZE_ERROR],
    ['PING on a stream', FRAME.PING, 1, 8, 0, ERROR.PROTOCOL_ERROR],
    ['GOAWAY of seven octets', FRAME.GOAWAY, 0, 7, 0, ERROR.FRAME_SIZE_ERROR],
    ['GOAWAY on a stream', FRAME.GOAWAY, 1, 8, 0, ERROR.PROTOCOL_ERROR],
    ['WINDOW_UPDATE of three octets', FRAME.WINDOW_UPDATE, 0, 3, 0, ERROR.FRAME_SIZE_ERROR],
    ['CONTINUATION on the connection', FRAME.CONTINUATION, 0, 3, 0, ERROR.PROTOCOL_ERROR],
    ['an unknown type', 0x55, 0, 100, 0, ERROR.NO_ERROR],
    ['PING', FRAME.PING, 0, 8, 0, ERROR.NO_ERROR],
    ['GOAWAY with words', FRAME.GOAWAY, 0, 100, 0, ERROR.NO_ERROR],
  ] as const) {
    test(`${what}: ${fault === ERROR.NO_ERROR ? 'fine' : 'refused'}`, () =>
      assert.equal(frameFault(type, flags, streamId, length), fault));
  }
});
