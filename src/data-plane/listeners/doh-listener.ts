// DNS over HTTPS (RFC 8484), one listening socket in one query thread: HTTP/2, and HTTP/1.1 for clients that know no better.

import { ConnectionTable } from './connection-table.ts';
import type { CreateDohEngine, DohService } from './doh-engine.ts';
import { createHttp1Engine } from './doh-http1-engine.ts';
import { createHttp2Engine } from './doh-http2-engine.ts';
import { PendingChallenges } from './pending-challenges.ts';
import type { TlsListener, TlsListenerOptions } from './stream-options.ts';
import { startTlsServer } from './tls-server.ts';
import { DOH } from './transports.ts';

export interface DohListenerOptions extends TlsListenerOptions {
  /** What speaks HTTP/2; node:http2 if left out. */
  readonly createHttp2Engine?: CreateDohEngine;
}

export function startDohListener(options: DohListenerOptions): Promise<TlsListener> {
  const { socket, handler, limits, counters, certificates, ticketKeys } = options;
  const challenges = options.challenges ?? new PendingChallenges();
  const connections = options.connections ?? new ConnectionTable(DOH, limits, counters);
  const service: DohService = { transport: DOH, handler, limits, counters, connections };
  const http2 = (options.createHttp2Engine ?? createHttp2Engine)(service);
  const http1 = createHttp1Engine(service);
  return startTlsServer(
    {
      socket,
      transport: DOH,
      limits,
      counters,
      connections,
      certificates,
      ticketKeys,
      challenges,
      protocols: ['h2', 'http/1.1'],
    },
    (connection, tlsSocket) => {
      (tlsSocket.alpnProtocol === 'h2' ? http2 : http1).serve(connection, tlsSocket);
    },
  );
}
