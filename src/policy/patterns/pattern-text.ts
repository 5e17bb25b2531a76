// A name as patterns see it: presentation form in lower case without the last dot, between two marks for its ends.

import { NAME_MAX_BYTES } from '../../wire/name.ts';
import { END_MARK, START_MARK } from './required-literals.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
const LAST_PRINTABLE = 0x7e;
const ZERO = 0x30;

/** Every octet as \DDD, and the marks. */
export const PATTERN_TEXT_MAX_BYTES: number = 4 * NAME_MAX_BYTES + 2;

/** Writes it to `out`; returns its length with both marks. `name`: lower-case wire name, `nameLength` octets with its root octet. */
export function writePatternText(name: Uint8Array, nameLength: number, out: Uint8Array): number {
  let length = 0;
  out[length++] = START_MARK;
  let labelEnd = 0;
  for (let position = 0; position < nameLength - 1; position++) {
    const octet = name[position]!;
    if (position === labelEnd) {
      if (position > 0) out[length++] = DOT;
      labelEnd = position + 1 + octet;
    } else if (octet > SPACE && octet <= LAST_PRINTABLE) {
      if (octet === DOT || octet === BACKSLASH) out[length++] = BACKSLASH;
      out[length++] = octet;
    } else {
      out[length++] = BACKSLASH;
      out[length++] = ZERO + Math.floor(octet / 100);
      out[length++] = ZERO + (Math.floor(octet / 10) % 10);
      out[length++] = ZERO + (octet % 10);
    }
  }
  out[length++] = END_MARK;
  return length;
}
