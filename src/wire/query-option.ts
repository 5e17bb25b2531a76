// Which EDNS options of a client have an effect here, and whether an option has the form that its own RFC gives to queries. Most
// have no effect (a client's subnet is never forwarded), but a broken one is a broken message: FORMERR, whatever the option; edns-tcp-keepalive
// alone is judged by whoever knows the transport.

import { OPTION_FIXED_BYTES } from './edns.ts';
import { readUint16 } from './header.ts';
import { OPTION } from './numbers.ts';

/** What a client's options ask for, as bits: most queries have none of them. */
export const OPTION_BIT = {
  /** A cookie came (RFC 7873). */
  COOKIE: 1,
  /** How long may this connection stay idle (RFC 7828)? */
  TCP_KEEPALIVE: 2,
  /** The reply may be padded (RFC 7830). */
  PADDING: 4,
  /** edns-tcp-keepalive with a time in it, which a query has not: a fault over a connection that may be kept, elsewhere nothing. */
  BROKEN_KEEPALIVE: 8,
} as const;

/** A client cookie, and the longest server cookie behind it (RFC 7873 section 4). */
export const COOKIE_MAX_BYTES = 40;

/** The OPTION_BIT of an option with `dataBytes` octets of data, or 0. */
export function optionBitOf(code: number, dataBytes: number): number {
  switch (code) {
    case OPTION.COOKIE:
      return OPTION_BIT.COOKIE;
    case OPTION.TCP_KEEPALIVE:
      return dataBytes === 0 ? OPTION_BIT.TCP_KEEPALIVE : OPTION_BIT.BROKEN_KEEPALIVE;
    case OPTION.PADDING:
      return OPTION_BIT.PADDING;
    default:
      return 0;
  }
}

/** FAMILY, SOURCE PREFIX-LENGTH and SCOPE PREFIX-LENGTH (RFC 7871 section 6); the address follows. */
const SUBNET_FIXED_BYTES = 4;

/** `start`: offset of the option code; `end`: after its data. Options without a rule here are never at fault (RFC 6891 section 6.1.2). */
export function isOptionWellFormed(message: Uint8Array, start: number, end: number): boolean {
  const dataStart = start + OPTION_FIXED_BYTES;
  const length = end - dataStart;
  switch (readUint16(message, start)) {
    case OPTION.LLQ: // RFC 8764 section 3.2
      return length === 18;
    case OPTION.CLIENT_SUBNET:
      return isSubnetWellFormed(message, dataStart, end);
    case OPTION.EXPIRE: // RFC 7314 section 3.1: 0 in a query; some clients send the 4 octets of the answer
      return length === 0 || length === 4;
    case OPTION.COOKIE: // RFC 7873 section 4: a client cookie of 8 octets, or with a server cookie of 8 to 32 behind it
      return length === 8 || (length >= 16 && length <= COOKIE_MAX_BYTES);
    default:
      return true;
  }
}

/** RFC 7871 section 6: exactly the octets that the prefix needs, and no bits behind the prefix. */
function isSubnetWellFormed(message: Uint8Array, start: number, end: number): boolean {
  if (end - start < SUBNET_FIXED_BYTES) return false;
  const prefixBits = message[start + 2]!;
  if (prefixBits > longestPrefix(readUint16(message, start))) return false;
  if (end - start - SUBNET_FIXED_BYTES !== (prefixBits + 7) >>> 3) return false;
  const usedBits = prefixBits & 7;
  return usedBits === 0 || (message[end - 1]! & (0xff >>> usedBits)) === 0;
}

/** By address family; an unknown family counts as a fault. Family 0 is how some clients write "no subnet". */
function longestPrefix(family: number): number {
  switch (family) {
    case 0:
      return 0;
    case 1:
      return 32;
    case 2:
      return 128;
    default:
      return -1;
  }
}
