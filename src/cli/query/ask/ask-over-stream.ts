// One question over TCP (RFC 7766) or TLS (RFC 7858): two octets of length, then the message.

import { connect as connectTcp, type Socket } from 'node:net';
import { checkServerIdentity, connect as connectTls } from 'node:tls';
import { readUint16, writeUint16 } from '../../../wire/header.ts';
import { AskFailure, cannotConnect, closedWithoutAnswer, noAnswerInTime } from './ask-failure.ts';
import type { Destination, VerifiedDestination } from './destination.ts';
import { isReply } from './is-reply.ts';

const LENGTH_BYTES = 2;

/** Rejects with AskFailure. */
export async function askOverTcp(query: Uint8Array, to: Destination): Promise<Uint8Array> {
  return await askOverStream(query, to, connectTcp({ host: to.address, port: to.port }), 'connect');
}

/** Rejects with AskFailure. */
export async function askOverTls(query: Uint8Array, to: VerifiedDestination): Promise<Uint8Array> {
  const socket = connectTls({
    host: to.address,
    port: to.port,
    servername: to.hostIsName ? to.host : '',
    checkServerIdentity: (_servername, certificate) => checkServerIdentity(to.host, certificate),
    secureContext: to.secureContext,
    ALPNProtocols: ['dot'],
  });
  return await askOverStream(query, to, socket, 'secureConnect');
}

async function askOverStream(
  query: Uint8Array,
  to: Destination,
  socket: Socket,
  openedEvent: 'connect' | 'secureConnect',
): Promise<Uint8Array> {
  const { where, timeoutMilliseconds } = to;
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const timer = setTimeout(() => reject(noAnswerInTime(where, timeoutMilliseconds)), timeoutMilliseconds);
  let isOpen = false;
  socket.once(openedEvent, () => {
    isOpen = true;
    socket.write(withLength(query));
  });
  // Also a certificate's refusal comes as an error, before anything was sent.
  socket.on('error', (error) => reject(isOpen ? closedWithoutAnswer(where) : cannotConnect(error, where)));
  socket.once('close', () => reject(closedWithoutAnswer(where)));
  let received = new Uint8Array(0);
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const message = messageIn(received);
    if (message === undefined) return;
    if (isReply(query, message)) resolve(message);
    else reject(new AskFailure(`${where}: the server's reply does not belong to the question`));
  });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function withLength(query: Uint8Array): Uint8Array {
  const framed = new Uint8Array(LENGTH_BYTES + query.length);
  writeUint16(framed, 0, query.length);
  framed.set(query, LENGTH_BYTES);
  return framed;
}

/** The first message, once it is there as a whole: never more than 65,535 octets. */
function messageIn(received: Uint8Array): Uint8Array | undefined {
  if (received.length < LENGTH_BYTES) return undefined;
  const end = LENGTH_BYTES + readUint16(received, 0);
  return received.length < end ? undefined : received.subarray(LENGTH_BYTES, end);
}
