// One accepted TCP connection, whatever is spoken on it. Made by stream-server.ts; the protocol that takes it over keeps
// `inFlight` and `finish` true.

import type { Socket } from 'node:net';
import { clientKey, readClientAddress } from './client-address.ts';

export class Connection {
  /** The TCP socket, also where TLS runs on top of it: destroying it ends everything. */
  readonly socket: Socket;
  readonly clientAddress: Uint8Array = new Uint8Array(16);
  /** What counts as one client; empty if the socket was gone before its address could be read. */
  readonly clientKey: string;
  /** What the client goes by, where its handshake has said so; lower-case. */
  clientId = '';
  /** Queries given to the handler and not yet answered or dropped. */
  inFlight = 0;
  /** Ends the connection in good order: no new queries, replies in flight are still sent. Until a protocol has begun: at once. */
  finish: () => void;

  /** Kept by ConnectionTable, like all that follows: it counts as open. */
  isAdmitted = false;
  /** The list of connections without queries in flight, the one idle for longest first. */
  previousIdle: Connection | undefined;
  nextIdle: Connection | undefined;
  isIdle = false;
  /** Rises with every return to idleness. */
  idleTurn = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    this.clientKey = readClientAddress(socket.remoteAddress, this.clientAddress) ? clientKey(this.clientAddress) : '';
    this.finish = () => socket.destroy();
  }
}

/** For the 'error' of a socket: 'close' follows it, and says all that matters. */
export function ignoreError(): void {}
