// Reads a client's message in one bounded pass: header, question, OPT. The result object is reused for every query.

import { OPT_FLAG_DO, OPT_FLAGS, OPT_VERSION, OPTION_FIXED_BYTES, skipOption } from './edns.ts';
import {
  FLAG_QR,
  HEADER_BYTES,
  opcodeOf,
  readAdditionalCount,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readId,
  readQuestionCount,
  readUint16,
} from './header.ts';
import { FOLDED_OCTETS, LABEL_MAX_BYTES, NAME_MAX_BYTES, skipName } from './name.ts';
import { OPCODE, TYPE } from './numbers.ts';
import { COOKIE_MAX_BYTES, isOptionWellFormed, OPTION_BIT, optionBitOf } from './query-option.ts';
import { QUESTION_FIXED_BYTES, RECORD_CLASS, RECORD_FIXED_BYTES, RECORD_RDLENGTH } from './resource-record.ts';

/** Why a message is not answered as a query, and what it gets instead. */
export const QUERY_FAULT = {
  NONE: 0,
  /** Shorter than a header: silence (RFC 8906). */
  TOO_SHORT: 1,
  /** QR=1: silence. */
  IS_RESPONSE: 2,
  /** FORMERR, as are all below without an RCODE of their own: names, records or counts that do not hold together. */
  FORMAT: 3,
  /** NOTIMP: an opcode other than QUERY. */
  OPCODE: 4,
  /** BADVERS: EDNS version 1 or higher. */
  EDNS_VERSION: 5,
  /** Not exactly one question (RFC 9619). */
  QUESTION_COUNT: 6,
  /** No question, but a cookie: asks for a fresh one (RFC 7873 section 5.4). */
  COOKIE_ALONE: 7,
  /** Records in the answer or authority section. */
  UNEXPECTED_RECORDS: 8,
  /** A second OPT, one not owned by the root, or options that are malformed. */
  OPT: 9,
} as const;
export type QueryFault = (typeof QUERY_FAULT)[keyof typeof QUERY_FAULT];

const UDP_SIZE_WITHOUT_OPT = 512;
// A copy of its own: V8 knows the value of a module's own constants, not that of imported or exported ones.
const NAME_START = HEADER_BYTES;
const LABEL_MAX = LABEL_MAX_BYTES;
const FOLDED = FOLDED_OCTETS;
const NAME_END_MAX = HEADER_BYTES + NAME_MAX_BYTES;
/** Rounded up to whole words. */
const QUESTION_END_MAX = (NAME_END_MAX + QUESTION_FIXED_BYTES + 3) & ~3;

/** What one query says; one object per thread, overwritten by each `readQuery`. */
export class QueryFacts {
  id = 0;
  flags = 0;
  /** The question section is [12, questionEnd); 12 if it could not be read. */
  questionEnd = HEADER_BYTES;
  /** Octets of the name with its root octet. */
  nameLength = 0;
  /** The uncompressed name, ASCII letters lower-cased (RFC 4343). */
  readonly name: Uint8Array<ArrayBuffer> = new Uint8Array(256);
  /** [12, questionEnd): the question section as the client sent it, where it stands in a reply too. */
  readonly question: Uint8Array<ArrayBuffer> = new Uint8Array(QUESTION_END_MAX);
  /** The same as words. */
  readonly questionWords: Int32Array<ArrayBuffer> = new Int32Array(this.question.buffer);
  type = 0;
  class = 0;
  hasOpt = false;
  /** As sent; 512 without OPT. */
  udpPayloadSize = UDP_SIZE_WITHOUT_OPT;
  dnssecOk = false;
  /** OPTION_BITs of the options that have an effect; 0 for most queries. */
  options = 0;
  /** The first COOKIE option (RFC 7873 section 5.2): [0, cookieLength), if the bit is set. */
  readonly cookie: Uint8Array<ArrayBuffer> = new Uint8Array(COOKIE_MAX_BYTES);
  cookieLength = 0;
}

/** Fills `facts` from a client's message of `length` octets. Never throws; whatever was read before a fault stays in `facts`. */
export function readQuery(message: Uint8Array, length: number, facts: QueryFacts): QueryFault {
  resetFacts(facts);
  if (length < HEADER_BYTES) return QUERY_FAULT.TOO_SHORT;
  facts.id = readId(message);
  facts.flags = readFlags(message);
  if ((facts.flags & FLAG_QR) !== 0) return QUERY_FAULT.IS_RESPONSE;
  // Before the question: what stands behind the header of an UPDATE is not one.
  if (opcodeOf(facts.flags) !== OPCODE.QUERY) return faultWithOpt(QUERY_FAULT.OPCODE, message, length, facts);
  if (readQuestionCount(message) !== 1) return questionCountFault(message, length, facts);
  const nameEnd = questionNameEnd(message, length);
  const questionEnd = nameEnd + QUESTION_FIXED_BYTES;
  if (nameEnd < 0 || questionEnd > length) return QUERY_FAULT.FORMAT;
  copyQuestion(message, nameEnd, facts);
  facts.nameLength = nameEnd - NAME_START;
  facts.type = readUint16(message, nameEnd);
  facts.class = readUint16(message, nameEnd + 2);
  facts.questionEnd = questionEnd;
  if (readAnswerCount(message) !== 0 || readAuthorityCount(message) !== 0)
    return faultWithOpt(QUERY_FAULT.UNEXPECTED_RECORDS, message, length, facts);
  return readAdditional(message, questionEnd, length, facts);
}

function questionCountFault(message: Uint8Array, length: number, facts: QueryFacts): QueryFault {
  const fault = faultWithOpt(QUERY_FAULT.QUESTION_COUNT, message, length, facts);
  const isCookieAlone = readQuestionCount(message) === 0 && (facts.options & OPTION_BIT.COOKIE) !== 0;
  return isCookieAlone && fault === QUERY_FAULT.QUESTION_COUNT ? QUERY_FAULT.COOKIE_ALONE : fault;
}

