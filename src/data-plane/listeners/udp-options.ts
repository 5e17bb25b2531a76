// What both ways of serving UDP are given, and what they agree on.

import type { ListeningSocket } from '../../sockets/listening-socket.ts';
import { UDP_PAYLOAD_BYTES } from '../../wire/reply-opt.ts';
import type { ListenerCounters, QueryHandler } from './listener.ts';

/**
 * The largest datagram in either direction, as we announce it (RFC 6891 section 6.2.3). A larger query is dropped and counted,
 * not answered FORMERR: no client sends one, and its octets would have to be stored only to be refused.
 */
export const DATAGRAM_MAX_BYTES: number = UDP_PAYLOAD_BYTES;

export interface UdpListenerOptions {
  readonly socket: ListeningSocket;
  readonly handler: QueryHandler;
  readonly counters: ListenerCounters;
}
