// A name of the operator's own, as settings and files write it.

import { nameFromInternational } from '../../wire/international-name.ts';
import { foldName } from '../../wire/name.ts';

/** Lower-case wire name in any script; undefined if it is none, or the root, or has a `*` anywhere but as its whole first label. */
export function readLocalName(text: string, mayBeWildcard: boolean): Uint8Array<ArrayBuffer> | undefined {
  const isWildcard = text.startsWith('*.');
  if (isWildcard && !mayBeWildcard) return undefined;
  const rest = isWildcard ? text.slice(2) : text;
  const below = rest.includes('*') ? undefined : nameFromInternational(rest);
  if (below === undefined || below.length === 1 || below.length > 253) return undefined;
  foldName(below, below.length);
  return isWildcard ? Uint8Array.of(1, 0x2a, ...below) : below;
}
