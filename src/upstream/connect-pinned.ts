// Opens the TLS connection to a pinned address. No name is looked up: the socket is given the address, TLS the name.

import { checkServerIdentity, connect, type SecureContext } from 'node:tls';
import type { buildConnector } from 'undici';

export interface PinnedAddress {
  /** Textual IP address to connect to. */
  readonly address: string;
  readonly port: number;
  /** Host of the URL, name or address: what the certificate must be for. */
  readonly host: string;
  /** The host is a name, so that it is sent as SNI. */
  readonly hostIsName: boolean;
  readonly secureContext: SecureContext;
  readonly connectMilliseconds: number;
}

/** The server took TLS but not HTTP/2. */
export class NoHttp2Error extends Error {
  readonly code = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';
}

export class ConnectTimeoutError extends Error {
  readonly code = 'ETIMEDOUT';
}

/**
 * undici's connector for one pinned address; its own would look the name up and fall back to HTTP/1.1.
 * `onFailure` hears of every failed connection before the requests that wait for it.
 */
export function connectPinned(pinned: PinnedAddress, onFailure: (error: Error) => void): buildConnector.connector {
  return (_options, callback) => {
    const socket = connect({
      host: pinned.address,
      port: pinned.port,
      servername: pinned.hostIsName ? pinned.host : '',
      checkServerIdentity: (_servername, certificate) => checkServerIdentity(pinned.host, certificate),
      secureContext: pinned.secureContext,
      ALPNProtocols: ['h2'],
    });
    socket.setNoDelay(true);
    let settled = false;
    // setImmediate: after a pause of the whole process, what the server sent meanwhile is read first.
    const giveUp = (): void => {
      if (!settled) socket.destroy(new ConnectTimeoutError());
    };
    const timer = setTimeout(() => setImmediate(giveUp), pinned.connectMilliseconds);
    const fail = (error: Error): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      onFailure(error);
      callback(error, null);
    };
    socket.once('secureConnect', () => {
      if (socket.alpnProtocol !== 'h2') {
        socket.destroy();
        fail(new NoHttp2Error());
        return;
      }
      settled = true;
      clearTimeout(timer);
      callback(null, socket);
    });
    // Stays attached for the life of the socket: a late error must find a listener.
    socket.on('error', fail);
    socket.once('close', () => fail(new Error('closed during the TLS handshake')));
  };
}
