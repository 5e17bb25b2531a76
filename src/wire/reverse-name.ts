// Addresses as names: in-addr.arpa (RFC 1035 section 3.5) and ip6.arpa (RFC 3596 section 2.5), in wire form.

import { isMappedIpv4 } from './ip-address.ts';
import { knownName } from './name-text.ts';

const IP6_ARPA = knownName('ip6.arpa');
const IN_ADDR_ARPA = knownName('in-addr.arpa');
const NIBBLES = 32;
/** Each nibble is a label of one octet. */
const IP6_NAME_BYTES = 2 * NIBBLES + IP6_ARPA.length;
/** Of the longest name that `writeIpv4ReverseName` writes. */
export const IPV4_REVERSE_NAME_MAX_BYTES: number = 16 + IN_ADDR_ARPA.length;

/** The address a lower-case wire name under ip6.arpa stands for, into 16 octets of `out`; false if it is no whole address. */
export function readIpv6ReverseName(name: Uint8Array, nameLength: number, out: Uint8Array): boolean {
  if (nameLength !== IP6_NAME_BYTES) return false;
  for (let i = 0; i < IP6_ARPA.length; i++) if (name[2 * NIBBLES + i] !== IP6_ARPA[i]) return false;
  for (let index = 0; index < NIBBLES; index++) {
    const nibble = hexDigit(name[2 * index + 1]!);
    if (name[2 * index] !== 1 || nibble < 0) return false;
    // The last nibble of the address comes first.
    const octet = 15 - (index >>> 1);
    out[octet] = index % 2 === 0 ? nibble : out[octet]! | (nibble << 4);
  }
  return true;
}

/** Writes the name of the four octets of `ipv4` under in-addr.arpa to `out` at `offset`; returns its length. */
export function writeIpv4ReverseName(ipv4: Uint8Array, out: Uint8Array, offset: number): number {
  let position = offset;
  for (let i = 3; i >= 0; i--) {
    const octet = ipv4[i]!;
    const digits = octet > 99 ? 3 : octet > 9 ? 2 : 1;
    out[position] = digits;
    let rest = octet;
    for (let digit = digits; digit > 0; digit--) {
      out[position + digit] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    position += 1 + digits;
  }
  for (let i = 0; i < IN_ADDR_ARPA.length; i++) out[position++] = IN_ADDR_ARPA[i]!;
  return position - offset;
}

/** The name of an address; IPv4 as ::ffff:a.b.c.d. */
export function reverseName(address: Uint8Array): Uint8Array<ArrayBuffer> {
  if (isMappedIpv4(address)) {
    const name = new Uint8Array(IPV4_REVERSE_NAME_MAX_BYTES);
    return name.slice(0, writeIpv4ReverseName(address.subarray(12), name, 0));
  }
  const name = new Uint8Array(IP6_NAME_BYTES);
  for (let index = 0; index < NIBBLES; index++) {
    const octet = address[15 - (index >>> 1)]!;
    const nibble = index % 2 === 0 ? octet & 0xf : octet >>> 4;
    name[2 * index] = 1;
    name[2 * index + 1] = nibble < 10 ? 0x30 + nibble : 0x57 + nibble;
  }
  name.set(IP6_ARPA, 2 * NIBBLES);
  return name;
}

/** Of lower-case letters; -1 for what is none. */
function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  return octet >= 0x61 && octet <= 0x66 ? octet - 0x57 : -1;
}
