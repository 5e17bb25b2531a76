// What all connections of one TCP or DoT listener share.

import type { ConnectionTable } from './connection-table.ts';
import type { LengthPrefixedStream } from './length-prefixed-stream.ts';
import type { ListenerCounters, QueryHandler, ReplySink, StreamLimits, Transport } from './listener.ts';
import { ReplySlab } from './reply-slab.ts';

export class StreamService {
  readonly transport: Transport;
  readonly handler: QueryHandler;
  readonly limits: StreamLimits;
  readonly counters: ListenerCounters;
  readonly connections: ConnectionTable;
  readonly slab: ReplySlab = new ReplySlab();
  /** The stream is its own return path: the ID in the message says which query an answer belongs to. */
  readonly sink: ReplySink<LengthPrefixedStream>;
  /** Streams that got a reply outside of their 'data' event in this turn of the event loop; two lists, used in turns. */
  #late: LengthPrefixedStream[] = [];
  #settled: LengthPrefixedStream[] = [];

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
    };
  }

  /** Has the stream settle once all replies of this turn of the event loop are there. */
  settleLater(stream: LengthPrefixedStream): void {
    if (this.#late.length === 0) setImmediate(settleAll, this);
    this.#late.push(stream);
  }

  settleAll(): void {
    const streams = this.#late;
    this.#late = this.#settled;
    for (const stream of streams) stream.settle();
    streams.length = 0;
    this.#settled = streams;
  }
}

function settleAll(service: StreamService): void {
  service.settleAll();
}
