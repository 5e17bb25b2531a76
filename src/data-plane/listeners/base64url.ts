// base64url (RFC 4648 section 5) as it stands in the `dns` parameter of a DoH request: letters, digits, '-' and '_', no padding.

const INVALID = 0xff;
const VALUE_OF_CODE = new Uint8Array(128).fill(INVALID);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
for (let value = 0; value < ALPHABET.length; value++) VALUE_OF_CODE[ALPHABET.charCodeAt(value)] = value;

/** Decodes characters [start, end) of `text`, without padding, into `out`. Returns the number of octets, or -1 on a fault. */
export function decodeBase64Url(text: string, start: number, end: number, out: Uint8Array): number {
  // One character left over would be six bits: not an octet.
  if ((end - start) % 4 === 1) return -1;
  let bits = 0;
  let bitCount = 0;
  let length = 0;
  for (let position = start; position < end; position++) {
    const code = text.charCodeAt(position);
    const value = code < 128 ? VALUE_OF_CODE[code]! : INVALID;
    if (value === INVALID) return -1;
    bits = (bits << 6) | value;
    bitCount += 6;
    if (bitCount >= 8) {
      bitCount -= 8;
      out[length++] = bits >>> bitCount;
      bits &= (1 << bitCount) - 1;
    }
  }
  return length;
}
