// Clients that send any octets over a transport and tell an answer from silence and from an end.

import { createSocket } from 'node:dgram';
import {
  connectHttp2,
  connectTcp,
  connectTls,
  type HttpReply,
  http2GetHeaders,
  HTTP2_POST_HEADERS,
  readMessages,
  requestHttp1,
  requestHttp2,
} from '../fixtures/listener-clients.ts';
import { withLengthPrefix } from '../fixtures/dns-messages.ts';
import { Agent } from 'node:https';
import type { GatewayUnderTest } from './gateway.ts';

/** `doh` is HTTP/2 by POST. */
export type TransportName = 'udp' | 'tcp' | 'dot' | 'doh' | 'doh-get' | 'doh-http1';

export interface RawClient {
  /**
   * Resolves with the octets of the reply, or with undefined when connection or stream end without one or the HTTP status is not
   * 200. Several may be under way: replies are told apart by their IDs. Silence: never.
   */
  send(octets: Uint8Array): Promise<Buffer | undefined>;
  close(): void;
}

export function connectRaw(transport: TransportName, stage: GatewayUnderTest): Promise<RawClient> {
  switch (transport) {
    case 'udp':
      return udp(stage);
    case 'tcp':
      return connectTcp(stage.dns).then(lengthPrefixed);
    case 'dot':
      return connectTls(stage.dot, stage.trust).then(lengthPrefixed);
    case 'doh-http1':
      return http1(stage);
    default:
      return http2(stage, transport);
  }
}

/** Queries that wait for their reply. */
class Waiting {
  readonly #queries: { readonly id: number; readonly resolve: (reply: Buffer | undefined) => void }[] = [];

  add(octets: Uint8Array, write: () => void): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      this.#queries.push({ id: idOf(octets), resolve });
      write();
    });
  }

  settle(reply: Buffer): void {
    const index = this.#queries.findIndex(({ id }) => id === idOf(reply));
    const [query] = this.#queries.splice(Math.max(0, index), 1);
    query?.resolve(reply);
  }

  end(): void {
    for (const { resolve } of this.#queries.splice(0)) resolve(undefined);
  }
}

function idOf(message: Uint8Array): number {
  return ((message[0] ?? 0) << 8) | (message[1] ?? 0);
}

async function udp({ dns }: GatewayUnderTest): Promise<RawClient> {
  const socket = createSocket('udp4');
  const waiting = new Waiting();
  socket.on('message', (message) => waiting.settle(message));
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.connect(dns.port, dns.address, resolve));
  return {
    send: (octets) => waiting.add(octets, () => socket.send(octets)),
    close: () => socket.close(),
  };
}

function lengthPrefixed(socket: Awaited<ReturnType<typeof connectTcp>>): RawClient {
  const waiting = new Waiting();
  readMessages(socket, (message) => waiting.settle(Buffer.from(message)));
  socket.on('error', () => {});
  socket.on('end', () => waiting.end());
  socket.on('close', () => waiting.end());
  return {
    send: (octets) => waiting.add(octets, () => socket.write(withLengthPrefix(octets))),
    close: () => socket.destroy(),
  };
}

async function http2({ doh, trust }: GatewayUnderTest, transport: TransportName): Promise<RawClient> {
  const session = await connectHttp2(doh, trust);
  session.on('error', () => {});
  return {
    send(octets) {
      const message = Buffer.from(octets);
      return transport === 'doh-get'
        ? messageOf(requestHttp2(session, http2GetHeaders(message)))
        : messageOf(requestHttp2(session, HTTP2_POST_HEADERS, message));
    },
    close: () => session.destroy(),
  };
}

async function http1({ doh, trust }: GatewayUnderTest): Promise<RawClient> {
  const agent = new Agent({ ...trust, keepAlive: true });
  return {
    send(octets) {
      const headers = { 'content-type': 'application/dns-message', 'content-length': octets.length };
      const options = { agent, method: 'POST', path: '/dns-query', headers };
      return messageOf(requestHttp1(doh, options, Buffer.from(octets)));
    },
    close: () => agent.destroy(),
  };
}

function messageOf(exchange: Promise<HttpReply>): Promise<Buffer | undefined> {
  return exchange.then(
    ({ status, body }) => (status === 200 ? body : undefined),
    () => undefined,
  );
}
