// What every stream listener is started with.

import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Listener, ListenerCounters, QueryHandler, StreamLimits, TlsCertificate } from './listener.ts';

export interface StreamListenerOptions {
  readonly socket: ListeningSocket;
  readonly handler: QueryHandler;
  readonly limits: StreamLimits;
  readonly counters: ListenerCounters;
  /** Shared by the listeners of one kind in a thread, whose connections the limits count together; own if left out. */
  readonly connections?: ConnectionTable;
}

export interface TlsListenerOptions extends StreamListenerOptions {
  /** The first is the default. */
  readonly certificates: readonly TlsCertificate[];
  /** 48 octets shared by all threads, so that a session resumes on any of them. */
  readonly ticketKeys: Uint8Array;
}

export interface TlsListener extends Listener {
  /** For new handshakes; live connections stay. Throws, and changes nothing, if a key or chain cannot be used. */
  setCertificates(certificates: readonly TlsCertificate[]): void;
}
