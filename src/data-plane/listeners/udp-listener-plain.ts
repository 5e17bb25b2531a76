// UDP through Node alone: one event and one call for each datagram.

import type { RemoteInfo } from 'node:dgram';
import { bindDatagram } from '../../sockets/adopt-socket.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { ignoreError } from './connection.ts';
import { copyOctets } from './copy-octets.ts';
import { InFlightQueries } from './in-flight-queries.ts';
import type { Listener, ReplySink } from './listener.ts';
import { UDP } from './transports.ts';
import { DATAGRAM_MAX_BYTES, type UdpListenerOptions } from './udp-options.ts';
import { WriteSlabs } from './write-slab.ts';

/** Answers that wait in Node for a full send buffer of the system; more are not sent. */
const WAITING_BYTES_MAX = 1 << 20;

export async function startPlainUdpListener(options: UdpListenerOptions): Promise<Listener> {
  const { handler, counters } = options;
  const socket = await bindDatagram(options.socket);
  const slabs = new WriteSlabs();
  const clientAddress = new Uint8Array(16);
  const inFlight = new InFlightQueries();
  let isClosed = false;

  // Where a datagram came from is the return path; Node makes a fresh object for each, so it stays valid by itself.
  const sink: ReplySink<RemoteInfo> = {
    transport: UDP,
    answer(client, reply, length) {
      inFlight.end();
      if (isClosed) return;
      if (length > DATAGRAM_MAX_BYTES || socket.getSendQueueSize() > WAITING_BYTES_MAX) {
        counters.answersUnsent(UDP, 1);
        return;
      }
      const slab = slabs.withRoomFor(length);
      slab.lend();
      const start = slab.used;
      copyOctets(reply, 0, length, slab.bytes, start);
      slab.used = start + length;
      socket.send(slab.bytes, start, length, client.port, client.address, (error) => {
        slab.release();
        // No route, no buffer: lost like any datagram; the client asks again.
        if (error !== null) counters.answersUnsent(UDP, 1);
      });
    },
    drop: () => inFlight.end(),
    retain: (client) => client,
  };

  function onMessage(message: Buffer, client: RemoteInfo): void {
    if (client.port === 0 || !parseAddress(client.address, clientAddress)) {
      counters.protocolError(UDP);
      return;
    }
    inFlight.begin();
    handler(sink as ReplySink, client, message, Math.min(message.length, DATAGRAM_MAX_BYTES), clientAddress);
  }

  // After bind an error belongs to a single packet, and UDP promises nothing for those.
  socket.on('error', ignoreError);
  socket.on('message', onMessage);

  async function end(graceMilliseconds: number): Promise<void> {
    socket.off('message', onMessage);
    await inFlight.quiet(graceMilliseconds);
    // Not at once: the last answer is about to be handed to the socket.
    await new Promise(setImmediate);
    isClosed = true;
    await new Promise<void>((resolve) => {
      socket.close(() => resolve());
    });
  }

  let closing: Promise<void> | undefined;
  const { address, port } = socket.address();
  return { address: { address, port }, close: (graceMilliseconds) => (closing ??= end(graceMilliseconds)) };
}
