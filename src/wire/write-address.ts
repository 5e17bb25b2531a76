// The textual form of an address as octets, without making a string: for texts that are written while queries are answered.

import { isMappedIpv4 } from './ip-address.ts';

/** Room for any address. */
export const ADDRESS_TEXT_MAX_BYTES = 39;
const GROUPS = 8;
const COLON = 0x3a;
const DOT = 0x2e;
const ZERO = 0x30;
const LETTERS_FROM = 0x61 - 10;

/** As addressToText: `address` has 16 octets. Returns the number of octets written to the beginning of `to`. Allocates nothing. */
export function writeAddress(address: Uint8Array, to: Uint8Array): number {
  return isMappedIpv4(address) ? writeIpv4(address, to) : writeIpv6(address, to);
}

function writeIpv4(address: Uint8Array, to: Uint8Array): number {
  let length = 0;
  for (let part = 12; part < 16; part++) {
    if (part > 12) to[length++] = DOT;
    const value = address[part]!;
    if (value >= 100) to[length++] = ZERO + Math.trunc(value / 100);
    if (value >= 10) to[length++] = ZERO + (Math.trunc(value / 10) % 10);
    to[length++] = ZERO + (value % 10);
  }
  return length;
}

/** RFC 5952 section 4: the first of the longest runs of two or more zero groups is left out. */
function writeIpv6(address: Uint8Array, to: Uint8Array): number {
  const gap = startOfLongestRun(address);
  const gapEnd = gap < 0 ? gap : gap + zerosFrom(address, gap);
  let length = 0;
  for (let group = 0; group < GROUPS; group++) {
    if (group >= gap && group < gapEnd) {
      if (group === gap) to[length++] = COLON;
      if (group === GROUPS - 1) to[length++] = COLON;
      continue;
    }
    if (group > 0) to[length++] = COLON;
    const value = groupOf(address, group);
    for (let shift = 12; shift >= 0; shift -= 4) {
      if (shift > 0 && value >>> shift === 0) continue;
      const digit = (value >>> shift) & 0xf;
      to[length++] = digit + (digit < 10 ? ZERO : LETTERS_FROM);
    }
  }
  return length;
}

function startOfLongestRun(address: Uint8Array): number {
  let start = -1;
  let longest = 1;
  for (let group = 0; group < GROUPS; group++) {
    const zeros = zerosFrom(address, group);
    if (zeros <= longest) continue;
    longest = zeros;
    start = group;
  }
  return start;
}

function zerosFrom(address: Uint8Array, group: number): number {
  let end = group;
  while (end < GROUPS && groupOf(address, end) === 0) end++;
  return end - group;
}

function groupOf(address: Uint8Array, group: number): number {
  return (address[2 * group]! << 8) | address[2 * group + 1]!;
}
