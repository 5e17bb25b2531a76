// Plain DNS over UDP, one bound socket in one query thread. Answers leave from the socket that the query came to, and so from
// the address that was asked (there is one socket per address). Two ways of doing it, which behave alike: in batches where
// koffi gives the system calls for it, else through Node alone.

import { loadBatchedDatagrams } from '../../sockets/batched-datagrams.ts';
import type { Listener } from './listener.ts';
import { startBatchedUdpListener } from './udp-listener-batched.ts';
import { startPlainUdpListener } from './udp-listener-plain.ts';
import { DATAGRAM_MAX_BYTES, type UdpListenerOptions } from './udp-options.ts';

/**
 * Every datagram that could be answered reaches the handler, also one that is too short or a response: what gets silence is
 * its decision. Without a way back (source port 0) it is counted and dropped; what is larger than DATAGRAM_MAX_BYTES comes cut.
 */
export function startUdpListener(options: UdpListenerOptions): Promise<Listener> {
  const { descriptor } = options.socket;
  const batched = descriptor === undefined ? undefined : loadBatchedDatagrams(DATAGRAM_MAX_BYTES);
  if (descriptor === undefined || batched === undefined) return startPlainUdpListener(options);
  return startBatchedUdpListener(options, descriptor, batched);
}
