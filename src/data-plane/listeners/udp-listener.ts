// Plain DNS over UDP, one bound socket in one query thread. Answers leave from the socket that the query came to, and so from
// the address that was asked (there is one socket per address).

import type { RemoteInfo } from 'node:dgram';
import { bindDatagram } from '../../sockets/adopt-socket.ts';
import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { ignoreError } from './connection.ts';
import { copyOctets } from './copy-octets.ts';
import type { Listener, ListenerCounters, QueryHandler, ReplySink } from './listener.ts';
import { ReplySlab } from './reply-slab.ts';
import { UDP } from './transports.ts';

export interface UdpListenerOptions {
  readonly socket: ListeningSocket;
  readonly handler: QueryHandler;
  readonly counters: ListenerCounters;
}

/** Every datagram reaches the handler, also one that is too short or a response: what gets silence is its decision. */
export async function startUdpListener(options: UdpListenerOptions): Promise<Listener> {
  const { handler, counters } = options;
  const socket = await bindDatagram(options.socket);
  const slab = new ReplySlab();
  const clientAddress = new Uint8Array(16);
  let inFlight = 0;
  let isClosed = false;
  let onQuiet: (() => void) | undefined;

  // Where a datagram came from is the return path; Node makes a fresh object for each, so it stays valid by itself.
  const sink: ReplySink<RemoteInfo> = {
    transport: UDP,
    answer(client, reply, length) {
      settle();
      if (isClosed) return;
      slab.reserve(length);
      const start = slab.used;
      copyOctets(reply, 0, length, slab.bytes, start);
      slab.used = start + length;
      try {
        socket.send(slab.bytes, start, length, client.port, client.address, onSent);
      } catch {
        // No way back: a source port of 0.
        counters.protocolError(UDP);
      }
    },
    drop: settle,
    retain: (client) => client,
  };

  function settle(): void {
    inFlight -= 1;
    if (inFlight === 0) onQuiet?.();
  }

  function onMessage(message: Buffer, client: RemoteInfo): void {
    if (!parseAddress(client.address, clientAddress)) return;
    inFlight += 1;
    handler(sink as ReplySink, client, message, message.length, clientAddress);
  }

  // After bind an error belongs to a single packet, and UDP promises nothing for those.
  socket.on('error', ignoreError);
  socket.on('message', onMessage);

  let closing: Promise<void> | undefined;
  function close(graceMilliseconds: number): Promise<void> {
    closing ??= new Promise((resolve) => {
      socket.off('message', onMessage);
      const overdue = setTimeout(end, graceMilliseconds);
      onQuiet = end;
      if (inFlight === 0) end();

      function end(): void {
        clearTimeout(overdue);
        onQuiet = undefined;
        // Not at once: the last answer is about to be handed to the socket.
        setImmediate(() => {
          isClosed = true;
          socket.close(() => resolve());
        });
      }
    });
    return closing;
  }

  const { address, port } = socket.address();
  return { address: { address, port }, close };
}

/** A reply that cannot be sent (no route, no buffer) is lost like any datagram; the client asks again. */
function onSent(): void {}
