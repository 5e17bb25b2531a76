import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Listener, OK, Talk } from '../../test/fixtures/http2-conversation.ts';
import { block, data, frame, headers } from '../../test/fixtures/http2-frames.ts';
import { ERROR, FLAG, FRAME } from '../http2/frame.ts';

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
    ['that switches protocols', { ':status': '101' }, 0],
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

  test('that ends as a 103 is a stream error, with nothing left to reset', () => {
    const talk = Talk.ready();
    const listener = talk.ask();
    talk.sent();
    assert.equal(talk.receive(headers(1, { ':status': '103' }, FLAG.END_STREAM)), ERROR.NO_ERROR);
    assert.equal(listener.outcome, `reset ${ERROR.PROTOCOL_ERROR}`);
    assert.deepEqual(talk.sent(), []);
  });

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

/** A literal field whose name no table has. */
function literal(name: string, value: string, isIndexed = false): Buffer {
  const field = (text: string) => Buffer.concat([Buffer.of(text.length), Buffer.from(text, 'latin1')]);
  return Buffer.concat([Buffer.of(isIndexed ? 0x40 : 0), field(name), field(value)]);
}

function headersWith(streamId: number, ...fields: readonly Uint8Array[]): Buffer {
  return frame(FRAME.HEADERS, FLAG.END_HEADERS, streamId, Buffer.concat([block(OK), ...fields]));
}

describe('one bad header field', () => {
  for (const [what, name, value] of [
    ['whose name has capitals', 'Server', 'x'],
    ['without a name', '', 'x'],
    ['with a space in its name', 'x y', 'x'],
    ['with a line break in its value', 'x', 'a\r\nb'],
    ['with a zero octet in its value', 'x', 'a\0b'],
  ] as const) {
    test(`${what} ends its response alone`, () => {
      const talk = Talk.ready();
      const [bad, good] = [talk.ask(), talk.ask()];
      talk.sent();
      assert.equal(talk.receive(headersWith(1, literal(name, value)), headers(3, OK), data(3, 'fine')), ERROR.NO_ERROR);
      assert.equal(bad.outcome, `reset ${ERROR.PROTOCOL_ERROR}`);
      assert.deepEqual([good.body, good.outcome], ['fine', 'end']);
      assert.deepEqual(
        talk.sent().map(({ type, streamId }) => [type, streamId]),
        [[FRAME.RST_STREAM, 1]],
      );
    });
  }

  test('in trailers ends its response alone', () => {
    const talk = Talk.ready();
    const [bad, good] = [talk.ask(), talk.ask()];
    const trailers = frame(FRAME.HEADERS, FLAG.END_HEADERS | FLAG.END_STREAM, 1, literal('X', 'x'));
    assert.equal(talk.receive(headers(1, OK), data(1, 'x', 0), trailers), ERROR.NO_ERROR);
    assert.equal(bad.outcome, `reset ${ERROR.PROTOCOL_ERROR}`);
    assert.equal(talk.receive(headers(3, OK), data(3, 'fine')), ERROR.NO_ERROR);
    assert.equal(good.outcome, 'end');
  });

  test('of a response that nobody wants any more ends nothing', () => {
    const talk = Talk.ready();
    talk.ask();
    const good = talk.ask();
    talk.client.cancel(1);
    assert.equal(talk.receive(headersWith(1, literal('X', 'x')), headers(3, OK), data(3, 'fine')), ERROR.NO_ERROR);
    assert.equal(good.outcome, 'end');
  });

  test('is bad also where a later response refers to it', () => {
    const talk = Talk.ready();
    const listeners = [talk.ask(), talk.ask(), talk.ask()];
    const newest = Buffer.of(0x80 | 62);
    assert.equal(talk.receive(headersWith(1, literal('x', 'a\nb', true))), ERROR.NO_ERROR);
    assert.equal(talk.receive(headersWith(3, newest)), ERROR.NO_ERROR);
    // Its name alone is as good as any.
    const nameOfNewest = Buffer.concat([Buffer.of(0x0f, 62 - 15), literal('', 'fine').subarray(2)]);
    assert.equal(talk.receive(headersWith(5, nameOfNewest), data(5, 'fine')), ERROR.NO_ERROR);
    const malformed = `reset ${ERROR.PROTOCOL_ERROR}`;
    assert.deepEqual(
      listeners.map(({ outcome }) => outcome),
      [malformed, malformed, 'end'],
    );
  });

  test('sent again and again ends the connection', () => {
    const talk = Talk.ready();
    let fault: number = ERROR.NO_ERROR;
    let responses = 0;
    for (; fault === ERROR.NO_ERROR && responses < 2_000; responses++) {
      talk.ask();
      fault = talk.receive(headersWith(2 * responses + 1, literal('X', 'x')));
      talk.sent();
    }
    assert.equal(fault, ERROR.ENHANCE_YOUR_CALM);
  });
});

