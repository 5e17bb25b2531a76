// Domain names as octet strings in wire form (RFC 1035 section 3.1). Letter case is folded for ASCII only (RFC 4343).

import { HEADER_BYTES } from './header.ts';

export const NAME_MAX_BYTES = 255;
export const LABEL_MAX_BYTES = 63;

/** What the names of one message have cost so far, for readers that would follow each of thousands. Reused. */
export class NameWork {
  /** Octets written out or compared; a pointer counts as four. */
  octets = 0;
}

const WORK_OF_POINTER = 4;

/** A name has at most 127 labels before its root, so no useful one takes more hops. */
const POINTER_HOPS_MAX = 127;
const POINTER = 0xc0;

/**
 * Offset after the name at `offset` (a pointer ends it, unfollowed), or -1 if it is malformed or runs past `end`.
 * A pointer to anything but an earlier place behind the header is malformed (RFC 1035 section 4.1.4).
 */
export function skipName(message: Uint8Array, offset: number, end: number): number {
  let position = offset;
  while (position < end) {
    const octet = message[position]!;
    if (octet === 0) return position + 1;
    if (octet >= POINTER) {
      return position + 2 <= end && isEarlier(pointerTarget(message, position), offset) ? position + 2 : -1;
    }
    if (octet > LABEL_MAX_BYTES) return -1;
    position += octet + 1;
    if (position - offset >= NAME_MAX_BYTES) return -1;
  }
  return -1;
}

/**
 * Copies the name at `offset` into `out`, following compression pointers (only to earlier offsets, bounded hops).
 * Returns its uncompressed length with the root octet (at most 255), or -1. `work` is told what it cost.
 */
export function expandName(message: Uint8Array, offset: number, end: number, out: Uint8Array, work?: NameWork): number {
  let position = offset;
  let segmentStart = offset;
  let hops = 0;
  let length = 0;
  while (position < end) {
    const octet = message[position]!;
    if (octet === 0) {
      out[length] = 0;
      if (work !== undefined) work.octets += length + 1 + hops * WORK_OF_POINTER;
      return length + 1;
    }
    if (octet >= POINTER) {
      if (position + 2 > end || ++hops > POINTER_HOPS_MAX) return -1;
      const target = pointerTarget(message, position);
      // Each hop lands before the segment it left: a loop cannot be written down.
      if (!isEarlier(target, segmentStart)) return -1;
      position = target;
      segmentStart = target;
      continue;
    }
    const next = position + octet + 1;
    if (octet > LABEL_MAX_BYTES || next > end || length + octet + 1 >= NAME_MAX_BYTES) return -1;
    while (position < next) out[length++] = message[position++]!;
  }
  return -1;
}

/** Lower-cases the ASCII letters of an uncompressed wire name in place. */
export function foldName(name: Uint8Array, length: number): void {
  // Length octets are at most 63 and letters begin at 65, so the octets need no telling apart.
  for (let i = 0; i < length; i++) name[i] = foldOctet(name[i]!);
}

/** Each octet's folded form: one load instead of comparisons that no CPU foresees in mixed case (0x20). */
export const FOLDED_OCTETS: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 256 }, (_, octet) => foldOctet(octet));

export function foldOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}

/** Whether two uncompressed wire names are the same under ASCII case folding. */
export function sameName(a: Uint8Array, aLength: number, b: Uint8Array, bLength: number): boolean {
  return aLength === bLength && sameNameOctets(a, b, 0, aLength);
}

/** Whether the octets [start, end) of both are the same under ASCII case folding. */
export function sameNameOctets(a: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (a[i] !== b[i] && foldOctet(a[i]!) !== foldOctet(b[i]!)) return false;
  }
  return true;
}

function pointerTarget(message: Uint8Array, offset: number): number {
  return ((message[offset]! & 0x3f) << 8) | message[offset + 1]!;
}

function isEarlier(target: number, segmentStart: number): boolean {
  return target >= HEADER_BYTES && target < segmentStart;
}
