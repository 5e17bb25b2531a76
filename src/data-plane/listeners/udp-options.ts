// What both ways of serving UDP are given, and what they agree on.

import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import { UDP_PAYLOAD_BYTES } from '../../wire/reply-opt.ts';
import type { ListenerCounters, QueryHandler } from './listener.ts';

/**
 * The largest datagram in either direction, as we announce it (RFC 6891 section 6.2.3). Of a larger query nothing behind that is
 * received: it is read as far as it goes, and is malformed where that cuts off something that counts.
 */
export const DATAGRAM_MAX_BYTES: number = UDP_PAYLOAD_BYTES;

export interface UdpListenerOptions {
  readonly socket: ListeningSocket;
  readonly handler: QueryHandler;
  readonly counters: ListenerCounters;
}
