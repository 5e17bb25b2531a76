// Builds answers of our own, octet by octet, into a caller's buffer (65,535 octets). Each function returns the new length.

import type { QueryFacts } from './query-reader.ts';

/**
 * Header and question of a reply to `query`: QR=1, opcode, RD and CD copied, RA=1, AA=0, Z=0, AD=0, the question octets as the
 * client sent them. `rcode`: low four bits. With `facts.questionEnd` 12 the question is left out (QDCOUNT 0).
 */
export function startReply(_query: Uint8Array, _facts: QueryFacts, _rcode: number, _out: Uint8Array): number {
  throw new Error('not built');
}

/** Appends an A or AAAA record (4 or 16 octets) owned by the question's name and raises ANCOUNT. */
export function appendAddress(_out: Uint8Array, _length: number, _address: Uint8Array, _ttlSeconds: number): number {
  throw new Error('not built');
}

/**
 * Appends to AUTHORITY the SOA by which a refused name's negative answer is cached (RFC 2308): owner is the question's name,
 * TTL and MINIMUM `ttlSeconds`. MNAME and RNAME are fixed, under `invalid.`.
 */
export function appendNegativeSoa(_out: Uint8Array, _length: number, _ttlSeconds: number): number {
  throw new Error('not built');
}

/** What goes into the OPT record of a reply. Reused by the caller. */
export interface ReplyOpt {
  /** Full 12-bit RCODE; its upper eight bits go into OPT. */
  rcode: number;
  dnssecOk: boolean;
  /** EDE info code, or -1 for none. */
  extendedErrorCode: number;
  /** UTF-8 octets, cut to 100 by the caller's choice of text. */
  extendedErrorText: Uint8Array;
}

/** Our advertised UDP size (RFC 9715, DNS flag day 2020). */
export const UDP_PAYLOAD_BYTES = 1232;

/** Octets that `appendOpt` would add. */
export function optBytes(_opt: ReplyOpt): number {
  throw new Error('not built');
}

/** Appends the OPT record and raises ARCOUNT. */
export function appendOpt(_out: Uint8Array, _length: number, _opt: ReplyOpt): number {
  throw new Error('not built');
}
