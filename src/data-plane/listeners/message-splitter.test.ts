import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withLengthPrefix } from '../../../test/fixtures/dns-messages.ts';
import { MessageSplitter } from './message-splitter.ts';

function split(chunks: readonly Buffer[]): { messages: string[]; splitter: MessageSplitter } {
  const splitter = new MessageSplitter();
  const messages: string[] = [];
  for (const chunk of chunks) {
    let offset = 0;
    while (offset < chunk.length && !splitter.isBroken) {
      offset = splitter.feed(chunk, offset);
      if (splitter.length === 0) continue;
      messages.push(splitter.message.subarray(0, splitter.length).toString('hex'));
      splitter.release();
    }
  }
  return { messages, splitter };
}

test('messages come out whole wherever the stream is cut', () => {
  const message = fc.uint8Array({ minLength: 12, maxLength: 900, size: 'max' });
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20, size: 'max' }),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map(withLengthPrefix));
        const chunks: Buffer[] = [];
        for (let position = 0, cut = 0; position < stream.length; cut++) {
          const end = position + cuts[cut % cuts.length]!;
          chunks.push(stream.subarray(position, end));
          position = end;
        }
        assert.deepEqual(
          split(chunks).messages,
          messages.map((octets) => Buffer.from(octets).toString('hex')),
        );
      },
    ),
    { seed: 7766, numRuns: 300 },
  );
});

test('the largest message arrives, whole or octet by octet', () => {
  const message = Buffer.alloc(65_535, 0xab);
  const stream = withLengthPrefix(message);
  const expected = [message.toString('hex')];
  assert.deepEqual(split([stream]).messages, expected);
  assert.deepEqual(split(Array.from(stream, (_octet, index) => stream.subarray(index, index + 1))).messages, expected);
});

for (const length of [0, 1, 11]) {
  test(`a length of ${length} breaks the stream and nothing behind it is read`, () => {
    const { messages, splitter } = split([
      withLengthPrefix(Buffer.alloc(12)),
      Buffer.from([0, length]),
      withLengthPrefix(Buffer.alloc(12)),
    ]);
    assert.equal(messages.length, 1);
    assert.equal(splitter.isBroken, true);
  });
}

test('it knows when the stream stops inside a message', () => {
  const stream = withLengthPrefix(Buffer.alloc(20));
  for (let octets = 1; octets < stream.length; octets++) {
    assert.equal(split([stream.subarray(0, octets)]).splitter.isMidMessage, true, `after ${octets} octets`);
  }
  assert.equal(split([stream]).splitter.isMidMessage, false);
});

test('a message that starts is told from the one before it', () => {
  const stream = withLengthPrefix(Buffer.alloc(20));
  const first = split([stream.subarray(0, 5)]).splitter;
  const second = split([stream, stream.subarray(0, 5)]).splitter;
  assert.notEqual(first.ordinal, second.ordinal);
});
