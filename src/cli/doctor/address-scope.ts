// What an address is good for: this machine alone, the local network, or everybody.

import { AccessList, type AddressRange, parseAccessEntry } from '../../policy/access-list.ts';
import { parseAddress } from '../../wire/ip-address.ts';

export type AddressScope = 'loopback' | 'link-local' | 'private' | 'public';

export const LOOPBACK_RANGES = rangesOf('loopback');

const LOOPBACK = new AccessList(LOOPBACK_RANGES);
const LINK_LOCAL = [listOf('fe80::/10'), listOf('169.254.0.0/16')];
const PRIVATE = listOf('private');

/** `address`: textual, a zone is ignored. */
export function scopeOf(address: string): AddressScope {
  const octets = octetsOf(address);
  if (LOOPBACK.permits(octets)) return 'loopback';
  if (LINK_LOCAL.some((list) => list.permits(octets))) return 'link-local';
  return PRIVATE.permits(octets) ? 'private' : 'public';
}

export function sameAddress(one: string, other: string): boolean {
  const octets = octetsOf(other);
  return octetsOf(one).every((octet, index) => octet === octets[index]);
}

/** 16 octets; zeros for what is no address. */
export function octetsOf(address: string): Uint8Array {
  const octets = new Uint8Array(16);
  return parseAddress(address, octets) ? octets : octets.fill(0);
}

function listOf(entry: string): AccessList {
  return new AccessList(rangesOf(entry));
}

function rangesOf(entry: string): readonly AddressRange[] {
  const ranges = parseAccessEntry(entry);
  return typeof ranges === 'string' ? [] : ranges;
}
