// Copies records into an answer whose owners are compressed again (RFC 1035 section 4.1.4): nearly all of them have the name that was
// asked for, or that of the record before.

import { readUint16, writeUint16 } from './header.ts';
import { foldOctet, type NameWork, skipName } from './name.ts';
import { copyBehindOwner, copyRecord } from './record-copy.ts';
import { POINTER_TO_QUESTION } from './reply-builder.ts';

const POINTER = 0xc000;
/** The last offset that a pointer can lead to. */
export const POINTER_MAX = 0x3fff;

/**
 * As `copyRecord`; an owner that is the question's name, which stands at `nameAt` of `out`, becomes a pointer to there. A pointer
 * to the question means that name in any case, also in answers of ours that were begun for another question.
 */
export function copyOwnedRecord(
  message: Uint8Array,
  offset: number,
  messageEnd: number,
  nameAt: number,
  out: Uint8Array,
  length: number,
  work: NameWork,
): number {
  if (readUint16(message, offset) !== POINTER_TO_QUESTION || length + 2 > out.length) {
    const end = copyRecord(message, offset, messageEnd, out, length, work);
    return end < 0 ? -1 : shortenOwner(out, length, end, nameAt, work);
  }
  writeUint16(out, length, POINTER | nameAt);
  return copyBehindOwner(message, offset + 2, messageEnd, out, length + 2, work);
}

/**
 * Puts a pointer in the place of the owner of the record at [start, end), if it is the name at `nameAt`, both written out. Returns
 * the record's new end. `work` is told.
 */
export function shortenOwner(out: Uint8Array, start: number, end: number, nameAt: number, work: NameWork): number {
  const ownerEnd = skipName(out, start, end);
  // The root costs less than a pointer.
  if (ownerEnd - start < 3 || nameAt > POINTER_MAX) return end;
  let i = start;
  while (i < ownerEnd && foldOctet(out[nameAt + i - start]!) === foldOctet(out[i]!)) i++;
  work.octets += i - start;
  if (i < ownerEnd) return end;
  writeUint16(out, start, POINTER | nameAt);
  out.copyWithin(start + 2, ownerEnd, end);
  return start + 2 + end - ownerEnd;
}

/** Whether the owner of the record at `start` is a pointer. */
export function isOwnerShort(out: Uint8Array, start: number): boolean {
  return readUint16(out, start) >= POINTER;
}
