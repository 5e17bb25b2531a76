// How large a datagram to a client may be.

import { UDP_PAYLOAD_BYTES } from '../wire/reply-opt.ts';
import type { Query } from './query.ts';

const UDP_WITHOUT_EDNS_BYTES = 512;

/** What the client can take, and never more than travels unfragmented (RFC 6891 section 6.2.3, RFC 9715). */
export function datagramLimitBytes({ facts }: Query): number {
  if (!facts.hasOpt) return UDP_WITHOUT_EDNS_BYTES;
  return Math.min(Math.max(facts.udpPayloadSize, UDP_WITHOUT_EDNS_BYTES), UDP_PAYLOAD_BYTES);
}
