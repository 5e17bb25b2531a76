// One question in one datagram.

import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { type AskFailure, cannotConnect, noAnswerInTime } from './ask-failure.ts';
import type { Destination } from './destination.ts';
import { isReply } from './is-reply.ts';

/** Rejects with AskFailure. Whatever else arrives meanwhile is ignored: a stranger may have sent it. */
export async function askOverUdp(query: Uint8Array, to: Destination): Promise<Uint8Array> {
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  let ignored = 0;
  const fail = (failure: AskFailure): void => reject(failure);
  // Connected, so that the kernel lets only this server's datagrams in and reports a closed port.
  const socket = createSocket({ type: isIP(to.address) === 6 ? 'udp6' : 'udp4' });
  const { timeoutMilliseconds } = to;
  const timer = setTimeout(() => fail(noAnswerInTime(to.where, timeoutMilliseconds, ignored)), timeoutMilliseconds);
  socket.on('error', (error) => fail(cannotConnect(error, to.where)));
  socket.on('message', (message) => {
    if (isReply(query, message)) resolve(message);
    else ignored++;
  });
  socket.once('connect', () => socket.send(query));
  socket.connect(to.port, to.address);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.close();
  }
}
