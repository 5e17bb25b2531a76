// What a query thread needs to receive and send datagrams in batches: made once, when the first socket asks for it, and shared
// by all sockets of the thread, which handles one batch at a time. Undefined where koffi or the machine is not what it must be.

import { DatagramSlots } from './datagram-slots.ts';
import { type Libc, loadLibc } from './libc.ts';
import { SendBatch, type SendingSocket } from './send-batch.ts';

// The only ones whose structures are known to look as in datagram-slots.ts: 64 bits, little-endian.
const ARCHITECTURES = ['x64', 'arm64'];
/** Twice as many measured no cheaper per answer, and other sockets would wait twice as long. */
export const BATCH_DATAGRAMS = 64;

export interface BatchedDatagrams {
  readonly libc: Libc;
  readonly received: DatagramSlots;
  readonly sends: SendBatch;
}

let ofThisThread: BatchedDatagrams | 'impossible' | undefined;

/** `payloadBytes`: of the largest datagram in either direction; the same on every call in a thread. */
export function loadBatchedDatagrams(payloadBytes: number): BatchedDatagrams | undefined {
  ofThisThread ??= prepare(payloadBytes) ?? 'impossible';
  return ofThisThread === 'impossible' ? undefined : ofThisThread;
}

/** How many datagrams now lie in the first slots; 0 also where the system reports an error of a datagram sent earlier. */
export function receiveBatch({ libc, received }: BatchedDatagrams, descriptor: number, most: number): number {
  const count = libc.receiveMany(descriptor, received.headerAddress(0), most);
  return Math.max(count, 0);
}

function prepare(payloadBytes: number): BatchedDatagrams | undefined {
  const libc = ARCHITECTURES.includes(process.arch) ? loadLibc() : undefined;
  if (libc === undefined) return undefined;
  const batched = {
    libc,
    received: new DatagramSlots(libc, BATCH_DATAGRAMS, payloadBytes),
    sends: new SendBatch(libc, BATCH_DATAGRAMS, payloadBytes),
  };
  return systemReadsItSo(batched) ? batched : undefined;
}

/** Sends three datagrams through the very memory that will be used: lengths, octets and addresses must come out right. */
function systemReadsItSo({ libc, received, sends }: BatchedDatagrams): boolean {
  const pair = new Int32Array(2);
  if (libc.socketPair(pair) < 0) return false;
  try {
    let lost = 0;
    const socket: SendingSocket = { descriptor: pair[0]!, addressBytes: 0, onLost: (count) => (lost += count) };
    const lengths = [5, 0, received.payloadBytes];
    const payload = new Uint8Array(received.payloadBytes);
    sends.hold();
    for (const [index, length] of lengths.entries())
      sends.add(socket, received.addresses[0]!, payload.fill(index + 1), length);
    sends.release();
    if (lost > 0 || libc.receiveMany(pair[1]!, received.headerAddress(0), BATCH_DATAGRAMS) !== lengths.length)
      return false;
    return lengths.every((length, slot) => {
      const isRight =
        received.receivedBytes(slot) === length &&
        received.addressBytes(slot) === 0 &&
        received.payloads[slot]!.subarray(0, length).every((octet) => octet === slot + 1);
      received.resetAddress(slot);
      return isRight;
    });
  } finally {
    for (const descriptor of pair) libc.close(descriptor);
  }
}