/**
 * What is refused for `fault` is read on all the same: its OPT says how the refusal has to look. A worse fault that comes to
 * light takes its place, except where an opcode of its own may give the message a layout of its own.
 */
function faultWithOpt(fault: QueryFault, message: Uint8Array, length: number, facts: QueryFacts): QueryFault {
  const start = additionalStart(message, length);
  const found = start < 0 ? QUERY_FAULT.FORMAT : readAdditional(message, start, length, facts);
  if (found === QUERY_FAULT.NONE || fault === QUERY_FAULT.OPCODE) return fault;
  return found;
}

/** Where the additional section begins, whatever stands before it; -1 if that is malformed. Each step takes 5 octets or more. */
function additionalStart(message: Uint8Array, end: number): number {
  let position = HEADER_BYTES;
  for (let left = readQuestionCount(message); left > 0; left--) {
    const nameEnd = skipName(message, position, end);
    position = nameEnd + QUESTION_FIXED_BYTES;
    if (nameEnd < 0 || position > end) return -1;
  }
  for (let left = readAnswerCount(message) + readAuthorityCount(message); left > 0; left--) {
    const ownerEnd = skipName(message, position, end);
    if (ownerEnd < 0 || ownerEnd + RECORD_FIXED_BYTES > end) return -1;
    position = ownerEnd + RECORD_FIXED_BYTES + readUint16(message, ownerEnd + RECORD_RDLENGTH);
    if (position > end) return -1;
  }
  return position;
}

function resetFacts(facts: QueryFacts): void {
  facts.id = 0;
  facts.flags = 0;
  facts.questionEnd = HEADER_BYTES;
  facts.nameLength = 0;
  facts.type = 0;
  facts.class = 0;
  facts.hasOpt = false;
  facts.udpPayloadSize = UDP_SIZE_WITHOUT_OPT;
  facts.dnssecOk = false;
  facts.options = 0;
}

/** Where the name behind the header ends, or -1. It stands first, so a pointer in it could only point at itself: malformed. */
function questionNameEnd(message: Uint8Array, end: number): number {
  let last = NAME_END_MAX;
  if (end < last) last = end;
  let position = NAME_START;
  while (position < last) {
    const labelLength = message[position]!;
    if (labelLength === 0) return position + 1;
    if (labelLength > LABEL_MAX) break;
    position += labelLength + 1;
  }
  return -1;
}

/** The question as it is, and its name folded: in one loop without branches, which a CPU runs several times faster than labels. */
function copyQuestion(message: Uint8Array, nameEnd: number, { question, name }: QueryFacts): void {
  // Length octets are at most 63 and letters begin at 65, so the octets need no telling apart.
  for (let position = NAME_START; position < nameEnd; position++) {
    const octet = message[position]!;
    question[position] = octet;
    name[position - NAME_START] = FOLDED[octet]!;
  }
  for (let position = nameEnd; position < nameEnd + QUESTION_FIXED_BYTES; position++)
    question[position] = message[position]!;
}

/** Walks every additional record, whatever it is: at least 11 octets each, so a lying ARCOUNT ends at the end of the message. */
function readAdditional(message: Uint8Array, start: number, end: number, facts: QueryFacts): QueryFault {
  let position = start;
  let version = 0;
  for (let left = readAdditionalCount(message); left > 0; left--) {
    const ownerEnd = skipName(message, position, end);
    const rdataStart = ownerEnd + RECORD_FIXED_BYTES;
    if (ownerEnd < 0 || rdataStart > end) return QUERY_FAULT.FORMAT;
    const rdataEnd = rdataStart + readUint16(message, ownerEnd + RECORD_RDLENGTH);
    if (rdataEnd > end) return QUERY_FAULT.FORMAT;
    if (readUint16(message, ownerEnd) === TYPE.OPT) {
      if (facts.hasOpt || message[position] !== 0) return QUERY_FAULT.OPT;
      facts.hasOpt = true;
      facts.udpPayloadSize = readUint16(message, ownerEnd + RECORD_CLASS);
      facts.dnssecOk = (readUint16(message, ownerEnd + OPT_FLAGS) & OPT_FLAG_DO) !== 0;
      version = message[ownerEnd + OPT_VERSION]!;
      // The options of a later version may be laid out differently: unread.
      if (version === 0 && !readOptions(message, rdataStart, rdataEnd, facts)) return QUERY_FAULT.OPT;
    }
    position = rdataEnd;
  }
  return version === 0 ? QUERY_FAULT.NONE : QUERY_FAULT.EDNS_VERSION;
}

/** Notes the options that matter; false if the list is malformed. */
function readOptions(message: Uint8Array, start: number, end: number, facts: QueryFacts): boolean {
  let position = start;
  while (position < end) {
    const next = skipOption(message, position, end);
    if (next < 0) return false;
    if (!isOptionWellFormed(message, position, next)) return false;
    const bit = optionBitOf(readUint16(message, position), next - position - OPTION_FIXED_BYTES);
    if (bit === OPTION_BIT.COOKIE && (facts.options & bit) === 0) keepCookie(message, position, next, facts);
    facts.options |= bit;
    position = next;
  }
  return true;
}

/** `start`: offset of the option code; `end`: after its data, which is known to be well formed. */
function keepCookie(message: Uint8Array, start: number, end: number, facts: QueryFacts): void {
  const dataStart = start + OPTION_FIXED_BYTES;
  facts.cookieLength = end - dataStart;
  for (let i = dataStart; i < end; i++) facts.cookie[i - dataStart] = message[i]!;
}
