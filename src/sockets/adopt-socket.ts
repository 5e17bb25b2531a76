// From what the main thread hands over to a socket that Node reads from. Query threads. The thread works on a duplicate:
// when it dies, its copy is closed and the original keeps collecting packets and connections for its successor.

import { createSocket, type Socket } from 'node:dgram';
import { isIP, isIPv6, type Server } from 'node:net';
import { errorCode, LEVEL, type Libc, loadLibc, SOCKET_OPTION, whyLibcIsMissing } from './libc.ts';
import type { ListenerKind, ListeningSocket } from './listening-socket.ts';
import { RECEIVE_BUFFER_BYTES, SEND_BUFFER_BYTES, STREAM_BACKLOG } from './open-shared-descriptor.ts';
import { resolveLiteral } from './resolve-literal.ts';
import { systemSharesPorts } from './share-ports.ts';

/**
 * A bound datagram socket. Packets that already wait are delivered in the next turn of the event loop: add the `message`
 * handler at once. It sends to literal addresses only. Rejects with the system's error (`code`: `EADDRINUSE`, …).
 */
export async function bindDatagram(listening: ListeningSocket): Promise<Socket> {
  const type = isIPv6(listening.address) ? 'udp6' : 'udp4';
  if (listening.descriptor !== undefined) return adoptDatagram(listening, listening.descriptor).socket;
  const socket = createSocket({
    type,
    lookup: resolveLiteral,
    ipv6Only: type === 'udp6',
    reusePort: systemSharesPorts(),
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    sendBufferSize: SEND_BUFFER_BYTES,
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ address: listening.address, port: listening.port, exclusive: true }, () => {
      socket.removeListener('error', fail);
      resolve();
    });
  });
  return socket;
}

export interface AdoptedDatagram {
  readonly socket: Socket;
  /** The socket's own, for system calls; its number is the system's to give away again once `socket` is closed. */
  readonly descriptor: number;
}

/** A duplicate of `original` as a socket of Node's. Throws the system's error. */
export function adoptDatagram({ address }: ListeningSocket, original: number): AdoptedDatagram {
  const libc = requireLibc();
  const descriptor = duplicate(libc, original);
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', lookup: resolveLiteral });
  try {
    socket.bind({ fd: descriptor, exclusive: true });
  } catch (error) {
    libc.close(descriptor);
    socket.close();
    throw error;
  }
  // libuv sets SO_REUSEADDR on a datagram socket it is given; with it, any program that sets it too could take the port over.
  libc.setSocketOption(descriptor, LEVEL.SOCKET, SOCKET_OPTION.REUSE_ADDRESS, 0);
  return { socket, descriptor };
}

/** Makes `server` (net, tls, http, http2) listen. Rejects with the system's error. */
export async function listenStream(server: Server, listening: ListeningSocket<ListenerKind>): Promise<void> {
  if (isIP(listening.address) === 0) throw new Error(`not an address: ${listening.address}`);
  const where =
    listening.descriptor === undefined
      ? {
          host: listening.address,
          port: listening.port,
          ipv6Only: true,
          reusePort: systemSharesPorts(),
          exclusive: true,
        }
      : // From here on the server owns the duplicate, also when listening fails.
        { fd: duplicate(requireLibc(), listening.descriptor), exclusive: true };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...where, backlog: STREAM_BACKLOG }, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function duplicate(libc: Libc, original: number): number {
  const copy = libc.duplicate(original);
  if (copy < 0)
    throw Object.assign(new Error(`descriptor ${original} cannot be duplicated`), { code: errorCode(copy) });
  return copy;
}

function requireLibc(): Libc {
  const libc = loadLibc();
  if (libc === undefined) throw new Error(`a descriptor was handed over, but koffi is missing: ${whyLibcIsMissing()}`);
  return libc;
}
