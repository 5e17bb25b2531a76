// How renewal information names a certificate (RFC 9773 section 4.1): its issuer's key and its serial number. Reads the few DER
// elements on the way there (RFC 5280 section 4.1) and steps over everything else.

import type { X509Certificate } from 'node:crypto';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OBJECT_IDENTIFIER = 0x06;
const OCTET_STRING = 0x04;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const KEY_IDENTIFIER = 0x80;
/** 2.5.29.35 */
const AUTHORITY_KEY_IDENTIFIER = Buffer.from([0x55, 0x1d, 0x23]);

interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

/** Undefined for a certificate without authority key identifier. */
export function certificateIdentifier(certificate: X509Certificate): string | undefined {
  const outer = elements(certificate.raw)[0];
  const toBeSigned = outer === undefined ? undefined : elements(outer.content)[0];
  if (toBeSigned === undefined) return undefined;
  const fields = elements(toBeSigned.content).filter(({ tag }) => tag !== VERSION);
  const serial = fields[0];
  const extensions = fields.find(({ tag }) => tag === EXTENSIONS);
  if (serial?.tag !== INTEGER || extensions === undefined) return undefined;
  for (const { content } of elements(elements(extensions.content)[0]?.content ?? Buffer.alloc(0))) {
    const parts = elements(content);
    if (parts[0]?.tag !== OBJECT_IDENTIFIER || !parts[0].content.equals(AUTHORITY_KEY_IDENTIFIER)) continue;
    const value = parts.find(({ tag }) => tag === OCTET_STRING);
    const inner = value === undefined ? undefined : elements(value.content)[0];
    if (inner?.tag !== SEQUENCE) return undefined;
    const key = elements(inner.content).find(({ tag }) => tag === KEY_IDENTIFIER);
    return key === undefined
      ? undefined
      : `${key.content.toString('base64url')}.${serial.content.toString('base64url')}`;
  }
  return undefined;
}

/** The elements that stand one behind the other in `bytes`; what is cut off is left out. */
function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  let offset = 0;
  while (offset + 2 <= bytes.length) {
    const tag = bytes[offset]!;
    let length = bytes[offset + 1]!;
    offset += 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0 || octets > 4 || offset + octets > bytes.length) break;
      length = bytes.readUIntBE(offset, octets);
      offset += octets;
    }
    if (offset + length > bytes.length) break;
    found.push({ tag, content: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return found;
}
