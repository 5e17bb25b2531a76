// DoH over HTTP/1.1 on node:http, for clients that know no HTTP/2. One conversation per connection, one exchange per request; an
// exchange is its request's return path. A dropped query closes the connection.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { HEADER_BYTES } from '../../wire/header.ts';
import { COST } from './abuse-costs.ts';
import { type Connection, ignoreError } from './connection.ts';
import { DohConnection } from './doh-connection.ts';
import type { DohEngine, DohService } from './doh-engine.ts';
import { beginExchange, type DohExchange, refusalFields, replyFields } from './doh-exchange.ts';
import { Http1Stream } from './doh-http1-stream.ts';
import type { ReplySink } from './listener.ts';
import { RequestBody } from './request-body.ts';

/**
 * Requests of one connection whose responses have not left, at most. Responses leave in order, so that a hit waits with its whole
 * head behind an earlier miss; what the client pipelines beyond is not read until one has left.
 */
const OPEN_MAX = 32;

export function createHttp1Engine(service: DohService): DohEngine {
  const sink: ReplySink<Http1Exchange> = {
    transport: service.transport,
    answer: (exchange, reply, length) => exchange.answer(reply, length),
    noteStale: (exchange) => exchange.noteStale(),
    clientId: (exchange) => exchange.clientId || exchange.connection.clientId,
    drop: (exchange) => exchange.drop(),
    retain: (exchange) => exchange,
  };
  const conversations = new WeakMap<Duplex, Http1Conversation>();
  // It never listens: connections are handed to it. Its timeouts are off, ours (DohConnection, exchange) hold.
  const server = createServer({ maxHeaderSize: 16_384, keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.maxHeadersCount = 64;
  server.on('request', (request, response) => {
    conversations.get(request.socket)?.onRequest(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    conversations.get(socket)?.onMalformed(error);
  });
  return {
    serve(connection, socket) {
      const conversation = new Http1Conversation(service, sink, connection, socket);
      conversations.set(conversation.stream, conversation);
      server.emit('connection', conversation.stream);
    },
  };
}

class Http1Conversation {
  readonly accounts: DohConnection;
  readonly sink: ReplySink<Http1Exchange>;
  readonly stream: Http1Stream;
  readonly #openMax: number;
  /** Requests whose response has not left. */
  #open = 0;
  /** The last that was read, while it is open. */
  #newest: IncomingMessage | undefined;
  #isFinishing = false;

  constructor(service: DohService, sink: ReplySink<Http1Exchange>, connection: Connection, socket: TLSSocket) {
    this.accounts = new DohConnection(service, connection);
    this.sink = sink;
    this.stream = new Http1Stream(socket, () => this.#hasRoom());
    this.#openMax = Math.min(OPEN_MAX, service.limits.inFlightPerConnection);
    connection.finish = () => this.#finish();
  }

  /** Whether the connection ends with the response to this request: no more are read, and this is the last that was. */
  endsWith(request: IncomingMessage): boolean {
    return this.#isFinishing && this.#newest === request;
  }

  onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (this.accounts.isGone) return;
    this.#open += 1;
    this.#newest = request;
    response.once('close', () => {
      this.#open -= 1;
      if (this.#newest === request) this.#newest = undefined;
      if (this.#isFinishing && this.#open === 0) this.stream.end();
      this.stream.proceed();
    });
    beginExchange(new Http1Exchange(this, request, response), {
      method: request.method,
      target: request.url,
      contentType: request.headers['content-type'],
      contentLength: request.headers['content-length'],
      accept: request.headers.accept,
    });
  }

  /** What came is not HTTP/1.1, or larger than a head may be. */
  onMalformed(error: NodeJS.ErrnoException): void {
    const { stream } = this;
    if (error.code?.startsWith('HPE_') !== true || this.#open > 0 || !stream.writable) {
      stream.destroy();
      return;
    }
    this.accounts.refused(400);
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    stream.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    this.accounts.linger();
  }

  close(): void {
    this.accounts.connection.socket.destroy();
  }

  /** Once the end has begun, only the rest of a request that has. */
  #hasRoom(): boolean {
    return this.#open < this.#openMax && (!this.#isFinishing || this.#newest?.complete === false);
  }

  #finish(): void {
    if (this.#isFinishing) return;
    this.#isFinishing = true;
    if (this.#open === 0) this.stream.end();
    this.accounts.linger();
  }
}

class Http1Exchange implements DohExchange {
  clientId = '';
  readonly #conversation: Http1Conversation;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #hasContent: boolean;
  /** While it comes in: a query that waits for its answer does not hold its octets. */
  #body: RequestBody | undefined;
  #bodyTimer: NodeJS.Timeout | undefined;
  #isSettled = false;
  #isStale = false;
  #replyBytes = 0;

  constructor(conversation: Http1Conversation, request: IncomingMessage, response: ServerResponse) {
    this.#conversation = conversation;
    this.#request = request;
    this.#response = response;
    request.on('error', ignoreError);
    response.on('error', ignoreError);
    response.once('close', () => this.#onClose());
    this.#hasContent = announcesContent(request);
    if (this.#hasContent) request.on('data', (chunk: Buffer) => this.#onData(chunk));
  }

  get connection(): Connection {
    return this.#conversation.accounts.connection;
  }

  readBody(): void {
    if (!this.#hasContent) {
      this.refuse(400);
      return;
    }
    this.#body = new RequestBody();
    this.#bodyTimer = setTimeout(
      () => this.#onBodyTimeout(),
      this.#conversation.accounts.service.limits.readMilliseconds,
    );
    this.#request.on('end', () => {
      const body = this.#body;
      if (this.#isSettled || body === undefined) return;
      this.#releaseBody();
      this.ask(body.bytes, body.length);
    });
  }

  ask(message: Uint8Array, length: number): void {
    const { accounts, sink } = this.#conversation;
    if (length < HEADER_BYTES) this.refuse(400);
    else accounts.ask(sink, this, message, length);
  }

  noteStale(): void {
    this.#isStale = true;
  }

  answer(reply: Uint8Array, length: number): void {
    this.#conversation.accounts.settled();
    this.#isSettled = true;
    // The client may have gone since it asked.
    if (this.#response.destroyed) return;
    this.#replyBytes = length;
    this.#respond(200, replyFields(reply, length, this.#isStale), Buffer.from(reply.subarray(0, length)));
    this.#conversation.accounts.holdReply(length);
  }

  drop(): void {
    this.#conversation.accounts.settled();
    this.#isSettled = true;
    this.#conversation.close();
  }

  refuse(status: number): void {
    this.#isSettled = true;
    this.#releaseBody();
    // The end of a body that nobody wants is not waited for: the connection ends with this response.
    if (this.#hasContent && !this.#request.complete) this.#response.shouldKeepAlive = false;
    this.#respond(status, refusalFields(status), undefined);
    if (!this.#conversation.accounts.refused(status)) this.#conversation.close();
  }

  /** Read also where nobody wants it: Node would keep each piece in a buffer of its own. */
  #onData(chunk: Buffer): void {
    const { accounts } = this.#conversation;
    if (accounts.isGone) return;
    if (this.#isSettled || this.#body === undefined) {
      if (!accounts.charge(COST.UNWANTED_CONTENT)) this.#conversation.close();
    } else if (!this.#body.append(chunk)) {
      this.refuse(413);
    }
  }

  #respond(status: number, headers: Record<string, string | number>, payload: Buffer | undefined): void {
    if (this.#response.destroyed) return;
    if (this.#conversation.endsWith(this.#request)) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(status, headers);
    this.#response.end(payload);
  }

  #onBodyTimeout(): void {
    const { accounts, stream } = this.#conversation;
    if (stream.isHeld) {
      // The rest may be what waits for us.
      this.#bodyTimer?.refresh();
    } else {
      accounts.bodyIsLate();
      this.#conversation.close();
    }
  }

  #releaseBody(): void {
    clearTimeout(this.#bodyTimer);
    this.#body = undefined;
  }

  #onClose(): void {
    this.#releaseBody();
    this.#isSettled = true;
    this.#conversation.accounts.releaseReply(this.#replyBytes);
  }
}

/** RFC 9112 section 6.3: a request has content if its head says how long that is, or that it is in chunks. */
function announcesContent(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && Number(length) > 0);
}
