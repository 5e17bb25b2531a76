// One server at one address: its connection, the requests that wait for a stream, and what is known about its health.

import type { Clock } from '../memory/monotonic-clock.ts';
import { Connection, type ConnectionOwner, type Endpoint } from './connection.ts';
import type { DohRequest } from './doh-request.ts';
import type { Server } from './server.ts';
import { failure, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** `doubtful`: asked last, until a probe has decided. `failing`: not asked at all while that is fresh. */
export type RouteState = 'untried' | 'good' | 'doubtful' | 'failing';

export class Route implements ConnectionOwner {
  readonly server: Server;
  readonly address: string;
  readonly isIpv6: boolean;
  readonly where: string;
  readonly #endpoint: Endpoint;
  readonly #limits: UpstreamLimits;
  readonly #clock: Clock;
  readonly #onUnconnectable: (route: Route, reason: UpstreamFailure) => void;
  #connection: Connection | undefined;
  /** In order of arrival. */
  readonly #waiting = new Set<DohRequest>();

  // Written by health.ts alone.
  state: RouteState = 'untried';
  failure: UpstreamFailure | undefined;
  failedAt = -Infinity;
  failuresInARow = 0;
  nextProbeAt = -Infinity;
  probePauseMilliseconds: number;

  constructor(
    server: Server,
    endpoint: Endpoint,
    limits: UpstreamLimits,
    clock: Clock,
    onUnconnectable: (route: Route, reason: UpstreamFailure) => void,
  ) {
    this.server = server;
    this.address = endpoint.address;
    this.isIpv6 = endpoint.address.includes(':');
    this.where = endpoint.where;
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#clock = clock;
    this.#onUnconnectable = onUnconnectable;
    this.probePauseMilliseconds = limits.probeMilliseconds;
  }

  /** A request would be sent at once. */
  get hasRoom(): boolean {
    return this.#connection === undefined || this.#connection.hasFreeStream;
  }

  send(request: DohRequest): void {
    this.#waiting.add(request);
    this.onStreamFree();
  }

  /** Once more: the server has refused it unread on `connection`. */
  repeat(request: DohRequest, connection: Connection): void {
    this.#waiting.add(request);
    connection.noteEnded(request);
    this.onStreamFree();
  }

  /** Drops a request that has not been sent. */
  forget(request: DohRequest): void {
    this.#waiting.delete(request);
  }

  /** The next request gets a new connection; `connection` ends when its requests have ended. */
  replace(connection: Connection): void {
    connection.retire();
    this.#drop(connection);
  }

  /** Likewise for the present connection, if there is one. */
  replacePresent(): void {
    if (this.#connection !== undefined) this.replace(this.#connection);
  }

  /** The next request gets a new connection; `connection` ends now, and its requests may be repeated elsewhere. */
  giveUp(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
    connection.destroy(failure('timeout', 'broken', `${this.where}: no answer, connection given up`));
    this.onStreamFree();
  }

  /** Likewise for the present one, if the server has closed it to requests without ending it. */
  giveUpIfBarred(): void {
    if (this.#connection?.barred) this.giveUp(this.#connection);
  }

  close(reason: UpstreamFailure): void {
    const connection = this.#connection;
    this.#connection = undefined;
    this.#failWaiting(reason);
    connection?.destroy(reason);
  }

  onStreamFree(): void {
    if (this.#waiting.size === 0) return;
    for (const request of this.#waiting) {
      if (this.#connection?.worn) {
        this.#connection.retire();
        this.#connection = undefined;
      }
      this.#connection ??= new Connection(this.#endpoint, this.#limits, this.#clock, this);
      if (!this.#connection.hasFreeStream) return;
      this.#waiting.delete(request);
      this.#connection.send(request);
    }
  }

  onConnectFailure(connection: Connection, reason: UpstreamFailure): void {
    // One that has been replaced began before the present one: it knows less.
    if (connection !== this.#connection) return;
    this.#onUnconnectable(this, reason);
    this.#failWaiting(reason);
  }

  onEnding(connection: Connection): void {
    this.#drop(connection);
  }

  #drop(connection: Connection): void {
    if (this.#connection === connection) this.#connection = undefined;
    this.onStreamFree();
  }

  #failWaiting(reason: UpstreamFailure): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const request of waiting) request.fail(reason);
  }
}
