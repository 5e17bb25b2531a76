// Reads an upstream's message in one bounded pass and notes what caching and policy need. The result object is reused.

import { OPT_EXTENDED_RCODE, OPTION_FIXED_BYTES, skipOption } from './edns.ts';
import {
  FLAG_QR,
  HEADER_BYTES,
  MESSAGE_MAX_BYTES,
  opcodeOf,
  rcodeOf,
  readAdditionalCount,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readQuestionCount,
  readUint16,
  readUint32,
} from './header.ts';
import { sameNameOctets, skipName } from './name.ts';
import { OPCODE, OPTION, TYPE } from './numbers.ts';
import { QUESTION_FIXED_BYTES, RECORD_FIXED_BYTES, RECORD_RDLENGTH, RECORD_TTL } from './resource-record.ts';

export const ANSWER_FAULT = {
  NONE: 0,
  /** Not a well-formed response with exactly one question. */
  FORMAT: 1,
} as const;
export type AnswerFault = (typeof ANSWER_FAULT)[keyof typeof ANSWER_FAULT];

/** Records whose position is noted; a message with more is a fault (no real answer comes near). */
export const ANSWER_RECORDS_MAX = 4096;
export const CNAME_CHAIN_MAX = 16;
export const SERVICE_TARGETS_MAX = 32;
const ADDRESSES_MAX = 64;
const SERVICE_PRIORITY_BYTES = 2;
/** Key and length of a service parameter. */
const PARAMETER_FIXED_BYTES = 4;
const IPV4_HINT = 4;
const IPV6_HINT = 6;

const TTL_TOP_BIT = 0x8000_0000;
/** SERIAL, REFRESH, RETRY, EXPIRE and MINIMUM behind the two names of an SOA. */
const SOA_NUMBERS_BYTES = 20;

export class AnswerFacts {
  flags = 0;
  /** RCODE with the extended bits of OPT. */
  rcode = 0;
  questionEnd = HEADER_BYTES;
  /** Length without the OPT record and whatever stood behind it: what may be cached and relayed. */
  lengthWithoutOpt = 0;
  /** Offsets of the TTL field of every record in that part (`ttlCount` of them). */
  readonly ttlOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(ANSWER_RECORDS_MAX);
  ttlCount = 0;
  /** min(SOA TTL, SOA MINIMUM) of the SOA in AUTHORITY (RFC 2308 section 5), or -1 without one. */
  negativeTtlSeconds = -1;
  answerCount = 0;
  /** Offsets of the RDATA of CNAME records in ANSWER (at most CNAME_CHAIN_MAX; `cnameCount` of them; more is a FORMAT fault). */
  readonly cnameTargetOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(CNAME_CHAIN_MAX);
  cnameCount = 0;
  /** The same of DNAME records, the first of them; what they lead to stands in a CNAME record as well (RFC 6672 section 3.1). */
  readonly dnameTargetOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(CNAME_CHAIN_MAX);
  dnameCount = 0;
  /** Offsets of the TargetName of SVCB and HTTPS records in ANSWER that name another host (`serviceTargetCount` of them; more is a FORMAT fault). */
  readonly serviceTargetOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(SERVICE_TARGETS_MAX);
  serviceTargetCount = 0;
  /** Offsets of the addresses in ANSWER (first 64): RDATA of A and AAAA records, hints of SVCB and HTTPS records. */
  readonly addressOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(ADDRESSES_MAX);
  /** Of each: 4 or 16 octets. */
  readonly addressBytes: Uint8Array<ArrayBuffer> = new Uint8Array(ADDRESSES_MAX);
  addressCount = 0;
  /** There are more than were noted. */
  hasMoreAddresses = false;
  /** First EDE option of the upstream's OPT: info code, or -1; its text (UTF-8) as offsets into the message. */
  extendedErrorCode = -1;
  extendedErrorTextStart = 0;
  extendedErrorTextEnd = 0;
}

/**
 * Fills `facts` from an upstream's message. Never throws. Records that run past the end, counts that lie, a second OPT, and an
 * OPT outside the additional section are faults. Names are walked, not followed: work is linear in `length`.
 */