/** Wants none of what it gets. */
class Canceler extends Listener {
  readonly #cancel: () => void;

  constructor(cancel: () => void) {
    super();
    this.#cancel = cancel;
  }

  override onHead(): void {
    this.#cancel();
  }
}

describe('a stream that nobody wants any more', () => {
  test('is not reset once the server has ended it', () => {
    const talk = Talk.ready();
    const listener = talk.ask(new Canceler(() => talk.client.cancel(1)));
    talk.sent();
    assert.equal(talk.receive(headers(1, { ':status': '503' }, FLAG.END_STREAM)), ERROR.NO_ERROR);
    assert.deepEqual(talk.sent(), []);
    assert.equal(listener.outcome, '');
    assert.equal(talk.client.streamCount, 0);
  });

  test('is reset while the server may send more', () => {
    const talk = Talk.ready();
    talk.ask(new Canceler(() => talk.client.cancel(1)));
    talk.sent();
    assert.equal(talk.receive(headers(1, { ':status': '503' }), data(1, 'late')), ERROR.NO_ERROR);
    assert.deepEqual(
      talk.sent().map(({ type, streamId }) => [type, streamId]),
      [[FRAME.RST_STREAM, 1]],
    );
  });

  /** Frames for reset streams that a server gets away with, after it let `resets` requests go by. */
  function framesUntilCutOff(resets: number): number {
    const talk = Talk.ready();
    for (let index = 0; index < resets; index++) {
      talk.ask();
      talk.client.cancel(2 * index + 1);
      talk.sent();
    }
    let frames = 0;
    while (frames < 100_000 && talk.receive(data(1, 'late', 0)) === ERROR.NO_ERROR) frames++;
    return frames;
  }

  test('may have a response on its way, and so may a hundred', () => {
    assert.ok(framesUntilCutOff(1) >= 1_000);
    assert.ok(framesUntilCutOff(100) - framesUntilCutOff(0) >= 1_600);
  });

  test('does not add up with ever more of them to a flood that nothing stops', () => {
    assert.equal(framesUntilCutOff(10_000), framesUntilCutOff(100));
  });
});

describe('DATA frames', () => {
  test('of a long response are no offense, however many responses there are', () => {
    const talk = Talk.ready();
    for (let id = 1; id < 200; id += 2) {
      const listener = talk.ask();
      const pieces = Array.from({ length: 64 }, (_, index) => data(id, 'x'.repeat(1_023), index === 63 ? 1 : 0));
      assert.equal(talk.receive(headers(id, OK), ...pieces), ERROR.NO_ERROR);
      assert.equal(listener.outcome, 'end');
      talk.sent();
    }
  });

  test('of one octet each are a flood', () => {
    const talk = Talk.ready();
    talk.ask();
    let frames = 0;
    assert.equal(talk.receive(headers(1, OK)), ERROR.NO_ERROR);
    while (frames < 65_535 && talk.receive(data(1, 'x', 0)) === ERROR.NO_ERROR) frames++;
    assert.ok(frames < 2_000, `${frames} frames`);
  });

  test('leave the window of the connection open, be they read, padded, refused or for nobody', () => {
    const talk = new Talk();
    let windowBytes = talk.connectionWindowBytes;
    assert.ok(windowBytes >= 1_048_576);
    assert.equal(talk.receive(frame(FRAME.SETTINGS, 0, 0)), ERROR.NO_ERROR);
    const content = Buffer.alloc(16_000);
    const padded = Buffer.concat([Buffer.of(255), Buffer.alloc(16_383)]);
    const count = (bytes: Buffer): void => {
      windowBytes -= bytes.length - 9;
      assert.equal(talk.receive(bytes), ERROR.NO_ERROR);
      for (const { type, streamId, payload } of talk.sent())
        if (type === FRAME.WINDOW_UPDATE && streamId === 0) windowBytes += payload.readUInt32BE(0);
      assert.ok(windowBytes >= 500_000, `${windowBytes} octets left`);
    };
    for (let index = 0; index < 100; index++) {
      const id = 8 * index + 1;
      for (let request = 0; request < 4; request++) talk.ask();
      assert.equal(talk.receive(headers(id, OK)), ERROR.NO_ERROR);
      for (let piece = 0; piece < 4; piece++) count(data(id, content, piece === 3 ? 1 : 0));
      count(frame(FRAME.DATA, FLAG.PADDED, id + 2, padded));
      talk.client.cancel(id + 4);
      count(data(id + 4, content, 0));
      assert.equal(talk.receive(headers(id + 6, OK)), ERROR.NO_ERROR);
      count(frame(FRAME.DATA, FLAG.PADDED | FLAG.END_STREAM, id + 6, padded));
    }
  });
});
