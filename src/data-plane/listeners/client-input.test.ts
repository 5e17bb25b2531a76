import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClientInput, HIGH_WATER_MARK_BYTES, joinChunks } from './client-input.ts';

/** A socket that brings what is pushed. */
class FedSocket extends Duplex {
  timesAsked = 0;

  constructor() {
    super({ highWaterMark: HIGH_WATER_MARK_BYTES });
  }

  override _read(): void {
    this.timesAsked += 1;
  }

  override _write(_chunk: Buffer, _encoding: string, callback: () => void): void {
    callback();
  }
}

/** What Node reads from the system at once. */
const READ_BYTES_MAX = 65_536;
const FLOOD_BYTES = 4 * READ_BYTES_MAX;

function lengthOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((length, chunk) => length + chunk.length, 0);
}

async function turn(): Promise<void> {
  await new Promise(setImmediate);
}

function octetsOf(length: number): Buffer {
  const octets = Buffer.alloc(length);
  for (let index = 0; index < length; index++) octets[index] = index & 0xff;
  return octets;
}

test('a thousand pieces that one read brings for a held client come in blocks, and no more is read', async () => {
  const socket = new FedSocket();
  const chunks: Buffer[] = [];
  const input = new ClientInput(socket, (chunk) => chunks.push(chunk));
  await turn();
  input.hold();
  await turn();
  const { timesAsked } = socket;
  const octets = octetsOf(1000);
  let isMoreWanted = true;
  for (const octet of octets) isMoreWanted = socket.push(Buffer.of(octet));
  assert.equal(isMoreWanted, false);
  await turn();
  await turn();
  assert.ok(socket.readableLength < 2 * HIGH_WATER_MARK_BYTES, `${socket.readableLength} pieces are left`);
  assert.equal(chunks.length, 6);
  assert.equal(socket.push(Buffer.of(7)), false);
  await turn();
  assert.equal(socket.timesAsked, timesAsked);
  input.letGo();
  await turn();
  assert.equal(socket.readableLength, 0);
  assert.deepEqual(Buffer.concat(chunks), Buffer.concat([octets, Buffer.of(7)]));
});

test('whenever a client is held and let go, its octets come whole and in order, and held at most those of one read', async () => {
  const step = fc.oneof(fc.constantFrom('hold', 'letGo', 'turn'), fc.integer({ min: 1, max: 3000 }));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40, size: 'max' }), async (steps) => {
      const server = net.createServer({ highWaterMark: HIGH_WATER_MARK_BYTES, allowHalfOpen: true }).listen(0);
      await once(server, 'listening');
      const client = net.connect((server.address() as net.AddressInfo).port);
      const [socket] = (await once(server, 'connection')) as [net.Socket];
      const received: Buffer[] = [];
      const input = new ClientInput(socket, (chunk) => received.push(chunk));
      const ended = once(socket, 'end');
      const sent: Buffer[] = [];
      let freelyReceived = 0;
      for (const action of [...steps, 'turn', 'hold', FLOOD_BYTES, ...Array<'turn'>(10).fill('turn')] as const) {
        if (!input.isHeld) freelyReceived = lengthOf(received);
        if (action === 'hold') input.hold();
        else if (action === 'letGo') input.letGo();
        else if (action === 'turn') await turn();
        else {
          sent.push(octetsOf(action));
          client.write(sent.at(-1)!);
        }
        if (input.isHeld) {
          const heldReceived = lengthOf(received) - freelyReceived;
          assert.ok(heldReceived <= READ_BYTES_MAX + HIGH_WATER_MARK_BYTES, `${heldReceived} octets`);
        }
      }
      client.end();
      await turn();
      input.letGo();
      await ended;
      socket.destroy();
      server.close();
      assert.deepEqual(Buffer.concat(received), Buffer.concat(sent));
    }),
    { seed: 7766, numRuns: 100, examples: [[['hold', 'letGo', 'hold', 'letGo', 'hold']]] },
  );
});

test('joined chunks are what is left of them', () => {
  const chunks = [octetsOf(5), octetsOf(1), octetsOf(300)];
  assert.deepEqual(joinChunks(chunks, 0), Buffer.concat(chunks));
  assert.deepEqual(joinChunks(chunks, 4), Buffer.concat(chunks).subarray(4));
  // What is kept for a client pins no memory of others.
  assert.equal(joinChunks(chunks, 4).buffer.byteLength, 302);
});
