// Names that never leave the host (RFC 6761, 6762, 7686, 8375, 9462, 9476): asking the upstream for them would leak, or, for
// resolver.arpa, would hand the upstream's own discovery records to clients and lead them around the filter.

import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameFromText } from '../wire/name-text.ts';
import { TYPE } from '../wire/numbers.ts';

export const SPECIAL_USE = {
  NONE: 0,
  /** The loopback addresses; no other records. */
  LOOPBACK: 1,
  /** It exists and has no records. */
  NO_DATA: 2,
  /** NXDOMAIN. */
  NON_EXISTENT: 3,
} as const;
export type SpecialUse = (typeof SPECIAL_USE)[keyof typeof SPECIAL_USE];

const LOCALHOST = wireName('localhost');
const RESOLVER_ARPA = wireName('resolver.arpa');
const HOME_ARPA = wireName('home.arpa');
const NON_EXISTENT = [...['invalid', 'test', 'local', 'onion', 'alt', 'internal'].map(wireName), HOME_ARPA];

/** Most names end here, at one look: no special-use name ends in a label of this length and first letter. */
const MAY_BE_SPECIAL = new Uint8Array(256);
for (const name of [LOCALHOST, RESOLVER_ARPA, ...NON_EXISTENT]) {
  const hasTwoLabels = name[name[0]! + 1] !== 0;
  MAY_BE_SPECIAL[labelClass(name, hasTwoLabels ? name[0]! + 1 : 0)] = 1;
}

function labelClass(name: Uint8Array, start: number): number {
  return ((name[start]! << 5) ^ name[start + 1]!) & 0xff;
}

/** How the name last given to `hasher` is answered without asking anybody. Allocates nothing. */
export function specialUseOf(name: Uint8Array, nameLength: number, type: number, hasher: NameHasher): SpecialUse {
  if (MAY_BE_SPECIAL[labelClass(name, hasher.suffixOffset[0]!)] === 0) return SPECIAL_USE.NONE;
  if (endsWith(name, nameLength, hasher, LOCALHOST)) return SPECIAL_USE.LOOPBACK;
  if (endsWith(name, nameLength, hasher, RESOLVER_ARPA)) return SPECIAL_USE.NO_DATA;
  for (let i = 0; i < NON_EXISTENT.length; i++) {
    const suffix = NON_EXISTENT[i]!;
    if (!endsWith(name, nameLength, hasher, suffix)) continue;
    // home.arpa has an insecure delegation that validators must be able to see (RFC 8375 section 4).
    const isDelegation = suffix === HOME_ARPA && nameLength === suffix.length && type === TYPE.DS;
    return isDelegation ? SPECIAL_USE.NONE : SPECIAL_USE.NON_EXISTENT;
  }
  return SPECIAL_USE.NONE;
}

/** Whether the name is `suffix` (of one or two labels) or lies below it. */
function endsWith(name: Uint8Array, nameLength: number, hasher: NameHasher, suffix: Uint8Array): boolean {
  const start = nameLength - suffix.length;
  const labels = suffix[suffix[0]! + 1] === 0 ? 1 : 2;
  if (start < 0 || hasher.labelCount < labels || hasher.suffixOffset[labels - 1] !== start) return false;
  for (let i = 0; i < suffix.length; i++) if (name[start + i] !== suffix[i]) return false;
  return true;
}

function wireName(text: string): Uint8Array {
  const name = nameFromText(text);
  if (name === undefined) throw new Error(`not a name: ${text}`);
  return name;
}
