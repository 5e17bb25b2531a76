// What must hold before a message may be given to a decoder that trusts counts and lengths (dns-packet).

import {
  HEADER_BYTES,
  MESSAGE_MAX_BYTES,
  readAdditionalCount,
  readAnswerCount,
  readAuthorityCount,
  readQuestionCount,
  readUint16,
} from './header.ts';
import { expandName, NAME_MAX_BYTES, skipName } from './name.ts';
import { isRdataWellFormed } from './rdata-shape.ts';
import { QUESTION_FIXED_BYTES, RECORD_FIXED_BYTES, RECORD_RDLENGTH } from './resource-record.ts';

const scratch = new Uint8Array(NAME_MAX_BYTES);

/**
 * Whether counts, names and RDATA lengths of `message` stay inside it, and the RDATA of every type that dns-packet decodes has the
 * shape of that type: so the decoder ends each record where we do, and finds no more records than the bytes hold. Every name
 * expands within the hop limit. Bounded work.
 */
export function isStructurallySound(message: Uint8Array): boolean {
  const end = message.length;
  if (end < HEADER_BYTES || end > MESSAGE_MAX_BYTES) return false;
  let position = HEADER_BYTES;
  const questionCount = readQuestionCount(message);
  if (questionCount > 1) return false;
  if (questionCount === 1) {
    const nameEnd = skipName(message, position, end);
    position = nameEnd + QUESTION_FIXED_BYTES;
    if (nameEnd < 0 || position > end) return false;
  }
  const recordCount = readAnswerCount(message) + readAuthorityCount(message) + readAdditionalCount(message);
  for (let left = recordCount; left > 0; left--) {
    const ownerEnd = skipName(message, position, end);
    const rdataStart = ownerEnd + RECORD_FIXED_BYTES;
    if (ownerEnd < 0 || rdataStart > end || expandName(message, position, end, scratch) < 0) return false;
    const rdataEnd = rdataStart + readUint16(message, ownerEnd + RECORD_RDLENGTH);
    if (rdataEnd > end) return false;
    if (!isRdataWellFormed(message, readUint16(message, ownerEnd), rdataStart, rdataEnd)) return false;
    position = rdataEnd;
  }
  return true;
}
