// What an HTTP implementation has to be for the DoH listener. The rules (doh-request.ts), the lifetime of a reply
// (reply-freshness.ts) and the accounts of a connection (doh-connection.ts) are the same for all; an engine turns octets into
// requests and answers into octets.

import type { TLSSocket } from 'node:tls';
import type { Connection } from './connection.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { ListenerCounters, QueryHandler, StreamLimits, Transport } from './listener.ts';

/** What all connections of one DoH listener share. */
export interface DohService {
  readonly transport: Transport;
  readonly handler: QueryHandler;
  readonly limits: StreamLimits;
  readonly counters: ListenerCounters;
  readonly connections: ConnectionTable;
}

export interface DohEngine {
  /** Takes over a connection whose TLS handshake is complete, and sets its `finish`. */
  serve(connection: Connection, socket: TLSSocket): void;
}

export type CreateDohEngine = (service: DohService) => DohEngine;
