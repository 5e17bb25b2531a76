// DER from the leaves up (ITU-T X.690), a thin layer of names over node-forge's builder. It is only ever fed our own data.

import forge from 'node-forge';

const { asn1 } = forge;
const { Class, Type } = asn1;

export type Der = forge.asn1.Asn1;

export const sequence = (...parts: Der[]): Der => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, parts);
export const set = (...parts: Der[]): Der => asn1.create(Class.UNIVERSAL, Type.SET, true, parts);
export const objectIdentifier = (dotted: string): Der =>
  asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(dotted).getBytes());
/** `octets`: big-endian two's complement. */
export const integer = (octets: Uint8Array): Der => asn1.create(Class.UNIVERSAL, Type.INTEGER, false, binary(octets));
export const boolean = (value: boolean): Der =>
  asn1.create(Class.UNIVERSAL, Type.BOOLEAN, false, binary(Uint8Array.of(value ? 0xff : 0)));
export const octetString = (octets: Uint8Array): Der =>
  asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, binary(octets));
export const bitString = (octets: Uint8Array, unusedBits = 0): Der =>
  asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, binary(Uint8Array.of(unusedBits, ...octets)));
export const utf8String = (text: string): Der =>
  asn1.create(Class.UNIVERSAL, Type.UTF8, false, binary(new TextEncoder().encode(text)));
/** Context-specific tag around other values. */
export const tagged = (tag: number, ...parts: Der[]): Der => asn1.create(Class.CONTEXT_SPECIFIC, tag, true, parts);
/** Context-specific tag in place of an octet or character string's own. */
export const taggedOctets = (tag: number, octets: Uint8Array): Der =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag, false, binary(octets));

export const nothing = (): Der => asn1.create(Class.UNIVERSAL, Type.NULL, false, '');
/** What is DER already, checked by whoever made it: as it stands. Lengths in four octets at most. */
export const encoded = (octets: Uint8Array): Der => {
  const contentAt = 2 + (octets[1]! < 0x80 ? 0 : octets[1]! & 0x7f);
  // The bit for "constructed" goes along as a part of the type: nothing inside is looked at.
  return asn1.create(octets[0]! & 0xc0, octets[0]! & 0x3f, false, binary(octets.subarray(contentAt)));
};

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export const time = (date: Date): Der =>
  date.getUTCFullYear() < 2050
    ? asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, asn1.dateToUtcTime(date))
    : asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, asn1.dateToGeneralizedTime(date));

export function derOctets(der: Der): Buffer {
  return Buffer.from(asn1.toDer(der).getBytes(), 'latin1');
}

/** forge keeps octets as strings of characters below 256. */
function binary(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
