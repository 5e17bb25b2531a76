// The addresses this machine has, in the spelling that can be bound: link-local IPv6 with its interface.

import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { parseAddress } from '../wire/ip-address.ts';

/** Loopback included; each once, in the system's order. Interfaces that are down are left out by Node. */
export function localAddresses(): readonly string[] {
  const found = new Set<string>();
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    for (const { address, family, scopeid } of addresses ?? []) {
      found.add(family === 'IPv6' && scopeid !== undefined && scopeid !== 0 ? `${address}%${name}` : address);
    }
  }
  return [...found];
}

/**
 * What `read` said last, where the system cannot say: out of descriptors, it lists no interfaces. Only the first time is its error
 * thrown.
 */
export function lastKnown(read: () => readonly string[]): () => readonly string[] {
  let known: readonly string[] | undefined;
  return () => {
    try {
      known = read();
    } catch (error) {
      if (known === undefined) throw error;
    }
    return known;
  };
}

/** `0.0.0.0`, `::` and other spellings of them. */
export function isWildcard(address: string): boolean {
  const octets = new Uint8Array(16);
  if (!parseAddress(address, octets)) return false;
  return octets.subarray(isIPv6(address) ? 0 : 12).every((octet) => octet === 0);
}

export function sameFamily(one: string, other: string): boolean {
  return isIPv6(one) === isIPv6(other);
}
