// DNS over TCP (RFC 7766), one listening socket in one query thread.

import { ConnectionTable } from './connection-table.ts';
import { LengthPrefixedStream } from './length-prefixed-stream.ts';
import type { Listener } from './listener.ts';
import type { StreamListenerOptions } from './stream-options.ts';
import { startStreamServer } from './stream-server.ts';
import { StreamService } from './stream-service.ts';
import { TCP } from './transports.ts';

export function startTcpListener(options: StreamListenerOptions): Promise<Listener> {
  const { socket, handler, limits, counters } = options;
  const connections = options.connections ?? new ConnectionTable(TCP, limits, counters);
  const service = new StreamService(TCP, handler, limits, counters, connections);
  return startStreamServer(
    { socket, transport: TCP, limits, counters, connections, allowHalfOpen: true },
    (connection) => {
      new LengthPrefixedStream(service, connection, connection.socket);
    },
  );
}
