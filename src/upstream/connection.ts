// One HTTP/2 connection to one pinned address, kept warm by undici, which also opens it again when it ends.

import type { SecureContext } from 'node:tls';
import { Client, errors } from 'undici';
import type { Clock } from '../memory/monotonic-clock.ts';
import { connectPinned } from './connect-pinned.ts';
import type { DohRequest } from './doh-request.ts';
import { brokenFailure, connectFailure, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** One server at one address. */
export interface Endpoint {
  /** Server and address as the operator knows them. */
  readonly where: string;
  readonly url: URL;
  /** Host of the URL without brackets. */
  readonly host: string;
  readonly hostIsName: boolean;
  readonly address: string;
  readonly secureContext: SecureContext;
}

/** What a connection tells the route that owns it. */
export interface ConnectionOwner {
  /** TCP, TLS, certificate or ALPN failed. Heard before the requests that wait for the connection. */
  onConnectFailure(connection: Connection, reason: UpstreamFailure): void;
  /** A stream has become free. */
  onStreamFree(): void;
}

// No user-agent, no cookies, nothing that tells two gateways apart; compression could make a small reply huge.
const HEADERS: Record<string, string> = { accept: 'application/dns-message', 'accept-encoding': 'identity' };

export class Connection {
  readonly #endpoint: Endpoint;
  readonly #limits: UpstreamLimits;
  readonly #clock: Clock;
  readonly #owner: ConnectionOwner;
  readonly #client: Client;
  /** Up to where the query is appended. */
  readonly #pathStart: string;
  #inFlight = 0;
  #sent = 0;
  #connectError: Error | undefined;
  #givenUp: UpstreamFailure | undefined;
  /** TLS is up. */
  open = false;
  /** When the server last answered anything here. */
  heardAt = -Infinity;

  constructor(endpoint: Endpoint, limits: UpstreamLimits, clock: Clock, owner: ConnectionOwner) {
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#clock = clock;
    this.#owner = owner;
    const { pathname, search } = endpoint.url;
    this.#pathStart = `${pathname}${search === '' ? '?' : `${search}&`}dns=`;
    const pinned = {
      address: endpoint.address,
      port: Number(endpoint.url.port || 443),
      host: endpoint.host,
      hostIsName: endpoint.hostIsName,
      secureContext: endpoint.secureContext,
      connectMilliseconds: limits.connectMilliseconds,
    };
    const connect = connectPinned(pinned, (error) => {
      this.#connectError = error;
      owner.onConnectFailure(this, connectFailure(error, endpoint.where));
    });
    this.#client = new Client(endpoint.url.origin, {
      connect: (options, callback) => {
        this.open = false;
        connect(options, callback);
      },
      allowH2: true,
      // Who asks keeps the time (exchange.ts): a slow name must not cost the connection, nor end one of several tries.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: limits.idleMilliseconds,
      h2Options: { maxConcurrentStreams: limits.streamsPerConnection, pingInterval: limits.pingMilliseconds },
    });
    this.#client.on('connect', () => {
      this.open = true;
    });
  }

  get hasFreeStream(): boolean {
    return this.#inFlight < this.#limits.streamsPerConnection;
  }

  get idle(): boolean {
    return this.#inFlight === 0;
  }

  /** Time for a new connection, before stream identifiers run out (RFC 9113 section 5.1.1). */
  get worn(): boolean {
    return this.#sent >= this.#limits.requestsPerConnection;
  }

  /**
   * By GET (RFC 8484 section 4.1), never by POST: when undici resets several streams whose bodies the server has not let through
   * yet, node:http2 loses track of the bodies and, once the server opens its window, loops for ever. A GET has no body, and
   * is one frame instead of two.
   */
  send(request: DohRequest): void {
    this.#inFlight++;
    this.#sent++;
    request.connection = this;
    request.sentAt = this.#clock();
    const { buffer, byteOffset, length } = request.query;
    const path = this.#pathStart + Buffer.from(buffer, byteOffset, length).toString('base64url');
    this.#client.dispatch({ path, method: 'GET', headers: HEADERS }, request);
  }

  noteHeard(): void {
    this.heardAt = this.#clock();
  }

  noteEnded(): void {
    this.#inFlight--;
    this.#owner.onStreamFree();
  }

  failureOf(error: Error): UpstreamFailure {
    if (error === this.#connectError) return connectFailure(error, this.#endpoint.where);
    return this.#givenUp ?? brokenFailure(error, this.#endpoint.where);
  }

  /** Takes no more requests; closes when the last one has ended. */
  retire(): void {
    this.#client.close().catch(() => {});
  }

  /** Ends it now; requests in flight fail with `reason`. */
  destroy(reason: UpstreamFailure): Promise<void> {
    this.#givenUp = reason;
    return this.#client.destroy(new errors.SocketError('connection given up')).catch(() => {});
  }
}
