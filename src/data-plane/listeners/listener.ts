// The contract between a listener (bytes in, bytes out) and the query handler. Steps never see a transport.

/** What a query's way in means for its answer. One frozen object per kind of listener, shared by all its queries. */
export interface Transport {
  readonly name: 'udp' | 'tcp' | 'dot' | 'doh';
  /** Index for counters: udp 0, tcp 1, dot 2, doh 3. */
  readonly index: number;
  /** Which list of `[access]` decides. */
  readonly encrypted: boolean;
  /** Answers must fit the client's datagram size, else TC=1. */
  readonly datagram: boolean;
}

/** Where an answer goes: made by the listener, opaque to everything else. */
export interface ReplySink<ReturnPath extends object = object> {
  readonly transport: Transport;
  /** Sends `length` octets of `reply`, which is reused right after the call: copy or write it before returning. */
  answer(returnPath: ReturnPath, reply: Uint8Array, length: number): void;
  /** Silence: nothing is ever sent for this query (DoH: the stream is reset, an HTTP/1.1 connection closed). */
  drop(returnPath: ReturnPath): void;
  /**
   * How long the connection may stay idle from now on, in units of 100 ms; 0 asks the client to close it soon (RFC 7828). Only
   * where connections carry DNS itself: over UDP it means nothing, and HTTP has its own ways.
   */
  keepaliveDeciseconds?(returnPath: ReturnPath): number;
  /** The answer that follows has expired, and no cache on its way may keep it. Only where there may be some: HTTP. */
  noteStale?(returnPath: ReturnPath): void;
  /** What the client goes by (client-id.ts); empty if it has not said. Only over encrypted transports. */
  clientId?(returnPath: ReturnPath): string;
  /** Called when a query starts to wait for the upstream; returns a path that stays valid until answer or drop. */
  retain(returnPath: ReturnPath): ReturnPath;
}

/**
 * Called by a listener for each message of a client, synchronously; for every call exactly one `answer` or `drop` follows
 * on the sink, during the call (hit, block, error) or later (miss). Never throws.
 * `message` starts at offset 0, is `length` octets long and is only read during the call.
 * `clientAddress`: 16 octets, IPv4 as ::ffff:a.b.c.d, only read during the call.
 */
export type QueryHandler = (
  sink: ReplySink,
  returnPath: object,
  message: Uint8Array,
  length: number,
  clientAddress: Uint8Array,
) => void;

/**
 * Bounds of the stream listeners; filled from the settings, handed in by worker.ts. At a limit of connections the one that has
 * been without queries for longest makes room (at a client's limit one of its own), else the new one is refused at once.
 */
export interface StreamLimits {
  /** All connections of one listener kind in this thread. */
  readonly connections: number;
  /** Of one client address (IPv6: one /64) in this thread. */
  readonly connectionsPerClient: number;
  readonly inFlightPerConnection: number;
  readonly idleMilliseconds: number;
  /** From the first octet of a message to its last; also the TLS handshake. */
  readonly readMilliseconds: number;
  /** Octets of answers that a client may leave unread before the connection is destroyed. */
  readonly unreadReplyBytes: number;
}

/** What a listener counts; implemented by memory/counters, by a plain object in tests. */
export interface ListenerCounters {
  connectionOpened(transport: Transport): void;
  connectionClosed(transport: Transport): void;
  /**
   * Datagrams that were not sent: the system's send buffer is full, they cannot go where they should, or they are longer than
   * any of ours may be (1,232 octets). The clients ask again.
   */
  answersUnsent(transport: Transport, count: number): void;
  /** A limit above closed, refused or reset something. */
  limitHit(transport: Transport, limit: keyof StreamLimits): void;
  /** Bytes that are not DNS, TLS that is not TLS, HTTP that is not DoH. */
  protocolError(transport: Transport): void;
}

/** A started listener. */
export interface Listener {
  /** The local address in force, for tests that bind port 0. */
  readonly address: { readonly address: string; readonly port: number };
  /**
   * Stops accepting; connections end when their in-flight queries are answered (HTTP/2: GOAWAY). Resolves when all is
   * closed, at the latest after `graceMilliseconds`.
   */
  close(graceMilliseconds: number): Promise<void>;
}

/** Key and chain for one TLS name set. */
export interface TlsCertificate {
  /** Lower-case DNS names (also `*.x`) and textual addresses. */
  readonly names: readonly string[];
  readonly keyPem: string;
  readonly chainPem: string;
}