export function readAnswer(message: Uint8Array, length: number, facts: AnswerFacts): AnswerFault {
  resetFacts(facts);
  if (length < HEADER_BYTES || length > MESSAGE_MAX_BYTES) return ANSWER_FAULT.FORMAT;
  facts.flags = readFlags(message);
  facts.rcode = rcodeOf(facts.flags);
  if ((facts.flags & FLAG_QR) === 0 || opcodeOf(facts.flags) !== OPCODE.QUERY) return ANSWER_FAULT.FORMAT;
  if (readQuestionCount(message) !== 1) return ANSWER_FAULT.FORMAT;
  const nameEnd = skipName(message, HEADER_BYTES, length);
  if (nameEnd < 0 || nameEnd + QUESTION_FIXED_BYTES > length) return ANSWER_FAULT.FORMAT;
  facts.questionEnd = nameEnd + QUESTION_FIXED_BYTES;
  facts.answerCount = readAnswerCount(message);

  const firstAuthority = facts.answerCount;
  const firstAdditional = firstAuthority + readAuthorityCount(message);
  const recordCount = firstAdditional + readAdditionalCount(message);
  let position = facts.questionEnd;
  let hasOpt = false;
  for (let index = 0; index < recordCount; index++) {
    const ownerEnd = skipName(message, position, length);
    const rdataStart = ownerEnd + RECORD_FIXED_BYTES;
    if (ownerEnd < 0 || rdataStart > length) return ANSWER_FAULT.FORMAT;
    const rdataEnd = rdataStart + readUint16(message, ownerEnd + RECORD_RDLENGTH);
    if (rdataEnd > length) return ANSWER_FAULT.FORMAT;
    const type = readUint16(message, ownerEnd);
    if (type === TYPE.OPT) {
      if (hasOpt || index < firstAdditional || message[position] !== 0) return ANSWER_FAULT.FORMAT;
      hasOpt = true;
      facts.lengthWithoutOpt = position;
      if (!noteOpt(message, ownerEnd, rdataEnd, facts)) return ANSWER_FAULT.FORMAT;
    } else if (!hasOpt) {
      if (!noteTtl(ownerEnd + RECORD_TTL, facts)) return ANSWER_FAULT.FORMAT;
      if (index < firstAuthority) {
        if (!noteAnswerRecord(message, type, rdataStart, rdataEnd, facts)) return ANSWER_FAULT.FORMAT;
      } else if (type === TYPE.SOA && index < firstAdditional) {
        if (!noteNegativeTtl(message, ownerEnd, rdataEnd, facts)) return ANSWER_FAULT.FORMAT;
      }
    }
    position = rdataEnd;
  }
  if (!hasOpt) facts.lengthWithoutOpt = position;
  return ANSWER_FAULT.NONE;
}

/** Whether both messages ask the same single question (ASCII case-insensitive name, type, class). Both have been read without fault. */
export function sameQuestion(a: Uint8Array, b: Uint8Array): boolean {
  // A name that stands first holds no pointer, so equal octets are equal names.
  const nameEnd = skipName(a, HEADER_BYTES, a.length);
  if (nameEnd < 0 || nameEnd !== skipName(b, HEADER_BYTES, b.length)) return false;
  if (nameEnd + QUESTION_FIXED_BYTES > a.length || nameEnd + QUESTION_FIXED_BYTES > b.length) return false;
  return readUint32(a, nameEnd) === readUint32(b, nameEnd) && sameNameOctets(a, b, HEADER_BYTES, nameEnd);
}

function resetFacts(facts: AnswerFacts): void {
  facts.flags = 0;
  facts.rcode = 0;
  facts.questionEnd = HEADER_BYTES;
  facts.lengthWithoutOpt = 0;
  facts.ttlCount = 0;
  facts.negativeTtlSeconds = -1;
  facts.answerCount = 0;
  facts.cnameCount = 0;
  facts.dnameCount = 0;
  facts.serviceTargetCount = 0;
  facts.addressCount = 0;
  facts.hasMoreAddresses = false;
  facts.extendedErrorCode = -1;
  facts.extendedErrorTextStart = 0;
  facts.extendedErrorTextEnd = 0;
}

/** False if there are more records than are noted. */
function noteTtl(ttlOffset: number, facts: AnswerFacts): boolean {
  if (facts.ttlCount === ANSWER_RECORDS_MAX) return false;
  facts.ttlOffsets[facts.ttlCount++] = ttlOffset;
  return true;
}

