// What names a certificate in a signed message: its issuer and serial number, cut out of its DER as they stand
// (RFC 5280 section 4.1). node:crypto has checked the certificate before; it does not give these octets away.

import type { X509Certificate } from 'node:crypto';

export interface CertificateIdentity {
  /** DER of the issuer's Name. */
  readonly issuer: Uint8Array;
  /** DER of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

const VERSION_TAG = 0xa0;

/** Throws RangeError if the octets are not those of a certificate. */
export function identityOf(certificate: X509Certificate): CertificateIdentity {
  const { raw } = certificate;
  const toBeSigned = contentOf(contentOf(raw));
  const parts = [elementAt(toBeSigned, 0)];
  while (parts.length < 4) parts.push(elementAt(toBeSigned, end(toBeSigned, parts.at(-1)!)));
  if (parts[0]![0] === VERSION_TAG) parts.shift();
  const [serialNumber, , issuer] = parts;
  return { issuer: issuer!, serialNumber: serialNumber! };
}

/** The element that begins at `offset`, whole. */
function elementAt(octets: Uint8Array, offset: number): Uint8Array {
  const { contentAt, contentBytes } = headAt(octets, offset);
  return octets.subarray(offset, contentAt + contentBytes);
}

/** The content of the element that `octets` begin with. */
function contentOf(octets: Uint8Array): Uint8Array {
  const { contentAt, contentBytes } = headAt(octets, 0);
  return octets.subarray(contentAt, contentAt + contentBytes);
}

function end(octets: Uint8Array, element: Uint8Array): number {
  return element.byteOffset - octets.byteOffset + element.byteLength;
}

function headAt(octets: Uint8Array, offset: number): { contentAt: number; contentBytes: number } {
  const first = octets[offset + 1] ?? 0x80;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let contentBytes = first < 0x80 ? first : 0;
  for (let i = 0; i < lengthBytes; i++) contentBytes = contentBytes * 256 + (octets[offset + 2 + i] ?? 0);
  const contentAt = offset + 2 + lengthBytes;
  if (first === 0x80 || contentAt + contentBytes > octets.length) throw new RangeError('not the DER of a certificate');
  return { contentAt, contentBytes };
}
