// The OPT pseudo-record (RFC 6891 section 6.1): where its fields stand, and how its options follow one another.

import { readUint16 } from './header.ts';

// The TTL field of an OPT record is: upper eight bits of the RCODE, EDNS version, flags.
export const OPT_EXTENDED_RCODE = 4;
export const OPT_VERSION = 5;
export const OPT_FLAGS = 6;
export const OPT_FLAG_DO = 0x8000;

/** Option code and length; the option's data follows. */
export const OPTION_FIXED_BYTES = 4;

/** Offset after the option at `offset`, or -1 if it runs past `end`. */
export function skipOption(message: Uint8Array, offset: number, end: number): number {
  if (offset + OPTION_FIXED_BYTES > end) return -1;
  const next = offset + OPTION_FIXED_BYTES + readUint16(message, offset + 2);
  return next <= end ? next : -1;
}
