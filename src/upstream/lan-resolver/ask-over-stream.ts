// One question over TCP (RFC 7766): where a datagram was too small for the answer, or somebody floods us with forged ones.

import { connect } from 'node:net';
import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';

const LENGTH_BYTES = 2;

export interface StreamReceiver {
  /** Exactly one of the two, once, later. The message is the receiver's own. */
  onMessage(message: Uint8Array): void;
  onStreamFailed(code: string): void;
}

/** Has no clock: whoever asks ends it by `close`, after which the receiver hears nothing. */
export function askOverStream(peer: DatagramPeer, query: Uint8Array, receiver: StreamReceiver): { close(): void } {
  const socket = connect({ host: peer.address, port: peer.port });
  socket.setNoDelay(true);
  let isOpen = true;
  const close = (): void => {
    isOpen = false;
    socket.destroy();
  };
  const fail = (code: string): void => {
    if (!isOpen) return;
    close();
    receiver.onStreamFailed(code);
  };
  let received = Buffer.alloc(0);
  socket.on('connect', () => {
    const framed = Buffer.alloc(LENGTH_BYTES + query.length);
    framed.writeUInt16BE(query.length);
    framed.set(query, LENGTH_BYTES);
    socket.write(framed);
  });
  socket.on('data', (chunk: Buffer) => {
    if (!isOpen) return;
    // At most one message and one chunk: copying it again is cheaper than a list.
    received = Buffer.concat([received, chunk]);
    if (received.length < LENGTH_BYTES) return;
    const end = LENGTH_BYTES + received.readUInt16BE(0);
    if (received.length < end) return;
    close();
    receiver.onMessage(received.subarray(LENGTH_BYTES, end));
  });
  socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
  socket.on('end', () => fail('ECONNRESET'));
  socket.on('close', () => fail('ECONNRESET'));
  return { close };
}
