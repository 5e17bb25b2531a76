// Builds answers of our own, octet by octet, into a caller's buffer (65,535 octets). Each function returns the new length.
// What is about OPT stands in reply-opt.ts.

import {
  FLAG_CD,
  FLAG_QR,
  FLAG_RA,
  FLAG_RD,
  HEADER_BYTES,
  raiseAnswerCount,
  raiseAuthorityCount,
  writeCounts,
  writeFlags,
  writeId,
  writeUint16,
  writeUint32,
} from './header.ts';
import { CLASS, TYPE } from './numbers.ts';
import type { QueryFacts } from './query-reader.ts';
import { RECORD_FIXED_BYTES } from './resource-record.ts';

const FLAGS_OPCODE = 0x7800;
/** A constant of this module, whose value V8 knows; that of an imported one it does not. */
const QUESTION_START = HEADER_BYTES;
const QUESTION_START_WORD = HEADER_BYTES / 4;
/** A pointer to the question's name, which always stands behind the header. */
const POINTER = 0xc000;
export const POINTER_TO_QUESTION: number = POINTER | HEADER_BYTES;

/**
 * Header and question of a reply to the query that `facts` tells of: QR=1, opcode, RD and CD copied, RA=1, AA=0, Z=0, AD=0, the
 * question as the client sent it. `rcode`: low four bits. With `facts.questionEnd` 12 the question is left out (QDCOUNT 0).
 */
export function startReply(facts: QueryFacts, rcode: number, out: Uint8Array): number {
  const { questionEnd } = facts;
  writeId(out, facts.id);
  writeFlags(out, FLAG_QR | (facts.flags & (FLAGS_OPCODE | FLAG_RD | FLAG_CD)) | FLAG_RA | (rcode & 0xf));
  writeCounts(out, questionEnd > HEADER_BYTES ? 1 : 0, 0, 0, 0);
  copyQuestion(facts, out);
  return questionEnd;
}

/** Writes the question as the client sent it to where it stands in every message. */
export function copyQuestion(facts: QueryFacts, out: Uint8Array): void {
  const { question, questionEnd } = facts;
  for (let i = QUESTION_START; i < questionEnd; i++) out[i] = question[i]!;
}

/** The same, four octets a step; `outWords` is the memory of `out`. */
export function copyQuestionWords(facts: QueryFacts, out: Uint8Array, outWords: Int32Array): void {
  const { question, questionWords, questionEnd } = facts;
  const wholeWords = questionEnd >>> 2;
  for (let i = QUESTION_START_WORD; i < wholeWords; i++) outWords[i] = questionWords[i]!;
  // Behind the question stands what must stay.
  for (let i = wholeWords << 2; i < questionEnd; i++) out[i] = question[i]!;
}

/** Appends an A or AAAA record (4 or 16 octets) owned by the question's name and raises ANCOUNT. */
export function appendAddress(out: Uint8Array, length: number, address: Uint8Array, ttlSeconds: number): number {
  return appendOwnRecord(out, length, address.length === 4 ? TYPE.A : TYPE.AAAA, address, ttlSeconds);
}

/** The same for a record of any type. `rdata`: names in it uncompressed. */
export function appendOwnRecord(
  out: Uint8Array,
  length: number,
  type: number,
  rdata: Uint8Array,
  ttlSeconds: number,
): number {
  const rdataStart = appendRecordHead(out, length, type, ttlSeconds, rdata.length);
  // Mostly too short to be worth a call of set().
  for (let i = 0; i < rdata.length; i++) out[rdataStart + i] = rdata[i]!;
  raiseAnswerCount(out);
  return rdataStart + rdata.length;
}

/** MNAME `sotto.invalid.`, RNAME `nobody.invalid.` (RFC 6303 section 3), SERIAL 1, REFRESH 3600, RETRY 1200, EXPIRE 604800, MINIMUM open. */
const SOA_RDATA = soaRdata();

/**
 * Appends to AUTHORITY the SOA by which a refused name's negative answer is cached (RFC 2308): owner is the name at `ownerAt`, by
 * default the question's, TTL and MINIMUM `ttlSeconds`. MNAME and RNAME are fixed, under `invalid.`.
 */
export function appendNegativeSoa(
  out: Uint8Array,
  length: number,
  ttlSeconds: number,
  ownerAt: number = QUESTION_START,
): number {
  const rdataStart = appendRecordHead(out, length, TYPE.SOA, ttlSeconds, SOA_RDATA.length);
  writeUint16(out, length, POINTER | ownerAt);
  out.set(SOA_RDATA, rdataStart);
  const end = rdataStart + SOA_RDATA.length;
  writeUint32(out, end - 4, ttlSeconds);
  raiseAuthorityCount(out);
  return end;
}

/** Owner (the question's name), type, class IN, TTL and RDLENGTH; returns where RDATA starts. */
function appendRecordHead(
  out: Uint8Array,
  length: number,
  type: number,
  ttlSeconds: number,
  rdataBytes: number,
): number {
  writeUint16(out, length, POINTER_TO_QUESTION);
  writeUint16(out, length + 2, type);
  writeUint16(out, length + 4, CLASS.IN);
  writeUint32(out, length + 6, ttlSeconds);
  writeUint16(out, length + 10, rdataBytes);
  return length + 2 + RECORD_FIXED_BYTES;
}

function soaRdata(): Uint8Array {
  const names = new TextEncoder().encode('\x05sotto\x07invalid\x00\x06nobody\x07invalid\x00');
  const rdata = new Uint8Array(names.length + 20);
  rdata.set(names);
  writeUint32(rdata, names.length, 1);
  writeUint32(rdata, names.length + 4, 3600);
  writeUint32(rdata, names.length + 8, 1200);
  writeUint32(rdata, names.length + 12, 604_800);
  return rdata;
}
