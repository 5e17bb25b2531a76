// The accounts of one DoH connection, whatever HTTP version runs on it: queries in flight, request bodies and replies held in
// memory, points for abuse, idle time.

import { FloodBudget } from '../../http2/flood-budget.ts';
import { COST } from './abuse-costs.ts';
import type { Connection } from './connection.ts';
import type { DohService } from './doh-engine.ts';
import { IdleTimer } from './idle-timer.ts';
import type { ReplySink } from './listener.ts';

/** Unfinished request bodies of one connection together. DNS queries are small: dozens of them fit many times. */
const BODY_BYTES_MAX = 131_072;

export class DohConnection {
  readonly connection: Connection;
  readonly service: DohService;
  readonly #budget = new FloodBudget(() => performance.now());
  readonly #idleTimer: IdleTimer;
  #bodyBytes = 0;
  #unreadReplyBytes = 0;

  constructor(service: DohService, connection: Connection) {
    this.service = service;
    this.connection = connection;
    this.#idleTimer = new IdleTimer(connection, service.transport, service.limits, service.counters);
    connection.socket.once('close', () => this.#idleTimer.stop());
  }

  /** Closed by us or the client; what its engine still finds in its buffers is not looked at. */
  get isGone(): boolean {
    return this.connection.socket.destroyed;
  }

  /** Whether one more query may be given to the handler; if not, that is counted. */
  hasRoom(): boolean {
    const { counters, limits, transport } = this.service;
    if (this.connection.inFlight < limits.inFlightPerConnection) return true;
    counters.limitHit(transport, 'inFlightPerConnection');
    return false;
  }

  /** Gives a query to the handler. For each call `settled` is called once. */
  ask<ReturnPath extends object>(
    sink: ReplySink<ReturnPath>,
    returnPath: ReturnPath,
    message: Uint8Array,
    length: number,
  ): void {
    const { connection, service } = this;
    connection.inFlight += 1;
    this.#idleTimer.touch();
    service.handler(sink as ReplySink, returnPath, message, length, connection.clientAddress);
    if (connection.inFlight > 0) service.connections.markBusy(connection);
    else service.connections.markIdle(connection);
  }

  /** A query was answered or dropped, whether its client is still there or not. */
  settled(): void {
    const { connection, service } = this;
    connection.inFlight -= 1;
    this.#idleTimer.touch();
    this.#budget.earn();
    if (connection.inFlight === 0) service.connections.markIdle(connection);
  }

  /** Octets of a request body have come in; false: this connection already holds too many. */
  holdBody(bytes: number): boolean {
    this.#bodyBytes += bytes;
    return this.#bodyBytes <= BODY_BYTES_MAX;
  }

  releaseBody(bytes: number): void {
    this.#bodyBytes -= bytes;
  }

  /** A reply of this size waits for its client. Ends the connection if too much does. */
  holdReply(bytes: number): void {
    this.#unreadReplyBytes += bytes;
    if (this.#unreadReplyBytes <= this.service.limits.unreadReplyBytes || this.isGone) return;
    this.service.counters.limitHit(this.service.transport, 'unreadReplyBytes');
    this.connection.socket.destroy();
  }

  releaseReply(bytes: number): void {
    this.#unreadReplyBytes -= bytes;
  }

  /** A request was refused with an HTTP error; false: it was one too many. */
  refused(status: number): boolean {
    if (status < 500) this.service.counters.protocolError(this.service.transport);
    return this.#budget.charge(COST.REFUSED_REQUEST);
  }

  /** The client did something that costs us; false: it was one too many. */
  charge(points: number): boolean {
    if (this.#budget.charge(points)) return true;
    this.service.counters.protocolError(this.service.transport);
    return false;
  }

  /** A body did not come in time. */
  bodyIsLate(): void {
    this.service.counters.limitHit(this.service.transport, 'readMilliseconds');
  }

  /** We have said that we close: the peer has the read time to do so too. */
  linger(): void {
    this.#idleTimer.linger();
  }
}
