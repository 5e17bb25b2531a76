// Octets as zone files write them (RFC 1035 section 5.1, RFC 3597 section 5, RFC 4648): printable ASCII whatever they are.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** A character-string: in quotes, with \" \\ and \DDD. */
export function characterString(octets: Uint8Array): string {
  return `"${escapedOctets(octets)}"`;
}

export function escapedOctets(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) {
    if (octet === QUOTE || octet === BACKSLASH) text += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet <= 0x7e) text += String.fromCharCode(octet);
    else text += `\\${String(octet).padStart(3, '0')}`;
  }
  return text;
}

/** RDATA of any type. */
export function genericRdata(octets: Uint8Array): string {
  return octets.length === 0 ? '\\# 0' : `\\# ${octets.length} ${hexText(octets)}`;
}

const BASE32_HEX_DIGITS = '0123456789abcdefghijklmnopqrstuv';

/** Without padding, as NSEC3 has it (RFC 5155 section 3.3). */
export function base32Hex(octets: Uint8Array): string {
  let text = '';
  let bits = 0;
  let pending = 0;
  for (const octet of octets) {
    pending = ((pending << 8) | octet) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32_HEX_DIGITS[(pending >>> (bits - 5)) & 0x1f]!;
  }
  return bits === 0 ? text : text + BASE32_HEX_DIGITS[(pending << (5 - bits)) & 0x1f]!;
}

/** Lower-case hexadecimal digits. Uint8Array's own toHex is too new for Node.js 24. */
export function hexText(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('hex');
}

export function base64Text(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}
