// A DoH server over node:http2 that does what a test tells it, for what no real server can be made to do.

import { once } from 'node:events';
import {
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';

export interface ScriptedRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: Buffer;
  readonly stream: ServerHttp2Stream;
  readonly session: ServerHttp2Session;
  /** How many requests came before this one, over all connections. */
  readonly index: number;
  /** Answers with status 200 and the right media type. */
  answer(message: Uint8Array): void;
  /** Answers with anything. */
  reply(headers: Record<string, string | number>, body?: Uint8Array | string): void;
}

export interface ScriptedServerOptions {
  readonly certPem: string;
  readonly keyPem: string;
  readonly address?: string;
  /** 0: any free one. */
  readonly port?: number;
  /** Streams that a client may have open at once. */
  readonly maxConcurrentStreams?: number;
  /** Default: `answerTo(query)`. */
  readonly respond?: (request: ScriptedRequest) => void;
}

export interface ScriptedServer {
  readonly address: string;
  readonly port: number;
  /** Everything asked so far. */
  readonly requests: ScriptedRequest[];
  /** All connections so far; ended ones are `destroyed`. */
  readonly sessions: ServerHttp2Session[];
  respond: (request: ScriptedRequest) => void;
  /** Resolves when `count` requests have been asked in all. */
  asked(count: number): Promise<void>;
  /** Ends all connections and stops. */
  stop(): Promise<void>;
}

const DNS_MESSAGE = 'application/dns-message';

export async function startScriptedServer(options: ScriptedServerOptions): Promise<ScriptedServer> {
  const address = options.address ?? '127.0.0.1';
  const server = createSecureServer({
    cert: options.certPem,
    key: options.keyPem,
    settings: { maxConcurrentStreams: options.maxConcurrentStreams ?? 100 },
  });
  const sockets = new Set<Socket>();
  let waiting: { count: number; resolve: () => void }[] = [];
  const scripted = {
    address,
    port: 0,
    requests: [] as ScriptedRequest[],
    sessions: [] as ServerHttp2Session[],
    respond: options.respond ?? ((request: ScriptedRequest) => request.answer(answerTo(request.query))),
    asked: (count: number): Promise<void> => {
      if (scripted.requests.length >= count) return Promise.resolve();
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
    stop: async (): Promise<void> => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => {
    scripted.sessions.push(session);
    session.on('error', () => {});
  });
  // A client that does not like the certificate ends the handshake: its business.
  server.on('tlsClientError', () => {});
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const reply = (replyHeaders: Record<string, string | number>, body?: Uint8Array | string): void => {
        if (stream.destroyed) return;
        stream.respond(replyHeaders);
        stream.end(body);
      };
      const request: ScriptedRequest = {
        headers,
        query: headers[':method'] === 'GET' ? queryInPath(headers[':path']!) : Buffer.concat(chunks),
        stream,
        session: stream.session as ServerHttp2Session,
        index: scripted.requests.length,
        reply,
        answer: (message) => reply({ ':status': 200, 'content-type': DNS_MESSAGE }, message),
      };
      scripted.requests.push(request);
      waiting = waiting.filter(({ count, resolve }) => {
        if (scripted.requests.length < count) return true;
        resolve();
        return false;
      });
      scripted.respond(request);
    });
  });
  server.listen(options.port ?? 0, address);
  await once(server, 'listening');
  scripted.port = (server.address() as AddressInfo).port;
  return scripted;
}

function queryInPath(path: string): Buffer {
  return Buffer.from(new URLSearchParams(path.slice(path.indexOf('?'))).get('dns') ?? '', 'base64url');
}

/** A NOERROR answer to `query` with one A record, 192.0.2.1, TTL 300. */
export function answerTo(query: Uint8Array): Buffer {
  const question = questionOf(query);
  const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, 192, 0, 2, 1]);
  return Buffer.concat([header, question, record]);
}

/** An answer with an RCODE and no records. */
export function refusalOf(query: Uint8Array, rcode: number): Buffer {
  const header = Buffer.from([query[0]!, query[1]!, 0x81, 0x80 | rcode, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, questionOf(query)]);
}

/** The question section of a message whose question name is uncompressed. */
function questionOf(message: Uint8Array): Uint8Array {
  let end = 12;
  while (message[end] !== 0) end += message[end]! + 1;
  return message.subarray(12, end + 5);
}
