// Server cookies of version 1 (RFC 9018 section 4): what a client shows to prove that it has heard from us at its address.
//
//   client cookie (8) | version 1 | reserved (3) | Unix time in seconds (4) | SipHash-2-4 (8)
//                                                                             of all before it and the client's address

import { OPTION_FIXED_BYTES } from './edns.ts';
import { readUint32, writeUint32 } from './header.ts';
import { isMappedIpv4 } from './ip-address.ts';
import { OPTION } from './numbers.ts';
import type { QueryFacts } from './query-reader.ts';
import { appendOptionHead } from './reply-opt.ts';
import { SIP_HASH_BYTES, sipHash } from './sip-hash.ts';

export const CLIENT_COOKIE_BYTES = 8;
const TIME_OFFSET = 12;
const HASH_OFFSET = 16;
/** Client cookie and our server cookie. */
const COOKIE_BYTES = 24;
const VERSION = 1;

/** RFC 9018 section 4.3: how old a cookie may be, and how far ahead of our clock. */
const AGE_MAX_SECONDS = 3600;
const AHEAD_MAX_SECONDS = 300;

/** What is hashed; only used within a call. */
const input = new Uint8Array(HASH_OFFSET + 16);
const expected = new Uint8Array(SIP_HASH_BYTES);

/**
 * Whether the query's cookie is one that we made for this address (16 octets) with `secret` (16 octets), not longer ago than
 * an hour. Reserved octets may be anything, as long as they were hashed.
 */
export function isServerCookieValid(
  { cookie, cookieLength }: QueryFacts,
  clientAddress: Uint8Array,
  unixSeconds: number,
  secret: Uint8Array,
): boolean {
  if (cookieLength !== COOKIE_BYTES || cookie[CLIENT_COOKIE_BYTES] !== VERSION) return false;
  // Serial number arithmetic (RFC 1982): the 32 bits wrap in 2106.
  const ageSeconds = (unixSeconds - readUint32(cookie, TIME_OFFSET)) | 0;
  if (ageSeconds > AGE_MAX_SECONDS || ageSeconds < -AHEAD_MAX_SECONDS) return false;
  for (let i = 0; i < HASH_OFFSET; i++) input[i] = cookie[i]!;
  sipHash(secret, input, appendAddress(clientAddress), expected, 0);
  let difference = 0;
  for (let i = 0; i < SIP_HASH_BYTES; i++) difference |= expected[i]! ^ cookie[HASH_OFFSET + i]!;
  return difference === 0;
}

export const COOKIE_OPTION_BYTES: number = OPTION_FIXED_BYTES + COOKIE_BYTES;

/** Appends the client's own cookie with a fresh server cookie behind it; returns the new length. */
export function appendServerCookie(
  out: Uint8Array,
  optStart: number,
  length: number,
  { cookie }: QueryFacts,
  clientAddress: Uint8Array,
  unixSeconds: number,
  secret: Uint8Array,
): number {
  const start = appendOptionHead(out, optStart, length, OPTION.COOKIE, COOKIE_BYTES);
  for (let i = 0; i < CLIENT_COOKIE_BYTES; i++) input[i] = cookie[i]!;
  writeUint32(input, CLIENT_COOKIE_BYTES, VERSION << 24);
  writeUint32(input, TIME_OFFSET, unixSeconds);
  for (let i = 0; i < HASH_OFFSET; i++) out[start + i] = input[i]!;
  sipHash(secret, input, appendAddress(clientAddress), out, start + HASH_OFFSET);
  return start + COOKIE_BYTES;
}

/** Puts the address behind what is hashed: 4 octets for IPv4, 16 for IPv6. Returns the length of it all. */
function appendAddress(clientAddress: Uint8Array): number {
  const skipped = isMappedIpv4(clientAddress) ? 12 : 0;
  for (let i = skipped; i < 16; i++) input[HASH_OFFSET + i - skipped] = clientAddress[i]!;
  return HASH_OFFSET + 16 - skipped;
}
