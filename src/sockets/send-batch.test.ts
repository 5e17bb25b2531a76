import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { ADDRESS_WORDS, DatagramSlots } from './datagram-slots.ts';
import { ADDRESS_FAMILY, ERROR_NUMBER, type Libc, loadLibc, SOCKET_TYPE, whyLibcIsMissing } from './libc.ts';
import { SendBatch, type SendingSocket } from './send-batch.ts';
import { writeSocketAddress } from './socket-address.ts';

const libc = loadLibc();
const skip = libc === undefined ? `koffi cannot be used here: ${whyLibcIsMissing()}` : false;
const SLOTS = 8;
const EPERM = 1;
const EINVAL = 22;

class Losses implements SendingSocket {
  readonly descriptor: number;
  readonly addressBytes = 16;
  readonly lost: number[] = [];

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  onLost(count: number): void {
    this.lost.push(count);
  }
}

function addressOf(port: number, address = '127.0.0.1'): Int32Array {
  const words = new Int32Array(ADDRESS_WORDS);
  writeSocketAddress(address, port, () => 0, new Uint8Array(words.buffer));
  return words;
}

function add(batch: SendBatch, socket: SendingSocket, address: Int32Array, text: string): void {
  batch.add(socket, address, Buffer.from(text, 'latin1'), text.length);
}

/** Does with each call what `script` says: a number of datagrams taken, or a negated errno. */
function scripted(script: number[]): { batch: SendBatch; calls: { descriptor: number; count: number }[] } {
  const calls: { descriptor: number; count: number }[] = [];
  const fake: Partial<Libc> = {
    addressOf: () => 4096,
    sendMany: (descriptor, _headers, count) => {
      calls.push({ descriptor, count });
      return script.shift() ?? count;
    },
  };
  return { batch: new SendBatch(fake as Libc, SLOTS, 1232), calls };
}

test('one destination that cannot be reached does not lose the rest of the batch', { skip }, async (t) => {
  const receiver = createSocket('udp4').bind(0, '127.0.0.1');
  t.after(() => receiver.close());
  await once(receiver, 'listening');
  const socket = new Losses(libc!.socket(ADDRESS_FAMILY.IPV4, SOCKET_TYPE.DATAGRAM));
  t.after(() => libc!.close(socket.descriptor));
  const texts: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  receiver.on('message', (message) => {
    texts.push(message.toString());
    if (texts.length === 4) resolve();
  });
  const batch = new SendBatch(libc!, SLOTS, 1232);
  const { port } = receiver.address();
  batch.hold();
  // No port, then the broadcast address, which a plain socket may not send to: first, in the middle and last.
  for (const [text, address] of [
    ['x', addressOf(0)],
    ['a', addressOf(port)],
    ['b', addressOf(port)],
    ['x', addressOf(port, '255.255.255.255')],
    ['x', addressOf(0)],
    ['c', addressOf(port)],
    ['d', addressOf(port)],
    ['x', addressOf(0)],
  ] as const) {
    add(batch, socket, address, text);
  }
  batch.release();
  await promise;
  assert.deepEqual(texts, ['a', 'b', 'c', 'd']);
  assert.deepEqual(socket.lost, [1, 1, 1, 1]);
});

test('what the system did not take in one call goes with the next', () => {
  const { batch, calls } = scripted([3, 1]);
  const socket = new Losses(9);
  batch.hold();
  for (let i = 0; i < SLOTS; i++) add(batch, socket, addressOf(53), 'x');
  batch.release();
  assert.deepEqual(
    calls.map(({ count }) => count),
    [8, 5, 4],
  );
  assert.deepEqual(socket.lost, []);
});

test('each refused datagram is lost alone, whatever the reason', () => {
  const { batch, calls } = scripted([2, -EPERM, -EINVAL]);
  const socket = new Losses(9);
  batch.hold();
  for (let i = 0; i < SLOTS; i++) add(batch, socket, addressOf(53), 'x');
  batch.release();
  assert.deepEqual(
    calls.map(({ count }) => count),
    [8, 6, 5, 4],
  );
  assert.deepEqual(socket.lost, [1, 1]);
});

