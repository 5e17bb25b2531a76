// What all connections of one TCP or DoT listener share.

import type { Connection } from './connection.ts';
import type { ConnectionTable } from './connection-table.ts';
import type { LengthPrefixedStream } from './length-prefixed-stream.ts';
import type { ListenerCounters, QueryHandler, ReplySink, StreamLimits, Transport } from './listener.ts';
import { WriteSlabs } from './write-slab.ts';

/** What the connections of a listener may have sent us before we read it, all together: about four reads of the system. */
const UNREAD_BYTES_MAX = 1 << 18;
/** In as many pieces: each costs 600 octets beside its own, and TLS records of one octet are pieces too. */
const UNREAD_CHUNKS_MAX = 2048;
/** As much as its 16 bits hold. */
const KEEPALIVE_MAX_DECISECONDS = 65_535;

export class StreamService {
  readonly transport: Transport;
  readonly handler: QueryHandler;
  readonly limits: StreamLimits;
  readonly counters: ListenerCounters;
  readonly connections: ConnectionTable;
  readonly slabs: WriteSlabs = new WriteSlabs();
  /** The stream is its own return path: the ID in the message says which query an answer belongs to. */
  readonly sink: ReplySink<LengthPrefixedStream>;
  /** Streams that got octets or replies in this turn of the event loop; two lists, used in turns. */
  #due: LengthPrefixedStream[] = [];
  #settled: LengthPrefixedStream[] = [];
  #isTurnEndAwaited = false;
  #unreadBytes = 0;
  #unreadChunks = 0;

  constructor(
    transport: Transport,
    handler: QueryHandler,
    limits: StreamLimits,
    counters: ListenerCounters,
    connections: ConnectionTable,
  ) {
    this.transport = transport;
    this.handler = handler;
    this.limits = limits;
    this.counters = counters;
    this.connections = connections;
    this.sink = {
      transport,
      answer: (stream, reply, length) => stream.answer(reply, length),
      drop: (stream) => stream.drop(),
      retain: (stream) => stream,
      clientId: (stream) => stream.clientId,
      keepaliveDeciseconds: (stream) => stream.keepaliveDeciseconds(),
    };
  }

  /** What edns-tcp-keepalive says (RFC 7828): the idle time in force, in units of 100 ms, or 0 where room gets short. */
  keepaliveDeciseconds(connection: Connection): number {
    if (this.connections.isCrowdedFor(connection)) return 0;
    return Math.min(Math.floor(this.limits.idleMilliseconds / 100), KEEPALIVE_MAX_DECISECONDS);
  }

  /** Has the stream settle at the end of this turn of the event loop, with all that will have come for it by then. */
  settleLater(stream: LengthPrefixedStream): void {
    if (!this.#isTurnEndAwaited) {
      this.#isTurnEndAwaited = true;
      setImmediate(endTurn, this);
    }
    this.#due.push(stream);
  }

  /** A chunk of so many octets waits for the end of the turn; where that gets too much, it ends now. */
  hold(bytes: number): void {
    this.#unreadBytes += bytes;
    this.#unreadChunks += 1;
    if (this.#unreadBytes > UNREAD_BYTES_MAX || this.#unreadChunks > UNREAD_CHUNKS_MAX) this.#settleAll();
  }

  endTurn(): void {
    this.#isTurnEndAwaited = false;
    this.#settleAll();
  }

  #settleAll(): void {
    const streams = this.#due;
    this.#due = this.#settled;
    this.#unreadBytes = 0;
    this.#unreadChunks = 0;
    for (const stream of streams) stream.settle();
    streams.length = 0;
    this.#settled = streams;
  }
}

function endTurn(service: StreamService): void {
  service.endTurn();
}
