// Textual addresses to the sockaddr_in and sockaddr_in6 structures of Linux.

import { endianness } from 'node:os';
import { parseAddress } from '../wire/ip-address.ts';
import { ADDRESS_FAMILY } from './libc.ts';

const IPV4_STRUCTURE_LENGTH = 16;
const IPV6_STRUCTURE_LENGTH = 28;
/** Room of a sockaddr_storage: also large enough never to live inside the JavaScript heap, where it could move. */
const STORAGE_LENGTH = 128;
const LITTLE_ENDIAN = endianness() === 'LE';

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
  const octets = new Uint8Array(16);
  if (!parseAddress(address, octets)) return undefined;
  const bytes = new Uint8Array(STORAGE_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, port);
  if (!address.includes(':')) {
    view.setUint16(0, ADDRESS_FAMILY.IPV4, LITTLE_ENDIAN);
    bytes.set(octets.subarray(12), 4);
    return { family: ADDRESS_FAMILY.IPV4, bytes, length: IPV4_STRUCTURE_LENGTH };
  }
  const zone = zoneOf(address);
  const scope = zone === undefined ? 0 : /^\d+$/.test(zone) ? Number(zone) : interfaceIndex(zone);
  if (zone !== undefined && scope === 0) return undefined;
  view.setUint16(0, ADDRESS_FAMILY.IPV6, LITTLE_ENDIAN);
  bytes.set(octets, 8);
  view.setUint32(24, scope, LITTLE_ENDIAN);
  return { family: ADDRESS_FAMILY.IPV6, bytes, length: IPV6_STRUCTURE_LENGTH };
}

function zoneOf(address: string): string | undefined {
  const percent = address.indexOf('%');
  return percent === -1 ? undefined : address.slice(percent + 1);
}
