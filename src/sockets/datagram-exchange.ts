// One datagram to one address, and what comes back from there. The socket belongs to this exchange alone, so its source port is
// one that the system picked at random for it; the system also drops what other addresses send to it.

import { createSocket, type RemoteInfo } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { parseAddress } from '../wire/ip-address.ts';
import { resolveLiteral } from './resolve-literal.ts';

export interface DatagramPeer {
  /** A literal; link-local IPv6 with its interface. */
  readonly address: string;
  readonly port: number;
}

export interface DatagramReceiver {
  /** Every datagram that came from the peer; valid during the call. */
  onDatagram(message: Uint8Array): void;
  /** Nothing can come any more; the socket is closed. `code`: the system's, such as `ECONNREFUSED`. Called at most once. */
  onDatagramFailed(code: string): void;
}

export interface DatagramExchange {
  /** Ends it; the receiver hears nothing afterwards. */
  close(): void;
}

/** Never throws; the receiver is not called before this has returned. */
export function exchangeDatagrams(
  peer: DatagramPeer,
  datagram: Uint8Array,
  receiver: DatagramReceiver,
): DatagramExchange {
  const socket = createSocket({ type: isIPv6(peer.address) ? 'udp6' : 'udp4', lookup: resolveLiteral });
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    socket.close();
  };
  const fail = (error: NodeJS.ErrnoException): void => {
    if (!isOpen) return;
    close();
    receiver.onDatagramFailed(error.code ?? error.message);
  };
  // Stays attached: an error that comes late must find a listener.
  socket.on('error', (error) => setImmediate(fail, error));
  socket.on('message', (message, from) => {
    // What arrived before the socket was connected can be from anywhere.
    if (isOpen && isFrom(from, peer)) receiver.onDatagram(message);
  });
  socket.connect(peer.port, peer.address, (error?: Error) => {
    if (!isOpen) return;
    if (error !== undefined) setImmediate(fail, error);
    else
      socket.send(datagram, (sendError) => {
        if (sendError !== null) fail(sendError);
      });
  });
  return { close };
}

const expected = new Uint8Array(16);
const actual = new Uint8Array(16);

function isFrom({ address, port }: RemoteInfo, peer: DatagramPeer): boolean {
  if (port !== peer.port || !parseAddress(peer.address, expected) || !parseAddress(address, actual)) return false;
  return actual.every((octet, index) => octet === expected[index]);
}
