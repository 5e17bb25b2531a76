// Fields to header blocks (RFC 7541), as literals that no table remembers: nothing is shared with the peer, nothing can fall out
// of step, and two requests of the same length look alike on the wire.

import { writeInteger } from './hpack-integer.ts';
import { staticIndexOf } from './static-table.ts';

/** Section 4.2: tells the peer that we use no table, whatever size it allows. Stands in front of a connection's first block. */
export const NO_TABLE = 0x20;

const INDEXED = 0x80;
const STRING_LENGTH_BITS = 7;
const NAME_INDEX_BITS = 4;

/** Octets that one field takes at most beside its name and value. */
export const FIELD_FRAMING_MAX_BYTES = 15;

/** Writes a field whose name stands in the static table; with its value too, that is one octet. Returns the end. */
export function writeField(bytes: Uint8Array, offset: number, name: string, value: string): number {
  const whole = staticIndexOf(name, value);
  if (whole > 0) return writeInteger(bytes, offset, whole, 7, INDEXED);
  let position = writeFieldStart(bytes, offset, name, value.length);
  for (let i = 0; i < value.length; i++) bytes[position++] = value.charCodeAt(i);
  return position;
}

/** Everything of a field but its value, which has `valueLength` octets and goes where this returns. */
export function writeFieldStart(bytes: Uint8Array, offset: number, name: string, valueLength: number): number {
  const position = writeInteger(bytes, offset, staticIndexOf(name), NAME_INDEX_BITS, 0);
  return writeInteger(bytes, position, valueLength, STRING_LENGTH_BITS, 0);
}