for (const errno of [ERROR_NUMBER.TRY_AGAIN, ERROR_NUMBER.NO_BUFFERS]) {
  test(`a full send buffer (${errno}) loses the rest of the batch and waits for nothing`, () => {
    const { batch, calls } = scripted([2, -errno]);
    const socket = new Losses(9);
    batch.hold();
    for (let i = 0; i < SLOTS; i++) add(batch, socket, addressOf(53), 'x');
    batch.release();
    assert.equal(calls.length, 2);
    assert.deepEqual(socket.lost, [6]);
  });
}

test('an interrupted call is made again, but not for ever', () => {
  const once = scripted([-ERROR_NUMBER.INTERRUPTED]);
  const socket = new Losses(9);
  once.batch.hold();
  add(once.batch, socket, addressOf(53), 'x');
  once.batch.release();
  assert.equal(once.calls.length, 2);
  assert.deepEqual(socket.lost, []);

  const always = scripted(Array(100).fill(-ERROR_NUMBER.INTERRUPTED));
  always.batch.hold();
  add(always.batch, socket, addressOf(53), 'x');
  always.batch.release();
  assert.ok(always.calls.length < 100);
  assert.deepEqual(socket.lost, [1]);
});

test('a datagram too long for a slot is lost, and no other', () => {
  const { batch, calls } = scripted([]);
  const socket = new Losses(9);
  batch.hold();
  add(batch, socket, addressOf(53), 'x'.repeat(1233));
  add(batch, socket, addressOf(53), 'x'.repeat(1232));
  batch.release();
  assert.deepEqual(calls, [{ descriptor: 9, count: 1 }]);
  assert.deepEqual(socket.lost, [1]);
});

test('datagrams of one callback leave together, each through its own socket', async () => {
  const { batch, calls } = scripted([]);
  const [one, other] = [new Losses(9), new Losses(10)];
  for (const socket of [one, one, one, other, other]) add(batch, socket, addressOf(53), 'x');
  assert.deepEqual(calls, [{ descriptor: 9, count: 3 }]);
  await new Promise(setImmediate);
  assert.deepEqual(calls, [
    { descriptor: 9, count: 3 },
    { descriptor: 10, count: 2 },
  ]);
});

test('more datagrams than there are slots leave in several calls', () => {
  const { batch, calls } = scripted([]);
  batch.hold();
  const socket = new Losses(9);
  for (let i = 0; i < SLOTS + 1; i++) add(batch, socket, addressOf(53), 'x');
  batch.release();
  assert.equal(
    calls.reduce((sum, { count }) => sum + count, 0),
    SLOTS + 1,
  );
});

test('payloads of every length, wherever they lie, are copied whole', () => {
  const slots = new DatagramSlots({ addressOf: () => 4096 } as Partial<Libc> as Libc, 2, 1232);
  const memory = crypto.getRandomValues(new Uint8Array(1300));
  const large = crypto.getRandomValues(new Uint8Array(2000));
  for (const [source, lengths] of [
    [memory.subarray(0), [0, 1, 2, 3, 4, 5, 12, 511, 512, 513, 1231, 1232]],
    [memory.subarray(4, 4 + 1233), [7, 600, 1232]],
    // Not on a word, and one whose last octets are no whole word.
    [memory.subarray(3), [1, 33, 1232]],
    [memory.subarray(8, 8 + 33), [32, 33]],
    [large, [33, 1232]],
  ] as const) {
    for (const length of lengths) {
      const start = slots.payloadOffset(1);
      slots.octets.fill(0);
      slots.writePayload(1, source, length);
      const copy = slots.octets.subarray(start, start + length);
      assert.deepEqual(copy, Buffer.from(source.subarray(0, length)), `${length} octets`);
    }
  }
});
