// Textual addresses to the sockaddr_in and sockaddr_in6 structures of Linux.

import { endianness } from 'node:os';
import { parseAddress } from '../wire/ip-address.ts';
import { ADDRESS_FAMILY } from './libc.ts';

export const IPV4_STRUCTURE_LENGTH = 16;
export const IPV6_STRUCTURE_LENGTH = 28;
/** Room of a sockaddr_storage: also large enough never to live inside the JavaScript heap, where it could move. */
const STORAGE_LENGTH = 128;
const LITTLE_ENDIAN = endianness() === 'LE';

const octets = new Uint8Array(16);

export interface SocketAddress {
  readonly family: number;
  readonly bytes: Uint8Array;
  readonly length: number;
}

/**
 * `address`: IPv4 or IPv6 without brackets, link-local ones with `%interface` or `%number`. `interfaceIndex` gives 0 for an
 * unknown interface. Undefined where the text is no address or its interface does not exist.
 */
export function socketAddress(
  address: string,
  port: number,
  interfaceIndex: (name: string) => number,
): SocketAddress | undefined {
  const bytes = new Uint8Array(STORAGE_LENGTH);
  const length = writeSocketAddress(address, port, interfaceIndex, bytes);
  if (length === 0) return undefined;
  return { family: length === IPV4_STRUCTURE_LENGTH ? ADDRESS_FAMILY.IPV4 : ADDRESS_FAMILY.IPV6, bytes, length };
}

/** The same into the start of `out`, which has room for an IPv6 structure. The length of the structure, 0 where there is none. */
export function writeSocketAddress(
  address: string,
  port: number,
  interfaceIndex: (name: string) => number,
  out: Uint8Array,
): number {
  if (!parseAddress(address, octets)) return 0;
  out[2] = port >>> 8;
  out[3] = port;
  if (!address.includes(':')) {
    writeNative16(out, 0, ADDRESS_FAMILY.IPV4);
    for (let i = 0; i < 4; i++) out[4 + i] = octets[12 + i]!;
    out.fill(0, 8, IPV4_STRUCTURE_LENGTH);
    return IPV4_STRUCTURE_LENGTH;
  }
  const zone = zoneOf(address);
  const scope = zone === undefined ? 0 : /^\d+$/.test(zone) ? Number(zone) : interfaceIndex(zone);
  if (zone !== undefined && scope === 0) return 0;
  writeNative16(out, 0, ADDRESS_FAMILY.IPV6);
  out.fill(0, 4, 8);
  for (let i = 0; i < 16; i++) out[8 + i] = octets[i]!;
  writeNative16(out, 24, LITTLE_ENDIAN ? scope & 0xffff : scope >>> 16);
  writeNative16(out, 26, LITTLE_ENDIAN ? scope >>> 16 : scope & 0xffff);
  return IPV6_STRUCTURE_LENGTH;
}

function writeNative16(out: Uint8Array, offset: number, value: number): void {
  out[offset] = LITTLE_ENDIAN ? value : value >>> 8;
  out[offset + 1] = LITTLE_ENDIAN ? value >>> 8 : value;
}

function zoneOf(address: string): string | undefined {
  const percent = address.indexOf('%');
  return percent === -1 ? undefined : address.slice(percent + 1);
}
