// Ends a connection on which nothing happens: in good order after the idle time, by force if the peer then does not follow.

import type { Connection } from './connection.ts';
import type { ListenerCounters, StreamLimits, Transport } from './listener.ts';

export class IdleTimer {
  readonly #connection: Connection;
  readonly #transport: Transport;
  readonly #limits: StreamLimits;
  readonly #counters: ListenerCounters;
  #timeout: NodeJS.Timeout;
  #isLingering = false;

  constructor(connection: Connection, transport: Transport, limits: StreamLimits, counters: ListenerCounters) {
    this.#connection = connection;
    this.#transport = transport;
    this.#limits = limits;
    this.#counters = counters;
    this.#timeout = setTimeout(onTimeout, limits.idleMilliseconds, this);
  }

  /** The client did something useful: its idle time starts again. */
  touch(): void {
    if (!this.#isLingering) this.#timeout.refresh();
  }

  /** We are about to end the connection: the peer has the read time to end its side. */
  linger(): void {
    if (this.#isLingering) return;
    this.#isLingering = true;
    clearTimeout(this.#timeout);
    this.#timeout = setTimeout(onTimeout, this.#limits.readMilliseconds, this);
  }

  stop(): void {
    clearTimeout(this.#timeout);
  }

  expire(): void {
    // Queries in flight end by themselves (the upstream has a deadline); the time starts again after them.
    if (this.#connection.inFlight > 0) {
      this.#timeout.refresh();
    } else if (this.#isLingering) {
      this.#connection.socket.destroy();
    } else {
      this.#counters.limitHit(this.#transport, 'idleMilliseconds');
      this.#connection.finish();
      this.linger();
    }
  }
}

function onTimeout(timer: IdleTimer): void {
  timer.expire();
}
