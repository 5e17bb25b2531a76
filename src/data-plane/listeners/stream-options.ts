// What every stream listener is started with.

import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { Listener, ListenerCounters, QueryHandler, StreamLimits, TlsCertificate } from './listener.ts';
import type { PendingChallenges } from './pending-challenges.ts';

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
  /** Shared by the listeners of a thread; none are ever pending if left out. */
  readonly challenges?: PendingChallenges;
}

export interface TlsListener extends Listener {
  /** For new handshakes; live connections stay. Throws, and changes nothing, if a key or chain cannot be used. */
  setCertificates(certificates: readonly TlsCertificate[]): void;
  /** 48 octets. Sessions are sealed with them from now on; those sealed before cost their clients a full handshake. */
  setTicketKeys(ticketKeys: Uint8Array): void;
}
