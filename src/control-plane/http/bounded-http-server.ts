// A small HTTP/1.1 server whose clients cannot hold it up: every connection is for one request without a body and ends after its
// answer, or after a while; there are only so many connections, and only so many requests a second; who is not permitted is not
// heard; and an answer that cannot be made ends nothing but its connection. Main thread.

import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createStreamServer, type Server as StreamServer, type Socket } from 'node:net';
import { AccessList, type AddressRange } from '../../policy/access-list.ts';
import { listenStream } from '../../sockets/adopt-socket.ts';
import type { ListenerKind, ListeningSocket } from '../../sockets/listening-socket.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { FirstRequest } from './first-request.ts';
import { RequestBudget, type RequestRate } from './request-budget.ts';

/** At so many the oldest makes room. */
const CONNECTIONS_MAX = 64;
/** Of one client, so that it cannot push out all others. */
const CONNECTIONS_PER_CLIENT = 16;
const CONNECTION_MILLISECONDS = 15_000;
/**
 * Taken in within a second; others wait in the system's queue for the next one. Each costs the main thread a fraction of a
 * millisecond, whatever it is answered.
 */
const ACCEPTED_PER_SECOND = 100;
const HEADERS_MAX_BYTES = 8_192;
/** Beyond the budget there is this, which costs nothing to make. */
const TOO_MANY = [
  `HTTP/1.1 503 ${STATUS_CODES[503]}`,
  'retry-after: 1',
  'content-length: 0',
  'connection: close',
  '',
  '',
].join('\r\n');

export class BoundedHttpServer {
  readonly #permitted: AccessList;
  readonly #budget: RequestBudget;
  readonly #isExpected: (target: string) => boolean;
  /** Listens nowhere: it is handed connections. */
  readonly #http: Server;
  readonly #listening = new Map<ListeningSocket<ListenerKind>, StreamServer>();
  /** Until it comes, nobody is taken in. */
  #pause: NodeJS.Timeout | undefined;
  #acceptedSince = 0;
  #accepted = 0;
  /** The oldest first. */
  readonly #connections = new Map<Socket, NodeJS.Timeout>();

  /**
   * `isExpected`: requests for this target are answered beyond the budget, since only those who are told of it know it. `onFault`:
   * hears why a request got no other answer than 500.
   */
  constructor(
    permitted: readonly AddressRange[],
    rate: RequestRate,
    onRequest: RequestListener,
    isExpected: (target: string) => boolean = () => false,
    onFault: (error: unknown) => void = () => undefined,
  ) {
    this.#isExpected = isExpected;
    this.#permitted = new AccessList(permitted);
    this.#budget = new RequestBudget(rate);
    const answer: RequestListener = (request, response) => {
      response.setHeader('connection', 'close');
      try {
        onRequest(request, response);
      } catch (error) {
        onFault(error);
        giveUp(response);
      }
    };
    this.#http = createServer({ maxHeaderSize: HEADERS_MAX_BYTES }, answer);
    // An expectation is met by an answer to the request: no body is waited for (RFC 9110 section 10.1.1).
    this.#http.on('checkContinue', answer).on('checkExpectation', answer);
  }

  /** Answers on this socket too. Rejects with the system's error. */
  async listen(socket: ListeningSocket<ListenerKind>): Promise<void> {
    const server = createStreamServer({ allowHalfOpen: true }, (connection) => {
      this.#countAccepted();
      this.#admit(connection);
    });
    this.#listening.set(socket, server);
    await listenStream(server, socket);
    // A failed accept, for want of descriptors: the next connection finds the server as it was.
    server.on('error', () => undefined);
    server.unref();
  }

  close(): void {
    clearTimeout(this.#pause);
    for (const server of this.#listening.values()) server.close();
    this.#listening.clear();
    for (const connection of this.#connections.keys()) connection.destroy();
  }

  /** Only a socket that the main thread keeps open by its descriptor goes on collecting connections while nobody listens. */
  #countAccepted(): void {
    const now = performance.now();
    if (now - this.#acceptedSince >= 1_000) {
      this.#acceptedSince = now;
      this.#accepted = 0;
    }
    if (++this.#accepted < ACCEPTED_PER_SECOND || this.#pause !== undefined) return;
    const paused = [...this.#listening].filter(([{ descriptor }]) => descriptor !== undefined);
    for (const [, server] of paused) server.close();
    this.#listenAgainLater(paused.map(([socket]) => socket));
  }

  #listenAgainLater(sockets: readonly ListeningSocket<ListenerKind>[]): void {
    const left = Math.max(1, 1_000 - (performance.now() - this.#acceptedSince));
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#acceptedSince = performance.now();
      this.#accepted = 0;
      // Without descriptors there is nothing to listen with: once more, later.
      for (const socket of sockets) this.listen(socket).catch(() => this.#listenAgainLater([socket]));
    }, left).unref();
  }

  #admit(connection: Socket): void {
    const address = new Uint8Array(16);
    if (!parseAddress(connection.remoteAddress ?? '', address) || !this.#permitted.permits(address)) {
      connection.destroy();
      return;
    }
    const own = [...this.#connections.keys()].filter((it) => it.remoteAddress === connection.remoteAddress);
    if (own.length >= CONNECTIONS_PER_CLIENT) this.#end(own[0]!);
    const [oldest] = this.#connections.keys();
    if (oldest !== undefined && this.#connections.size >= CONNECTIONS_MAX) this.#end(oldest);
    const overdue = setTimeout(() => connection.destroy(), CONNECTION_MILLISECONDS).unref();
    this.#connections.set(connection, overdue);
    connection.once('close', () => this.#end(connection));
    const request = new FirstRequest(connection, HEADERS_MAX_BYTES, (target) => {
      if (this.#isExpected(target) || this.#budget.take(address, performance.now())) return true;
      connection.end(TOO_MANY);
      return false;
    });
    this.#http.emit('connection', request);
  }

  #end(connection: Socket): void {
    clearTimeout(this.#connections.get(connection));
    this.#connections.delete(connection);
    connection.destroy();
  }
}

function giveUp(response: ServerResponse): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-length': 0 }).end();
}
