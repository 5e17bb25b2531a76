// Listens to a new connection until its TLS client has said who it is, before TLS begins. Only where that matters: while a challenge is
// pending, or where clients are told apart by the name they call us.
//
// Node's own callbacks do not tell in time: a TLS 1.2 client is given its certificate before anybody is asked about its protocol,
// and one that resumes a TLS 1.2 session is not asked for its name at all.

import type { Socket } from 'node:net';
import { readFirstWords, type WordsHeard } from './client-hello.ts';

/**
 * Calls back once, with nothing taken from the socket; never if the client leaves before. One that does not finish in time is cut
 * off, after `onLate`.
 */
export function hearFirstWords(
  socket: Socket,
  readMilliseconds: number,
  onLate: () => void,
  onHeard: (said: WordsHeard) => void,
): void {
  let heard = Buffer.alloc(0);
  let octetsWanted = 1;
  const overdue = setTimeout(() => {
    onLate();
    socket.destroy();
  }, readMilliseconds);
  const onClose = () => clearTimeout(overdue);
  const onReadable = () => {
    // Together at once: of single octets, each costs as much as hundreds.
    for (let chunk = read(socket); chunk !== null; chunk = read(socket)) heard = Buffer.concat([heard, chunk]);
    if (heard.length < octetsWanted) return;
    const said = readFirstWords(heard);
    if (said.kind === 'incomplete') {
      octetsWanted = said.octetsWanted;
      return;
    }
    clearTimeout(overdue);
    socket.off('close', onClose);
    socket.off('readable', onReadable);
    socket.unshift(heard);
    onHeard(said);
  };
  socket.once('close', onClose);
  socket.on('readable', onReadable);
}

function read(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}
