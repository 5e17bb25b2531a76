// The listeners of one query thread: opened, closed and given new certificates as the control plane says.

import type { ListeningSocket } from '../sockets/listening-socket.ts';
import { ConnectionTable } from './listeners/connection-table.ts';
import { startDohListener } from './listeners/doh-listener.ts';
import { startDotListener } from './listeners/dot-listener.ts';
import type { Listener, ListenerCounters, QueryHandler, StreamLimits, TlsCertificate } from './listeners/listener.ts';
import { PendingChallenges, type TlsChallenge } from './listeners/pending-challenges.ts';
import type { StreamListenerOptions, TlsListener } from './listeners/stream-options.ts';
import { startTcpListener } from './listeners/tcp-listener.ts';
import { DOH, DOT, TCP } from './listeners/transports.ts';
import { startUdpListener } from './listeners/udp-listener.ts';

/** Fixed for now; a [limits] table is reserved for them. Android keeps a connection idle for 20 s before it closes it itself. */
export const STREAM_LIMITS: StreamLimits = {
  connections: 10_000,
  connectionsPerClient: 200,
  inFlightPerConnection: 256,
  idleMilliseconds: 30_000,
  readMilliseconds: 10_000,
  unreadReplyBytes: 1 << 20,
};

/** Where there is little room, no client alone can take that of its neighbors. */
const CLIENT_SHARE_MAX = 1 / 4;

export interface ThreadListenersOptions {
  readonly handler: QueryHandler;
  readonly counters: ListenerCounters;
  readonly certificates: readonly TlsCertificate[];
  readonly challenges: readonly TlsChallenge[];
  readonly ticketKeys: Uint8Array;
  /** Of each kind, where the system gives room for less than we would take; undefined: it does not. */
  readonly connectionsMax?: number;
}

export class ThreadListeners {
  readonly #options: ThreadListenersOptions;
  /** By socket, also those about to open: what is said of a socket meanwhile must reach its listener. */
  readonly #listeners = new Map<number, Promise<Listener>>();
  readonly #tlsListeners = new Map<number, TlsListener>();
  /** One table per kind, so that limits hold over all addresses. */
  readonly #connections: {
    readonly tcp: ConnectionTable;
    readonly dot: ConnectionTable;
    readonly doh: ConnectionTable;
  };
  readonly #limits: StreamLimits;
  readonly #challenges = new PendingChallenges();
  #certificates: readonly TlsCertificate[];
  #ticketKeys: Uint8Array;

  constructor(options: ThreadListenersOptions) {
    this.#options = options;
    this.#certificates = options.certificates;
    this.#ticketKeys = options.ticketKeys;
    this.#challenges.replace(options.challenges);
    const { counters, connectionsMax = STREAM_LIMITS.connections } = options;
    const connections = Math.min(STREAM_LIMITS.connections, connectionsMax);
    const ofOneClient = Math.ceil(connections * CLIENT_SHARE_MAX);
    const connectionsPerClient = Math.min(STREAM_LIMITS.connectionsPerClient, ofOneClient);
    this.#limits = { ...STREAM_LIMITS, connections, connectionsPerClient };
    this.#connections = {
      tcp: new ConnectionTable(TCP, this.#limits, counters),
      dot: new ConnectionTable(DOT, this.#limits, counters),
      doh: new ConnectionTable(DOH, this.#limits, counters),
    };
  }

  /** Rejects with the system's error; the socket may then be tried again. */
  async open(socket: ListeningSocket): Promise<void> {
    // An address that appears while a thread starts can reach it twice.
    if (this.#listeners.has(socket.id)) return;
    const opening = this.#start(socket);
    this.#listeners.set(socket.id, opening);
    try {
      await opening;
    } catch (error) {
      if (this.#listeners.get(socket.id) === opening) this.#listeners.delete(socket.id);
      throw error;
    }
  }

  #start(socket: ListeningSocket): Promise<Listener> {
    const { handler, counters } = this.#options;
    if (socket.kind === 'udp') return startUdpListener({ socket, handler, counters });
    const stream = { socket, handler, counters, limits: this.#limits, connections: this.#connections[socket.kind] };
    return socket.kind === 'tcp' ? startTcpListener(stream) : this.#startTls(stream);
  }

  async #startTls(stream: StreamListenerOptions): Promise<TlsListener> {
    const { id, kind } = stream.socket;
    const certificates = this.#certificates;
    const ticketKeys = this.#ticketKeys;
    const tls = { ...stream, certificates, ticketKeys, challenges: this.#challenges };
    const listener = await (kind === 'dot' ? startDotListener(tls) : startDohListener(tls));
    if (certificates !== this.#certificates) listener.setCertificates(this.#certificates);
    if (ticketKeys !== this.#ticketKeys) listener.setTicketKeys(this.#ticketKeys);
    if (this.#listeners.has(id)) this.#tlsListeners.set(id, listener);
    return listener;
  }

  async close(ids: Iterable<number>, graceMilliseconds: number): Promise<void> {
    const closing = [...ids].map(async (id) => {
      const opening = this.#listeners.get(id);
      this.#listeners.delete(id);
      this.#tlsListeners.delete(id);
      const listener = await opening?.catch(couldNotOpen);
      await listener?.close(graceMilliseconds);
    });
    await Promise.all(closing);
  }

  async closeAll(graceMilliseconds: number): Promise<void> {
    await this.close([...this.#listeners.keys()], graceMilliseconds);
  }

  /** New handshakes get these; live connections stay as they are. Throws if a pair cannot be used; the old ones stay then. */
  setCertificates(certificates: readonly TlsCertificate[]): void {
    for (const listener of this.#tlsListeners.values()) listener.setCertificates(certificates);
    this.#certificates = certificates;
  }

  /** From when this returns, whoever offers `acme-tls/1` alone is shown these. Throws if one cannot be used; the old ones stay then. */
  setChallenges(challenges: readonly TlsChallenge[]): void {
    this.#challenges.replace(challenges);
  }

  setTicketKeys(ticketKeys: Uint8Array): void {
    for (const listener of this.#tlsListeners.values()) listener.setTicketKeys(ticketKeys);
    this.#ticketKeys = ticketKeys;
  }
}

/** Whoever opened it hears of the error. */
function couldNotOpen(): undefined {}
