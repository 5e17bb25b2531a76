// base64url (RFC 4648 section 5) without padding, written where it is needed.

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', 'latin1');

/** Characters that `length` octets become. */
export function base64urlLength(length: number): number {
  return Math.ceil((length * 4) / 3);
}

/** Writes `octets` as base64url at `offset`; returns the end. */
export function writeBase64url(octets: Uint8Array, out: Uint8Array, offset: number): number {
  const { length } = octets;
  let position = offset;
  let index = 0;
  for (; index + 2 < length; index += 3) {
    const bits = (octets[index]! << 16) | (octets[index + 1]! << 8) | octets[index + 2]!;
    out[position] = ALPHABET[bits >>> 18]!;
    out[position + 1] = ALPHABET[(bits >>> 12) & 63]!;
    out[position + 2] = ALPHABET[(bits >>> 6) & 63]!;
    out[position + 3] = ALPHABET[bits & 63]!;
    position += 4;
  }
  if (index === length) return position;
  const hasTwo = index + 1 < length;
  const bits = (octets[index]! << 16) | (hasTwo ? octets[index + 1]! << 8 : 0);
  out[position++] = ALPHABET[bits >>> 18]!;
  out[position++] = ALPHABET[(bits >>> 12) & 63]!;
  if (hasTwo) out[position++] = ALPHABET[(bits >>> 6) & 63]!;
  return position;
}
