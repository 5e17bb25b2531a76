// One TLS handshake as a client would make it, which looks at the certificate instead of insisting on it. Sends no question.

import type { X509Certificate } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { connect, type ConnectionOptions, createSecureContext, type SecureVersion, TLSSocket } from 'node:tls';
import type { TrustStore } from './trust-store.ts';

/** A port, or a pair that a server would use: then nothing leaves the process. */
export type TlsServer =
  | { readonly address: string; readonly port: number }
  | { readonly chainPem: string; readonly keyPem: string };

export interface Greeting {
  /** SNI; undefined: none is sent, as to an address (RFC 6066 section 3). */
  readonly serverName: string | undefined;
  /** Default: TLS 1.2 or 1.3. */
  readonly version?: SecureVersion;
  readonly alpn: 'dot' | 'h2';
  /** CAs that the client knows. */
  readonly trust: TrustStore;
}

export type Handshake =
  | {
      readonly done: true;
      /** As sent, the server's own first. */
      readonly chain: readonly X509Certificate[];
      /** OpenSSL's word for why a client would not trust it, names apart; undefined if it would. */
      readonly refusal: string | undefined;
    }
  /** `code`: the system's or OpenSSL's; ETIMEDOUT also where nothing came in time. */
  | { readonly done: false; readonly code: string };

const TIMEOUT_MILLISECONDS = 4_000;
const CHAIN_MAX = 20;

/** Never rejects. */
export async function shakeHands(server: TlsServer, greeting: Greeting): Promise<Handshake> {
  const { serverName = '', version, alpn, trust } = greeting;
  const wishes: ConnectionOptions = {
    servername: serverName,
    secureContext: trust.context(version),
    rejectUnauthorized: false,
    ALPNProtocols: [alpn],
    checkServerIdentity: () => undefined,
  };
  const { promise, resolve } = Promise.withResolvers<Handshake>();
  const { socket, end } = open(server, wishes);
  const timer = setTimeout(() => resolve({ done: false, code: 'ETIMEDOUT' }), TIMEOUT_MILLISECONDS);
  socket.once('secureConnect', () => resolve({ done: true, chain: chainOf(socket), refusal: refusalOf(socket) }));
  socket.on('error', (error: NodeJS.ErrnoException) => resolve({ done: false, code: error.code ?? error.message }));
  socket.once('close', () => resolve({ done: false, code: 'ECONNRESET' }));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    end();
  }
}

function open(server: TlsServer, wishes: ConnectionOptions): { socket: TLSSocket; end(): void } {
  if ('port' in server) {
    const socket = connect({ host: server.address, port: server.port, ...wishes });
    return { socket, end: () => socket.destroy() };
  }
  const [near, far] = duplexPair();
  const secureContext = createSecureContext({ cert: server.chainPem, key: server.keyPem });
  const other = new TLSSocket(far, { isServer: true, secureContext });
  other.on('error', () => {});
  const socket = connect({ socket: near, ...wishes });
  const end = (): void => {
    socket.destroy();
    other.destroy();
  };
  return { socket, end };
}

/** Node gives the code in the place of an error. */
function refusalOf(socket: TLSSocket): string | undefined {
  const refusal: unknown = socket.authorizationError;
  if (socket.authorized || refusal === null || refusal === undefined) return undefined;
  return refusal instanceof Error ? ((refusal as NodeJS.ErrnoException).code ?? refusal.message) : String(refusal);
}

function chainOf(socket: TLSSocket): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && chain.length < CHAIN_MAX) {
    chain.push(next);
    next = next.issuerCertificate;
  }
  return chain;
}
