// UUIDs that follow from a name (RFC 9562 section 5.5, version 5): the same profile made again replaces the one before.

import { createHash } from 'node:crypto';

/** Ours alone, drawn once. */
const NAMESPACE = Buffer.from('6f1a3c0e52b14d1e9a5b7d20c3e4f586', 'hex');

/** In capitals, as Apple writes them. */
export function stableUuid(name: string): string {
  const octets = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  octets[6] = (octets[6]! & 0x0f) | 0x50;
  octets[8] = (octets[8]! & 0x3f) | 0x80;
  return octets
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    .toUpperCase();
}
