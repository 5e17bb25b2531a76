// Who is at the other end of a connection, and what counts as one client for the limits.

import { isMappedIpv4, parseAddress } from '../../wire/ip-address.ts';

/** Reads a socket's `remoteAddress` into 16 octets (IPv4 in its mapped form); false if it has none, or no longer. */
export function readClientAddress(remoteAddress: string | undefined, out: Uint8Array): boolean {
  return remoteAddress !== undefined && parseAddress(remoteAddress, out);
}

/** One key per IPv4 address and per IPv6 /64: an IPv6 host can have every address of its network. */
export function clientKey(address: Uint8Array): string {
  return Buffer.from(address.buffer, address.byteOffset, isMappedIpv4(address) ? 16 : 8).toString('latin1');
}
