// DoH over HTTP/2 on node:http2. One conversation per connection, one exchange per stream; the exchange is the return path.
//
// A dropped query is RST_STREAM with CANCEL: nothing is wrong with the request, and unlike REFUSED_STREAM it invites no retry.
// REFUSED_STREAM is for the in-flight limit. A connection that costs too much gets GOAWAY with ENHANCE_YOUR_CALM.

import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type ServerSessionOptions,
} from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { HEADER_BYTES } from '../../wire/header.ts';
import { COST } from './abuse-costs.ts';
import { type Connection, ignoreError } from './connection.ts';
import { DohConnection } from './doh-connection.ts';
import type { DohEngine, DohService } from './doh-engine.ts';
import { beginExchange, type DohExchange, refusalFields, replyFields } from './doh-exchange.ts';
import type { ReplySink } from './listener.ts';
import { RequestBody } from './request-body.ts';

const CONCURRENT_STREAMS_MAX = 100;
const { NGHTTP2_NO_ERROR, NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM, NGHTTP2_ENHANCE_YOUR_CALM } = constants;

export function createHttp2Engine(service: DohService): DohEngine {
  const sink: ReplySink<Http2Exchange> = {
    transport: service.transport,
    answer: (exchange, reply, length) => exchange.answer(reply, length),
    noteStale: (exchange) => exchange.noteStale(),
    clientId: (exchange) => exchange.clientId || exchange.connection.clientId,
    drop: (exchange) => exchange.drop(),
    retain: (exchange) => exchange,
  };
  const sessionOptions: ServerSessionOptions = {
    settings: {
      enablePush: false,
      maxConcurrentStreams: Math.min(CONCURRENT_STREAMS_MAX, service.limits.inFlightPerConnection),
      maxHeaderListSize: 16_384,
    },
    maxHeaderListPairs: 64,
    maxSessionMemory: 4,
    maxSessionInvalidFrames: 100,
    maxSessionRejectedStreams: 100,
    // Only a second line: the budget of points (http2/flood-budget.ts) ends a connection earlier.
    streamResetBurst: 500,
    streamResetRate: 30,
  };
  return {
    serve(connection, socket) {
      new Http2Conversation(service, sink, connection, performServerHandshake(socket as TLSSocket, sessionOptions));
    },
  };
}

class Http2Conversation {
  readonly accounts: DohConnection;
  readonly sink: ReplySink<Http2Exchange>;
  readonly #session: ServerHttp2Session;
  #isEnded = false;

  constructor(
    service: DohService,
    sink: ReplySink<Http2Exchange>,
    connection: Connection,
    session: ServerHttp2Session,
  ) {
    this.accounts = new DohConnection(service, connection);
    this.sink = sink;
    this.#session = session;
    connection.finish = () => {
      session.close();
      this.accounts.linger();
    };
    session.on('stream', (stream, headers) => this.#onStream(stream, headers));
    session.on('ping', () => this.charge(COST.CONTROL_FRAME));
    session.on('remoteSettings', () => this.charge(COST.CONTROL_FRAME));
    session.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code?.startsWith('ERR_HTTP2_') === true) service.counters.protocolError(service.transport);
    });
  }

  charge(points: number): void {
    if (!this.#isEnded && !this.accounts.charge(points)) this.end();
  }

  end(): void {
    this.#isEnded = true;
    this.#session.destroy(new Error('the connection costs too much'), NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #onStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on('error', ignoreError);
    if (stream.destroyed || this.accounts.isGone) return;
    const method = headers[':method'];
    const exchange = new Http2Exchange(this, stream, method === 'HEAD');
    beginExchange(exchange, {
      method,
      target: headers[':path'],
      contentType: headers['content-type'],
      contentLength: headers['content-length'],
      accept: headers.accept,
    });
  }
}

class Http2Exchange implements DohExchange {
  clientId = '';
  readonly #conversation: Http2Conversation;
  readonly #stream: ServerHttp2Stream;
  readonly #isHead: boolean;
  /** While it comes in: a query that waits for its answer does not hold its octets. */
  #body: RequestBody | undefined;
  #bodyTimer: NodeJS.Timeout | undefined;
  #isSettled = false;
  #isStale = false;
  #replyBytes = 0;

