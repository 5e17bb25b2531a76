// All open connections of one listener kind in a query thread, and who has to go when there is no room for a new one.
// Every operation is O(1), except the choice among the few connections of one client.

import type { Connection } from './connection.ts';
import type { ListenerCounters, StreamLimits, Transport } from './listener.ts';

/** A tenth of the room: for those who come while the ones that were asked to leave do so. */
const CROWDED_SHARE = 0.9;

export class ConnectionTable {
  readonly #transport: Transport;
  readonly #limits: StreamLimits;
  readonly #counters: ListenerCounters;
  readonly #byClient = new Map<string, Connection[]>();
  #count = 0;
  #firstIdle: Connection | undefined;
  #lastIdle: Connection | undefined;
  #idleTurns = 0;

  constructor(transport: Transport, limits: StreamLimits, counters: ListenerCounters) {
    this.#transport = transport;
    this.#limits = limits;
    this.#counters = counters;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Takes a new connection in, or says no. At a limit the connection that has been without queries for longest makes room:
   * at the limit of one client one of its own, so that nobody pays for a neighbor.
   */
  admit(connection: Connection): boolean {
    const ofClient = this.#byClient.get(connection.clientKey);
    if (ofClient !== undefined && ofClient.length >= this.#limits.connectionsPerClient) {
      this.#counters.limitHit(this.#transport, 'connectionsPerClient');
      if (!this.#evict(idlestOf(ofClient))) return false;
    }
    if (this.#count >= this.#limits.connections) {
      this.#counters.limitHit(this.#transport, 'connections');
      if (!this.#evict(this.#firstIdle)) return false;
    }
    const siblings = this.#byClient.get(connection.clientKey);
    if (siblings === undefined) this.#byClient.set(connection.clientKey, [connection]);
    else siblings.push(connection);
    this.#count += 1;
    connection.isAdmitted = true;
    this.markIdle(connection);
    return true;
  }

  /** Whether so few more are taken in, from anybody or from this client, that those who can should leave. */
  isCrowdedFor(connection: Connection): boolean {
    const { connections, connectionsPerClient } = this.#limits;
    if (this.#count >= connections * CROWDED_SHARE) return true;
    const ofClient = this.#byClient.get(connection.clientKey);
    return ofClient !== undefined && ofClient.length >= connectionsPerClient * CROWDED_SHARE;
  }

  /** Nothing is in flight on it since now. */
  markIdle(connection: Connection): void {
    if (!connection.isAdmitted) return;
    connection.idleTurn = ++this.#idleTurns;
    if (connection === this.#lastIdle) return;
    this.markBusy(connection);
    connection.isIdle = true;
    connection.previousIdle = this.#lastIdle;
    if (this.#lastIdle === undefined) this.#firstIdle = connection;
    else this.#lastIdle.nextIdle = connection;
    this.#lastIdle = connection;
  }

  /** Queries are in flight on it: it may not be closed to make room. */
  markBusy(connection: Connection): void {
    if (!connection.isIdle) return;
    const { previousIdle, nextIdle } = connection;
    if (previousIdle === undefined) this.#firstIdle = nextIdle;
    else previousIdle.nextIdle = nextIdle;
    if (nextIdle === undefined) this.#lastIdle = previousIdle;
    else nextIdle.previousIdle = previousIdle;
    connection.previousIdle = undefined;
    connection.nextIdle = undefined;
    connection.isIdle = false;
  }

  /** Forgets a connection that has closed; one that was closed to make room is forgotten already. */
  remove(connection: Connection): void {
    if (!connection.isAdmitted) return;
    connection.isAdmitted = false;
    const ofClient = this.#byClient.get(connection.clientKey)!;
    ofClient[ofClient.indexOf(connection)] = ofClient[ofClient.length - 1]!;
    ofClient.pop();
    if (ofClient.length === 0) this.#byClient.delete(connection.clientKey);
    this.#count -= 1;
    this.markBusy(connection);
  }

  #evict(connection: Connection | undefined): boolean {
    if (connection === undefined) return false;
    this.remove(connection);
    connection.socket.destroy();
    return true;
  }
}

function idlestOf(connections: readonly Connection[]): Connection | undefined {
  let idlest: Connection | undefined;
  for (const connection of connections) {
    if (connection.isIdle && (idlest === undefined || connection.idleTurn < idlest.idleTurn)) idlest = connection;
  }
  return idlest;
}
