// TLS on top of stream-server.ts, for DoT and DoH: handshake within the read time, certificate by SNI, protocol by ALPN; a
// certificate authority that looks for a challenge is not a client.

import { getDefaultHighWaterMark, setDefaultHighWaterMark } from 'node:stream';
import { createServer, type TLSSocket } from 'node:tls';
import { keepReadBuffersApart } from '../../sockets/native-memory.ts';
import { CertificateChooser } from './certificate-chooser.ts';
import { HIGH_WATER_MARK_BYTES } from './client-input.ts';
import type { WordsHeard } from './client-hello.ts';
import { clientIdInServerName } from '../../wire/client-id.ts';
import { type Connection, ignoreError } from './connection.ts';
import { hearFirstWords } from './hear-first-words.ts';
import type { TlsCertificate } from './listener.ts';
import type { TlsListener } from './stream-options.ts';
import type { PendingChallenges } from './pending-challenges.ts';
import { type StreamServerOptions, startStreamServer } from './stream-server.ts';

export interface TlsServerOptions extends Omit<StreamServerOptions, 'allowHalfOpen'> {
  readonly certificates: readonly TlsCertificate[];
  readonly ticketKeys: Uint8Array;
  readonly challenges: PendingChallenges;
  /** ALPN, best first. Who offers none is served; who offers only others gets no_application_protocol (RFC 7301). */
  readonly protocols: readonly string[];
}

/** Calls `serve` for each connection whose handshake is complete. */
export async function startTlsServer(
  options: TlsServerOptions,
  serve: (connection: Connection, socket: TLSSocket) => void,
): Promise<TlsListener> {
  const { transport, limits, counters, protocols, challenges } = options;
  keepReadBuffersApart();
  const chooser = new CertificateChooser(options.certificates, options.ticketKeys);
  /** Node does not say which TCP socket a TLS socket runs on; the two ends' addresses do. */
  const shakingHands = new Map<string, Connection>();

  const tlsServer = createServer({
    ...chooser.defaultOptions,
    handshakeTimeout: limits.readMilliseconds,
    SNICallback: (serverName, callback) => callback(null, chooser.choose(serverName)),
    ALPNCallback: ({ protocols: offered }) => protocols.find((protocol) => offered.includes(protocol)),
  });

  tlsServer.on('secureConnection', (socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (isTlsFault(error)) counters.protocolError(transport);
    });
    const ends = endsOf(socket);
    const connection = shakingHands.get(ends);
    shakingHands.delete(ends);
    if (connection === undefined) socket.destroy();
    else serve(connection, socket);
  });

  tlsServer.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    socket.on('error', ignoreError);
    if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') counters.limitHit(transport, 'readMilliseconds');
    else if (isTlsFault(error)) counters.protocolError(transport);
    socket.destroy();
  });

  const listener = await startStreamServer({ ...options, allowHalfOpen: false }, (connection) => {
    if (challenges.isNone && !chooser.hasWildcards) shakeHands(connection);
    else hearFirstWords(connection.socket, limits.readMilliseconds, onLate, (said) => welcome(connection, said));
  });

  function onLate(): void {
    counters.limitHit(transport, 'readMilliseconds');
  }

  function welcome(connection: Connection, { kind, serverName }: WordsHeard): void {
    const isShown = kind === 'challenge' && challenges.show(connection.socket, serverName, limits.readMilliseconds);
    if (isShown) return;
    if (chooser.isUnderWildcard(serverName)) connection.clientId = clientIdInServerName(serverName);
    shakeHands(connection);
  }

  function shakeHands(connection: Connection): void {
    const ends = endsOf(connection.socket);
    shakingHands.set(ends, connection);
    connection.socket.once('close', () => shakingHands.delete(ends));
    withHighWaterMark(HIGH_WATER_MARK_BYTES, () => tlsServer.emit('connection', connection.socket));
  }

  return {
    ...listener,
    setCertificates: (certificates) => tlsServer.setSecureContext(chooser.replace(certificates)),
    setTicketKeys: (ticketKeys) => tlsServer.setSecureContext(chooser.sealWith(ticketKeys)),
  };
}

/**
 * For the streams that `make` makes: a TLS server has no other way to say it of its sockets. Not for what writes to them by
 * their mark: node:http would pause for each answer, and it gets a stream of its own (doh-http1-stream.ts). node:http2 reads and
 * writes past the stream.
 */
function withHighWaterMark(bytes: number, make: () => void): void {
  const usual = getDefaultHighWaterMark(false);
  setDefaultHighWaterMark(false, bytes);
  try {
    make();
  } finally {
    setDefaultHighWaterMark(false, usual);
  }
}

function endsOf(socket: TLSSocket | Connection['socket']): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}

/** Not a lost connection, but octets that are not TLS, or TLS that we do not speak. */
function isTlsFault(error: NodeJS.ErrnoException): boolean {
  return error.code?.startsWith('ERR_SSL_') === true || error.code?.startsWith('ERR_TLS_') === true;
}
