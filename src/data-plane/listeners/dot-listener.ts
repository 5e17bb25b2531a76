// DNS over TLS (RFC 7858), one listening socket in one query thread. Nothing is said in the clear.

import { ConnectionTable } from './connection-table.ts';
import { LengthPrefixedStream } from './length-prefixed-stream.ts';
import { PendingChallenges } from './pending-challenges.ts';
import type { TlsListener, TlsListenerOptions } from './stream-options.ts';
import { StreamService } from './stream-service.ts';
import { startTlsServer } from './tls-server.ts';
import { DOT } from './transports.ts';

export function startDotListener(options: TlsListenerOptions): Promise<TlsListener> {
  const { socket, handler, limits, counters, certificates, ticketKeys } = options;
  const challenges = options.challenges ?? new PendingChallenges();
  const connections = options.connections ?? new ConnectionTable(DOT, limits, counters);
  const service = new StreamService(DOT, handler, limits, counters, connections);
  return startTlsServer(
    {
      socket,
      transport: DOT,
      limits,
      counters,
      connections,
      certificates,
      ticketKeys,
      challenges,
      protocols: ['dot'],
    },
    (connection, tlsSocket) => {
      // From here on a client may close its direction and still get its answers.
      tlsSocket.allowHalfOpen = true;
      new LengthPrefixedStream(service, connection, tlsSocket);
    },
  );
}
