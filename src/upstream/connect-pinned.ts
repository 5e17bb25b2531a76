// Opens the TLS connection to a pinned address. No name is looked up: the socket is given the address, TLS the name.

import { checkServerIdentity, connect, type SecureContext, type TLSSocket } from 'node:tls';

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

/** What becomes of a connection attempt: exactly one of the two is called, once, later. */
export interface PinnedConnector {
  /** TLS is up, the certificate good, HTTP/2 agreed on. */
  onConnected(): void;
  onConnectFailed(error: Error): void;
}

/** Nothing may be written before `onConnected`: it would leave before the certificate is checked. */
export function connectPinned(pinned: PinnedAddress, connector: PinnedConnector): TLSSocket {
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
    connector.onConnectFailed(error);
  };
  socket.once('secureConnect', () => {
    if (socket.alpnProtocol !== 'h2') {
      socket.destroy();
      fail(new NoHttp2Error());
      return;
    }
    settled = true;
    clearTimeout(timer);
    connector.onConnected();
  });
  // Stays attached for the life of the socket: a late error must find a listener.
  socket.on('error', fail);
  socket.once('close', () => fail(new Error('closed during the TLS handshake')));
  return socket;
}