  constructor(conversation: Http2Conversation, stream: ServerHttp2Stream, isHead: boolean) {
    this.#conversation = conversation;
    this.#stream = stream;
    this.#isHead = isHead;
    stream.once('close', () => this.#onClose());
    if (!stream.endAfterHeaders) stream.on('data', (chunk: Buffer) => this.#onData(chunk));
  }

  /** The client may have reset the stream or gone since it asked. */
  get #isGone(): boolean {
    return this.#stream.destroyed || this.#stream.closed;
  }

  get connection(): Connection {
    return this.#conversation.accounts.connection;
  }

  readBody(): void {
    const { accounts } = this.#conversation;
    this.#body = new RequestBody();
    this.#bodyTimer = setTimeout(() => {
      accounts.bodyIsLate();
      this.#reset(NGHTTP2_CANCEL);
    }, accounts.service.limits.readMilliseconds);
    this.#stream.on('end', () => {
      const body = this.#body;
      if (this.#isSettled || body === undefined) return;
      this.#releaseBody();
      this.ask(body.bytes, body.length);
    });
  }

  ask(message: Uint8Array, length: number): void {
    const { accounts, sink } = this.#conversation;
    if (length < HEADER_BYTES) this.refuse(400);
    else if (!accounts.hasRoom()) this.#refuseStream();
    else accounts.ask(sink, this, message, length);
  }

  noteStale(): void {
    this.#isStale = true;
  }

  answer(reply: Uint8Array, length: number): void {
    this.#conversation.accounts.settled();
    this.#isSettled = true;
    if (this.#isGone) return;
    this.#replyBytes = this.#isHead ? 0 : length;
    this.#respond(
      { ':status': 200, ...replyFields(reply, length, this.#isStale) },
      this.#isHead ? undefined : Buffer.from(reply.subarray(0, length)),
    );
    this.#conversation.accounts.holdReply(this.#replyBytes);
  }

  drop(): void {
    this.#conversation.accounts.settled();
    this.#reset(NGHTTP2_CANCEL);
  }

  refuse(status: number): void {
    this.#isSettled = true;
    this.#releaseBody();
    this.#respond({ ':status': status, ...refusalFields(status) }, undefined);
    if (!this.#conversation.accounts.refused(status)) this.#conversation.end();
  }

  /** Read also where nobody wants it: Node would keep each frame in a buffer of its own. */
  #onData(chunk: Buffer): void {
    if (this.#isSettled || this.#body === undefined) this.#conversation.charge(COST.UNWANTED_CONTENT);
    else if (!this.#body.append(chunk)) this.refuse(413);
    else if (!this.#conversation.accounts.holdBody(chunk.length)) this.#reset(NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #refuseStream(): void {
    this.#reset(NGHTTP2_REFUSED_STREAM);
    this.#conversation.charge(COST.RESET);
  }

  #respond(headers: Record<string, string | number>, payload: Buffer | undefined): void {
    const stream = this.#stream;
    if (this.#isGone) return;
    if (payload === undefined) {
      stream.respond(headers, { endStream: true });
    } else {
      stream.respond(headers);
      stream.end(payload);
    }
    // A client that still has something to send is told to stop (RFC 9113 section 8.1), once the response is on its way.
    if (!stream.endAfterHeaders && !stream.readableEnded) {
      stream.once('finish', () => setImmediate(() => stream.close(NGHTTP2_NO_ERROR)));
    }
  }

  #reset(code: number): void {
    this.#isSettled = true;
    this.#releaseBody();
    this.#stream.close(code);
  }

  #releaseBody(): void {
    clearTimeout(this.#bodyTimer);
    if (this.#body !== undefined) this.#conversation.accounts.releaseBody(this.#body.length);
    this.#body = undefined;
  }

  #onClose(): void {
    this.#conversation.accounts.releaseReply(this.#replyBytes);
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#releaseBody();
    if (this.#stream.rstCode !== NGHTTP2_NO_ERROR) this.#conversation.charge(COST.RESET);
  }
}
