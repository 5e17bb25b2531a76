// One spelling per IP address, so that two texts of it compare equal.

import { isIP } from 'node:net';
import { addressToText, parseAddress } from '../../wire/ip-address.ts';

/** RFC 5952 text, or dotted quad; undefined if `text` is no address. The zone of a link-local address is kept. */
export function canonicalAddress(text: string): string | undefined {
  if (isIP(text) === 0) return undefined;
  const zone = text.includes('%') ? text.slice(text.indexOf('%')) : '';
  const octets = new Uint8Array(16);
  return parseAddress(text, octets) ? addressToText(octets) + zone : undefined;
}
