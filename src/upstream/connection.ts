// One HTTP/2 connection to one pinned address: opens it, carries requests, keeps it warm, and ends it. One socket; a new
// connection is a new Connection (route.ts).

import type { SecureContext, TLSSocket } from 'node:tls';
import { ERROR, errorName } from '../http2/frame.ts';
import type { Clock } from '../memory/monotonic-clock.ts';
import { connectPinned, type PinnedConnector } from './connect-pinned.ts';
import type { DohRequest } from './doh-request.ts';
import { Http2Client, type Http2ClientOwner, UNSENT_MAX_BYTES } from './http2-client.ts';
import type { RequestTemplate } from './request-template.ts';
import { brokenFailure, connectFailure, failure, type UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** One server at one address. */
export interface Endpoint {
  /** Server and address as the operator knows them. */
  readonly where: string;
  readonly url: URL;
  readonly template: RequestTemplate;
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
  /** It takes no more requests. Heard before the requests that end with it, so that nothing is repeated on it. */
  onEnding(connection: Connection): void;
  /** A stream has become free. */
  onStreamFree(): void;
}

export class Connection implements PinnedConnector, Http2ClientOwner {
  readonly #endpoint: Endpoint;
  readonly #limits: UpstreamLimits;
  readonly #clock: Clock;
  readonly #owner: ConnectionOwner;
  readonly #client: Http2Client;
  readonly #socket: TLSSocket;
  readonly #keepAlive: NodeJS.Timeout;
  /** Everything that has not ended, in order; those without a stream wait for the connection to open. */
  readonly #requests = new Set<DohRequest>();
  #sent = 0;
  #sentAt: number;
  #flushIsDue = false;
  #isReading = false;
  #awaitsPong = false;
  #isRetired = false;
  #isOver = false;
  /** TLS is up. */
  open = false;
  /** When the server last answered anything here. */
  heardAt = -Infinity;

  constructor(endpoint: Endpoint, limits: UpstreamLimits, clock: Clock, owner: ConnectionOwner) {
    this.#endpoint = endpoint;
    this.#limits = limits;
    this.#clock = clock;
    this.#owner = owner;
    this.#sentAt = clock();
    this.#client = new Http2Client(endpoint.template, clock, this);
    const { address, host, hostIsName, secureContext, url } = endpoint;
    const { connectMilliseconds } = limits;
    this.#socket = connectPinned(
      { address, port: Number(url.port || 443), host, hostIsName, secureContext, connectMilliseconds },
      this,
    );
    this.#socket.once('close', () => this.#onClosed());
    // Who waits for an answer keeps the process up (exchange.ts); a warm connection does not.
    this.#socket.unref();
    this.#keepAlive = setInterval(this.#onKeepAlive, Math.min(limits.pingMilliseconds, limits.idleMilliseconds));
    this.#keepAlive.unref();
  }

  get hasFreeStream(): boolean {
    return this.#requests.size < Math.min(this.#limits.streamsPerConnection, this.#client.streamsMax);
  }

  get idle(): boolean {
    return this.#requests.size === 0;
  }

  /** The server lets no stream be opened, though none is. */
  get barred(): boolean {
    return this.idle && !this.hasFreeStream;
  }

  /** Time for a new connection, before stream identifiers run out (RFC 9113 section 5.1.1). */
  get worn(): boolean {
    return this.#sent >= this.#limits.requestsPerConnection;
  }

  send(request: DohRequest): void {
    this.#requests.add(request);
    this.#sent++;
    this.#sentAt = this.#clock();
    request.connection = this;
    request.sentAt = this.#sentAt;
    if (!this.open) return;
    request.streamId = this.#client.request(request.query, request);
    this.#flushSoon();
  }

  /** The request's owner hears nothing more of it. */
  cancel(request: DohRequest): void {
    if (!this.#requests.delete(request)) return;
    if (request.streamId > 0) this.#client.cancel(request.streamId);
    this.#flushSoon();
    this.#onRequestEnded();
  }

  noteHeard(): void {
    this.heardAt = this.#clock();
  }

  /** The stream of `request` is over. */
  noteEnded(request: DohRequest): void {
    if (this.#requests.delete(request)) this.#onRequestEnded();
  }

  /** Takes no more requests; closes when the last one has ended. */
  retire(): void {
    this.#isRetired = true;
    if (this.idle) this.#end(ERROR.NO_ERROR);
  }

  /** Ends it now; requests in flight fail with `reason`. */
  destroy(reason: UpstreamFailure): void {
    this.#isOver = true;
    this.#socket.destroy();
    this.#failAll(reason);
  }

  onConnected(): void {
    this.open = true;
    this.#socket.on('data', this.#onData);
    for (const request of this.#requests) request.streamId = this.#client.request(request.query, request);
    this.#flush();
  }

  onConnectFailed(error: Error): void {
    if (this.#isOver) return;
    const reason = connectFailure(error, this.#endpoint.where);
    this.#owner.onConnectFailure(this, reason);
    this.#fail(reason);
  }

  onGoaway(): void {
    this.#isRetired = true;
    this.#owner.onEnding(this);
  }

  onPong(): void {
    this.#awaitsPong = false;
  }

  onSettings(): void {
    if (!this.#isRetired && !this.#isOver) this.#owner.onStreamFree();
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#isOver) return;
    this.#isReading = true;
    const fault = this.#client.receive(chunk);
    this.#isReading = false;
    if (fault === ERROR.NO_ERROR) {
      this.#flush();
      if (this.#isRetired && this.idle) this.#end(ERROR.NO_ERROR);
      return;
    }
    const { where } = this.#endpoint;
    this.#end(fault);
    this.#fail(failure('unreachable', 'broken', `${where}: connection broken (HTTP/2: ${errorName(fault)})`));
  };

  #onRequestEnded(): void {
    if (!this.#isRetired) this.#owner.onStreamFree();
    else if (this.idle && !this.#isReading) this.#end(ERROR.NO_ERROR);
  }

  /** When the running callback is over: what one batch of queries asks leaves in one record and one system call, and no later. */
  #flushSoon(): void {
    if (this.#flushIsDue || this.#isReading || !this.open) return;
    this.#flushIsDue = true;
    process.nextTick(this.#onFlushDue);
  }

  readonly #onFlushDue = (): void => {
    this.#flushIsDue = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#client.output.length === 0 || this.#isOver || !this.open) return;
    this.#socket.write(this.#client.output.take());
    if (this.#socket.writableLength <= UNSENT_MAX_BYTES) return;
    const { where } = this.#endpoint;
    this.#fail(failure('unreachable', 'broken', `${where}: connection broken (the server reads nothing)`));
  }

  readonly #onKeepAlive = (): void => {
    if (!this.open || this.#isOver) return;
    const idleMilliseconds = this.#clock() - Math.max(this.#sentAt, this.heardAt);
    if (this.idle && idleMilliseconds >= this.#limits.idleMilliseconds) {
      this.#owner.onEnding(this);
      this.#end(ERROR.NO_ERROR);
    } else if (this.#awaitsPong) {
      const { where } = this.#endpoint;
      this.#fail(failure('timeout', 'broken', `${where}: connection broken (no answer to PING)`));
    } else {
      this.#awaitsPong = true;
      this.#client.ping();
      this.#flush();
    }
  };

  /** Says goodbye and closes; nothing is in flight, or what is fails right after. */
  #end(errorCode: number): void {
    if (this.#isOver) return;
    this.#client.goaway(errorCode);
    this.#flush();
    this.#isOver = true;
    clearInterval(this.#keepAlive);
    if (!this.open) {
      this.#socket.destroy();
      return;
    }
    this.#socket.destroySoon();
    // A server that reads nothing would hold the last words for ever.
    const overdue = setTimeout(() => this.#socket.destroy(), this.#limits.connectMilliseconds);
    overdue.unref();
    this.#socket.once('close', () => clearTimeout(overdue));
  }

  #onClosed(): void {
    clearInterval(this.#keepAlive);
    if (this.#isOver) return;
    this.#fail(brokenFailure(this.#socket.errored ?? new Error('closed'), this.#endpoint.where));
  }

  /** It is over, and not by our wish. */
  #fail(reason: UpstreamFailure): void {
    this.#isOver = true;
    this.#owner.onEnding(this);
    this.#socket.destroy();
    this.#failAll(reason);
  }

  #failAll(reason: UpstreamFailure): void {
    clearInterval(this.#keepAlive);
    const requests = [...this.#requests];
    this.#requests.clear();
    for (const request of requests) request.fail(reason);
  }
}