/** False for an alias that is not exactly one name, a service without one, or one too many. */
function noteAnswerRecord(
  message: Uint8Array,
  type: number,
  rdataStart: number,
  rdataEnd: number,
  facts: AnswerFacts,
): boolean {
  if (type === TYPE.CNAME) {
    if (facts.cnameCount === CNAME_CHAIN_MAX || skipName(message, rdataStart, rdataEnd) !== rdataEnd) return false;
    facts.cnameTargetOffsets[facts.cnameCount++] = rdataStart;
  } else if (type === TYPE.DNAME) {
    if (skipName(message, rdataStart, rdataEnd) !== rdataEnd) return false;
    if (facts.dnameCount < CNAME_CHAIN_MAX) facts.dnameTargetOffsets[facts.dnameCount++] = rdataStart;
  } else if ((type === TYPE.A && rdataEnd - rdataStart === 4) || (type === TYPE.AAAA && rdataEnd - rdataStart === 16)) {
    noteAddresses(rdataStart, rdataEnd, rdataEnd - rdataStart, facts);
  } else if (type === TYPE.HTTPS || type === TYPE.SVCB) {
    const target = rdataStart + SERVICE_PRIORITY_BYTES;
    const targetEnd = skipName(message, target, rdataEnd);
    if (targetEnd < 0) return false;
    noteHints(message, targetEnd, rdataEnd, facts);
    // The root stands for the owner itself (RFC 9460 section 2.5).
    if (message[target] === 0) return true;
    if (facts.serviceTargetCount === SERVICE_TARGETS_MAX) return false;
    facts.serviceTargetOffsets[facts.serviceTargetCount++] = target;
  }
  return true;
}

/** The addresses in [start, end), `bytes` octets each. */
function noteAddresses(start: number, end: number, bytes: number, facts: AnswerFacts): void {
  for (let offset = start; offset + bytes <= end; offset += bytes) {
    if (facts.addressCount === ADDRESSES_MAX) {
      facts.hasMoreAddresses = true;
      return;
    }
    facts.addressOffsets[facts.addressCount] = offset;
    facts.addressBytes[facts.addressCount++] = bytes;
  }
}

/** Parameters of a service (RFC 9460 section 2.2) as far as they are well formed: clients pass over the record of others. */
function noteHints(message: Uint8Array, start: number, rdataEnd: number, facts: AnswerFacts): void {
  let position = start;
  while (position + PARAMETER_FIXED_BYTES <= rdataEnd) {
    const value = position + PARAMETER_FIXED_BYTES;
    const end = value + readUint16(message, position + 2);
    if (end > rdataEnd) return;
    const key = readUint16(message, position);
    if (key === IPV4_HINT) noteAddresses(value, end, 4, facts);
    else if (key === IPV6_HINT) noteAddresses(value, end, 16, facts);
    position = end;
  }
}

/** The first SOA of AUTHORITY; false if it is malformed. */
function noteNegativeTtl(message: Uint8Array, ownerEnd: number, rdataEnd: number, facts: AnswerFacts): boolean {
  const mnameEnd = skipName(message, ownerEnd + RECORD_FIXED_BYTES, rdataEnd);
  const rnameEnd = mnameEnd < 0 ? -1 : skipName(message, mnameEnd, rdataEnd);
  if (rnameEnd < 0 || rnameEnd + SOA_NUMBERS_BYTES !== rdataEnd) return false;
  if (facts.negativeTtlSeconds < 0) {
    facts.negativeTtlSeconds = Math.min(readTtl(message, ownerEnd + RECORD_TTL), readTtl(message, rdataEnd - 4));
  }
  return true;
}

/** Extended RCODE and the first EDE option (RFC 8914); false if the option list is malformed. */
function noteOpt(message: Uint8Array, ownerEnd: number, rdataEnd: number, facts: AnswerFacts): boolean {
  facts.rcode |= message[ownerEnd + OPT_EXTENDED_RCODE]! << 4;
  let position = ownerEnd + RECORD_FIXED_BYTES;
  while (position < rdataEnd) {
    const next = skipOption(message, position, rdataEnd);
    if (next < 0) return false;
    const dataStart = position + OPTION_FIXED_BYTES;
    const isExtendedError = readUint16(message, position) === OPTION.EXTENDED_ERROR && next - dataStart >= 2;
    if (isExtendedError && facts.extendedErrorCode < 0) {
      facts.extendedErrorCode = readUint16(message, dataStart);
      facts.extendedErrorTextStart = dataStart + 2;
      facts.extendedErrorTextEnd = next;
    }
    position = next;
  }
  return true;
}

/** A TTL in seconds; one with the top bit set counts as 0 (RFC 2181 section 8). */
function readTtl(message: Uint8Array, offset: number): number {
  const ttlSeconds = readUint32(message, offset);
  return ttlSeconds >= TTL_TOP_BIT ? 0 : ttlSeconds;
}
