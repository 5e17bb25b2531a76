// Accepts TCP connections for the TCP, DoT and DoH listeners of a query thread: admission by the limits, counting, and the
// end in good order. What is spoken on a connection is the business of the `serve` callback.

import { createServer, type Socket } from 'node:net';
import { listenStream } from '../../sockets/adopt-socket.ts';
import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import { HIGH_WATER_MARK_BYTES } from './client-input.ts';
import { Connection, ignoreError } from './connection.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Listener, ListenerCounters, StreamLimits, Transport } from './listener.ts';

export interface StreamServerOptions {
  readonly socket: ListeningSocket;
  readonly transport: Transport;
  readonly limits: StreamLimits;
  readonly counters: ListenerCounters;
  readonly connections: ConnectionTable;
  /** Whether a client's FIN leaves our direction open until the protocol ends it. */
  readonly allowHalfOpen: boolean;
}

/** Starts to accept; rejects if the socket cannot be listened on. */
export async function startStreamServer(
  options: StreamServerOptions,
  serve: (connection: Connection) => void,
): Promise<Listener> {
  const { transport, counters, connections } = options;
  const open = new Set<Connection>();
  let onEmpty: (() => void) | undefined;
  const server = createServer({
    allowHalfOpen: options.allowHalfOpen,
    noDelay: true,
    highWaterMark: HIGH_WATER_MARK_BYTES,
  });

  server.on('connection', (socket: Socket) => {
    socket.on('error', ignoreError);
    const connection = new Connection(socket);
    if (connection.clientKey === '') {
      socket.destroy();
    } else if (!connections.admit(connection)) {
      socket.resetAndDestroy();
    } else {
      open.add(connection);
      counters.connectionOpened(transport);
      socket.once('close', () => {
        open.delete(connection);
        connections.remove(connection);
        counters.connectionClosed(transport);
        if (open.size === 0) onEmpty?.();
      });
      serve(connection);
    }
  });

  await listenStream(server, options.socket);
  // From now on the only error is a failed accept, for want of descriptors: the next connection finds the server as it was.
  server.on('error', () => counters.limitHit(transport, 'connections'));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a TCP server has an address once it listens');

  let closing: Promise<void> | undefined;
  function close(graceMilliseconds: number): Promise<void> {
    closing ??= new Promise((resolve) => {
      const overdue = setTimeout(() => {
        for (const connection of open) connection.socket.destroy();
      }, graceMilliseconds);
      onEmpty = () => {
        clearTimeout(overdue);
        resolve();
      };
      server.close();
      if (open.size === 0) onEmpty();
      for (const connection of open) connection.finish();
    });
    return closing;
  }

  return { address: { address: bound.address, port: bound.port }, close };
}
