// Integers of header compression (RFC 7541 section 5.1): the low bits of an octet, and 7 bits in each octet that follows.

/** At most 28 bits: what is longer means nothing that we would accept. */
const VALUE_MAX = 0x0fff_ffff;
const CONTINUATION_MAX_BITS = 28;

/** A value and where it ended, of the integer read last; `end` -1 for a fault. One per thread is enough: nothing waits. */
export const integer: { value: number; end: number } = { value: 0, end: 0 };

/** Reads the integer whose first octet, with a prefix of `prefixBits`, stands at `offset`, into `integer`. False on a fault. */
export function readInteger(bytes: Uint8Array, offset: number, limit: number, prefixBits: number): boolean {
  integer.end = -1;
  if (offset >= limit) return false;
  const mask = (1 << prefixBits) - 1;
  let value = bytes[offset]! & mask;
  let position = offset + 1;
  if (value === mask) {
    for (let shift = 0; ; shift += 7) {
      if (position >= limit || shift >= CONTINUATION_MAX_BITS) return false;
      const octet = bytes[position++]!;
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) break;
    }
    if (value > VALUE_MAX) return false;
  }
  integer.value = value;
  integer.end = position;
  return true;
}

/** Writes `value` behind the bits above the prefix, which stand in `highBits`. Returns the end: at most 5 octets later. */
export function writeInteger(
  bytes: Uint8Array,
  offset: number,
  value: number,
  prefixBits: number,
  highBits: number,
): number {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    bytes[offset] = highBits | value;
    return offset + 1;
  }
  bytes[offset] = highBits | mask;
  let rest = value - mask;
  let position = offset + 1;
  for (; rest >= 0x80; rest >>>= 7) bytes[position++] = 0x80 | (rest & 0x7f);
  bytes[position++] = rest;
  return position;
}
