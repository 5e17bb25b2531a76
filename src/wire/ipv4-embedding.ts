// IPv4 addresses inside IPv6 addresses, as translators between the two carry them (RFC 6052 section 2.2).

import { isMappedIpv4 } from './ip-address.ts';

export interface Ipv4Embedding {
  /** 16 octets; those behind the prefix are 0, and octet 8 is 0 in any case. */
  readonly prefix: Uint8Array;
  /** 32, 40, 48, 56, 64 or 96. */
  readonly prefixBits: number;
}

export const EMBEDDING_PREFIX_BITS: readonly number[] = [32, 40, 48, 56, 64, 96];

/** Bits 64 to 71: always 0, so that the address fits interface identifiers. */
const RESERVED_OCTET = 8;

/** 64:ff9b::/96, the same for everybody; it stands for public addresses only (RFC 6052 section 3.1). */
export const WELL_KNOWN_EMBEDDING: Ipv4Embedding = {
  prefix: Uint8Array.of(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  prefixBits: 96,
};

export function isWellKnown({ prefix, prefixBits }: Ipv4Embedding): boolean {
  return prefixBits === 96 && prefix.every((octet, index) => octet === WELL_KNOWN_EMBEDDING.prefix[index]);
}

/** Writes the 16 octets of the IPv6 address for the four octets of `ipv4` at `ipv4Offset` to `out` at `offset`. */
export function embedIpv4(
  { prefix, prefixBits }: Ipv4Embedding,
  ipv4: Uint8Array,
  ipv4Offset: number,
  out: Uint8Array,
  offset: number,
): void {
  for (let i = 0; i < 16; i++) out[offset + i] = prefix[i]!;
  let position = prefixBits >>> 3;
  for (let i = 0; i < 4; i++) {
    if (position === RESERVED_OCTET) position++;
    out[offset + position++] = ipv4[ipv4Offset + i]!;
  }
}

/**
 * The IPv4 address inside `ipv6` (16 octets) into `out`; false if it is not under the prefix. What stands behind the IPv4 address
 * is not looked at (RFC 6052 section 2.2: for later use).
 */
export function extractIpv4({ prefix, prefixBits }: Ipv4Embedding, ipv6: Uint8Array, out: Uint8Array): boolean {
  let position = prefixBits >>> 3;
  for (let i = 0; i < position; i++) if (ipv6[i] !== prefix[i]) return false;
  if (ipv6[RESERVED_OCTET] !== 0) return false;
  for (let i = 0; i < 4; i++) {
    if (position === RESERVED_OCTET) position++;
    out[i] = ipv6[position++]!;
  }
  return true;
}

/** Whether the 16 octets at `offset` are an IPv4 address in ::ffff:0:0/96, which no host can be reached at (RFC 6147 section 5.1.4). */
export function isMappedAt(message: Uint8Array, offset: number): boolean {
  return isMappedIpv4(message.subarray(offset, offset + 16));
}

/**
 * Whether the well-known prefix may not stand for this IPv4 address: those that are not reached over the Internet (RFC 6052
 * section 3.1, RFC 6890). The two of ipv4only.arpa are the exception by which clients find the prefix (RFC 7050, RFC 8880).
 */
export function isNotGlobalIpv4(ipv4: Uint8Array, offset: number): boolean {
  const first = ipv4[offset]!;
  const second = ipv4[offset + 1]!;
  const third = ipv4[offset + 2]!;
  switch (first) {
    case 0:
    case 10:
    case 127:
      return true;
    case 100:
      return (second & 0xc0) === 64;
    case 169:
      return second === 254;
    case 172:
      return (second & 0xf0) === 16;
    case 192:
      if (second === 168) return true;
      if (second !== 0) return false;
      return third === 2 || (third === 0 && (ipv4[offset + 3]! & 0xfe) !== 170);
    case 198:
      return (second & 0xfe) === 18 || (second === 51 && third === 100);
    case 203:
      return second === 0 && third === 113;
    default:
      return first >= 224;
  }
}
