// UDP in batches. Node wakes us with the first datagram; it and what else has come are taken, handled and answered together:
// two system calls for up to 64 queries. An event takes at most twice as many, and libuv gives at most 32 events before other
// sockets and timers have their turn; the system's queue, first come first served, is the only one there is. koffi's poll handle would spare Node's read of the first
// datagram, but a thread that ends with datagrams waiting then takes the process along.

import type { RemoteInfo } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { adoptDatagram } from '../../sockets/adopt-socket.ts';
import { BATCH_DATAGRAMS, type BatchedDatagrams, receiveBatch } from '../../sockets/batched-datagrams.ts';
import { ADDRESS_WORDS } from '../../sockets/datagram-slots.ts';
import type { SendingSocket } from '../../sockets/send-batch.ts';
import { IPV4_STRUCTURE_LENGTH, IPV6_STRUCTURE_LENGTH, writeSocketAddress } from '../../sockets/socket-address.ts';
import { ClientOfSocketAddress } from './client-address.ts';
import { ignoreError } from './connection.ts';
import { InFlightQueries } from './in-flight-queries.ts';
import type { Listener, ReplySink } from './listener.ts';
import { UDP } from './transports.ts';
import { DATAGRAM_MAX_BYTES, type UdpListenerOptions } from './udp-options.ts';

/** After a batch of so many, more have come meanwhile: looking at once is cheaper than Node's next event. */
const BUSY_DATAGRAMS = 16;
/** What had come before closing is still answered; with more than this there is no end to it. */
const CLOSING_BATCHES_MAX = 256;

/** `descriptor`: the main thread's. */
export async function startBatchedUdpListener(
  options: UdpListenerOptions,
  descriptor: number,
  batched: BatchedDatagrams,
): Promise<Listener> {
  const { handler, counters } = options;
  const { received, sends, libc } = batched;
  const adopted = adoptDatagram(options.socket, descriptor);
  const { socket } = adopted;
  const inFlight = new InFlightQueries();
  const client = new ClientOfSocketAddress(isIPv6(options.socket.address));
  /** Of the datagram that Node read. */
  const firstAddress = new Int32Array(ADDRESS_WORDS);
  const firstAddressOctets = new Uint8Array(firstAddress.buffer);
  let isClosed = false;

  const sending: SendingSocket = {
    descriptor: adopted.descriptor,
    addressBytes: isIPv6(options.socket.address) ? IPV6_STRUCTURE_LENGTH : IPV4_STRUCTURE_LENGTH,
    onLost: (count) => counters.answersUnsent(UDP, count),
  };

  // The return path is the socket address, as the system gave it: with its scope, and without a string.
  const sink: ReplySink<Int32Array> = {
    transport: UDP,
    answer(address, reply, length) {
      if (!isClosed) sends.add(sending, address, reply, length);
      inFlight.end();
    },
    drop: () => inFlight.end(),
    retain: (address) => address.slice(),
  };

  function take(message: Buffer, length: number, address: Int32Array): void {
    if (!client.read(address)) {
      counters.protocolError(UDP);
      return;
    }
    inFlight.begin();
    handler(sink as ReplySink, address, message, length, client.octets);
  }

  /** Answers wait in `sends`. */
  function takeBatch(most: number): number {
    const count = receiveBatch(batched, adopted.descriptor, most);
    for (let slot = 0; slot < count; slot++) {
      received.resetAddress(slot);
      take(received.payloads[slot]!, received.receivedBytes(slot), received.addresses[slot]!);
    }
    return count;
  }

  /** `taken`: datagrams of this event so far. Ends with its first full batch, or as many in several: others must have their turn. */
  function takeWhileBusy(taken: number): void {
    let total = taken + takeBatch(BATCH_DATAGRAMS - taken);
    let last = total;
    while (last >= BUSY_DATAGRAMS && total < BATCH_DATAGRAMS) {
      sends.flush();
      last = takeBatch(BATCH_DATAGRAMS);
      total += last;
    }
  }

  function onMessage(message: Buffer, from: RemoteInfo): void {
    sends.hold();
    const addressBytes = writeSocketAddress(from.address, from.port, libc.interfaceIndex, firstAddressOctets);
    if (addressBytes === 0) counters.protocolError(UDP);
    else take(message, Math.min(message.length, DATAGRAM_MAX_BYTES), firstAddress);
    takeWhileBusy(1);
    sends.release();
  }

  // After bind an error belongs to a single packet, and UDP promises nothing for those.
  socket.on('error', ignoreError);
  socket.on('message', onMessage);

  async function end(graceMilliseconds: number): Promise<void> {
    socket.off('message', onMessage);
    sends.hold();
    for (let batch = 0; batch < CLOSING_BATCHES_MAX && takeBatch(BATCH_DATAGRAMS) === BATCH_DATAGRAMS; batch++)
      sends.flush();
    sends.release();
    await inFlight.quiet(graceMilliseconds);
    // The last answers leave before the descriptor goes.
    sends.flush();
    isClosed = true;
    await new Promise<void>((resolve) => {
      socket.close(() => resolve());
    });
  }

  let closing: Promise<void> | undefined;
  const { address, port } = socket.address();
  return { address: { address, port }, close: (graceMilliseconds) => (closing ??= end(graceMilliseconds)) };
}
