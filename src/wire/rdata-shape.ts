// The RDATA layout of the types that dns-packet decodes by itself. That decoder ends a record where its own reading ends, not
// where RDLENGTH says; RDATA of another layout would let it run on from the wrong octet, or start over at the first one.

import { skipOption } from './edns.ts';
import { expandName, NAME_MAX_BYTES, skipName } from './name.ts';
import { TYPE } from './numbers.ts';

/** A number is that many octets; `rest` is whatever is left. */
type Field = number | 'name' | 'string' | 'strings' | 'bitmap' | 'options' | 'fingerprint' | 'rest';

const SHAPES: ReadonlyMap<number, readonly Field[]> = new Map<number, readonly Field[]>([
  [TYPE.A, [4]],
  [TYPE.NS, ['name']],
  [TYPE.CNAME, ['name']],
  [TYPE.SOA, ['name', 'name', 20]],
  [TYPE.PTR, ['name']],
  [TYPE.HINFO, ['string', 'string']],
  [TYPE.MX, [2, 'name']],
  [TYPE.TXT, ['strings']],
  [TYPE.RP, ['name', 'name']],
  [TYPE.AAAA, [16]],
  [TYPE.SRV, [6, 'name']],
  [TYPE.NAPTR, [4, 'string', 'string', 'string', 'name']],
  [TYPE.DNAME, ['name']],
  [TYPE.OPT, ['options']],
  [TYPE.DS, [4, 'rest']],
  [TYPE.SSHFP, [1, 'fingerprint']],
  [TYPE.RRSIG, [18, 'name', 'rest']],
  [TYPE.NSEC, ['name', 'bitmap']],
  [TYPE.DNSKEY, [4, 'rest']],
  [TYPE.NSEC3, [4, 'string', 'string', 'bitmap']],
  [TYPE.TLSA, [3, 'rest']],
  [TYPE.CAA, [1, 'string', 'rest']],
]);

const scratch = new Uint8Array(NAME_MAX_BYTES);

/** Whether [start, end) is RDATA of that type, to the octet; true for every type not listed. */
export function isRdataWellFormed(message: Uint8Array, type: number, start: number, end: number): boolean {
  const fields = SHAPES.get(type);
  if (fields === undefined) return true;
  let position = start;
  for (const field of fields) {
    position = skipField(message, field, position, end);
    if (position < 0 || position > end) return false;
  }
  return position === end;
}

/** Offset after the field, which may lie past `end`, or -1. */
function skipField(message: Uint8Array, field: Field, position: number, end: number): number {
  if (typeof field === 'number') return position + field;
  switch (field) {
    case 'name':
      return expandName(message, position, end, scratch) < 0 ? -1 : skipName(message, position, end);
    case 'string':
      return skipString(message, position, end);
    case 'strings':
      return skipAll(skipString, message, position, end);
    case 'bitmap':
      return skipAll(skipBitmapWindow, message, position, end);
    case 'options':
      return skipAll(skipOption, message, position, end);
    case 'fingerprint':
      return skipFingerprint(message, position, end);
    case 'rest':
      return end;
  }
}

type Skip = (message: Uint8Array, offset: number, end: number) => number;

/** Repeats `skip` up to `end`; -1 as soon as one item does not fit. */
function skipAll(skip: Skip, message: Uint8Array, offset: number, end: number): number {
  let position = offset;
  while (position < end) {
    position = skip(message, position, end);
    if (position < 0 || position > end) return -1;
  }
  return position;
}

function skipString(message: Uint8Array, offset: number, end: number): number {
  return offset < end ? offset + 1 + message[offset]! : -1;
}

/** A window of a type bitmap (RFC 4034 section 4.1.2): its number, 1 to 32, that many octets. */
function skipBitmapWindow(message: Uint8Array, offset: number, end: number): number {
  if (offset + 2 > end) return -1;
  const length = message[offset + 1]!;
  return length >= 1 && length <= 32 ? offset + 2 + length : -1;
}

/** Hash type and fingerprint of an SSHFP; only SHA-1 and SHA-256 have a length that the decoder knows. */
function skipFingerprint(message: Uint8Array, offset: number, end: number): number {
  if (offset >= end) return -1;
  const hashType = message[offset]!;
  if (hashType === 1) return offset + 1 + 20;
  return hashType === 2 ? offset + 1 + 32 : -1;
}
