// Makes the answer to one question out of the answer to another: aliases stand in front of what their target answers (RFC 1034
// section 3.6.2), and IPv4 addresses become IPv6 addresses (RFC 6147 section 5.1). Names are expanded on the way, since the question
// they point to changes.

import {
  FLAG_AD,
  HEADER_BYTES,
  MESSAGE_MAX_BYTES,
  readFlags,
  readUint16,
  readUint32,
  writeCounts,
  writeFlags,
  writeId,
  writeUint16,
  writeUint32,
  readAnswerCount,
  readAuthorityCount,
  readAdditionalCount,
  readId,
} from './header.ts';
import { NAME_WORK_MAX } from './answer-scope.ts';
import { embedIpv4, type Ipv4Embedding, isMappedAt, isNotGlobalIpv4, isWellKnown } from './ipv4-embedding.ts';
import { NameWork, skipName } from './name.ts';
import { TYPE } from './numbers.ts';
import { copyOwnedRecord, POINTER_MAX } from './owner-pointer.ts';
import type { QueryFacts } from './query-reader.ts';
import { appendNegativeSoa, copyQuestion } from './reply-builder.ts';
import {
  QUESTION_FIXED_BYTES,
  RECORD_FIXED_BYTES,
  RECORD_MIN_BYTES,
  RECORD_RDLENGTH,
  RECORD_TTL,
} from './resource-record.ts';

/** What is done to the answer. */
export interface DerivationParts {
  /** CNAME records that lead from the client's name to the one that was asked; `linksLength` octets, names uncompressed but for pointers to the question. */
  readonly links: Uint8Array;
  readonly linksLength: number;
  readonly linkCount: number;
  /** Where in `links` the name that was asked begins: the RDATA of the last. */
  readonly targetOffset: number;
  /** A records of ANSWER become AAAA records. */
  readonly embedding: Ipv4Embedding | undefined;
  /** What those live at most. */
  readonly embeddedTtlMaxSeconds: number;
  /** AAAA records of ANSWER in ::ffff:0:0/96 are left out. */
  readonly leavesOutMapped: boolean;
}

/** Leaves room for an OPT record of ours. */
const LENGTH_MAX = MESSAGE_MAX_BYTES - RECORD_MIN_BYTES;
const IPV6_BYTES = 16;

const ANSWER = 0;
const ADDITIONAL = 2;
const counts = new Uint16Array(3);
/** Of the answer at hand. */
const nameWork = new NameWork();

/**
 * Writes the answer to `facts`' question to `out` (65,535 octets) and returns its length, or -1 if it does not fit into a message,
 * or its names are too much work. `source`: a sound answer of `sourceLength` octets without OPT. ID and flags are the source's, AD is cleared.
 */
export function writeDerivedAnswer(
  source: Uint8Array,
  sourceLength: number,
  facts: QueryFacts,
  parts: DerivationParts,
  out: Uint8Array,
): number {
  writeId(out, readId(source));
  writeFlags(out, readFlags(source) & ~FLAG_AD);
  copyQuestion(facts, out);
  const linksEnd = facts.questionEnd + parts.linksLength;
  for (let i = 0; i < parts.linksLength; i++) out[facts.questionEnd + i] = parts.links[i]!;
  const askedAt = parts.linkCount === 0 ? HEADER_BYTES : facts.questionEnd + parts.targetOffset;

  counts.fill(0);
  nameWork.octets = 0;
  counts[ANSWER] = parts.linkCount;
  let ttlMinSeconds = Number.POSITIVE_INFINITY;
  let length = linksEnd;
  let embedded = 0;
  let leftOut = 0;
  let leftOutTtlSeconds = parts.embeddedTtlMaxSeconds;
  // Where the name stands whose addresses these are.
  let chainEndsAt = askedAt;
  let position = skipName(source, HEADER_BYTES, sourceLength) + QUESTION_FIXED_BYTES;
  for (let section = ANSWER; section <= ADDITIONAL; section++) {
    for (let left = sectionCount(source, section); left > 0; left--) {
      const ownerEnd = skipName(source, position, sourceLength);
      const rdataStart = ownerEnd + RECORD_FIXED_BYTES;
      if (ownerEnd < 0 || rdataStart > sourceLength) return -1;
      const rdataEnd = rdataStart + readUint16(source, ownerEnd + RECORD_RDLENGTH);
      const change = section === ANSWER ? changeOf(source, ownerEnd, rdataStart, rdataEnd, parts) : CHANGE.NONE;
      const start = position;
      position = rdataEnd;
      const ttlSeconds = readUint32(source, ownerEnd + RECORD_TTL);
      if (change === CHANGE.LEAVE_OUT) {
        leftOut++;
        leftOutTtlSeconds = Math.min(leftOutTtlSeconds, ttlSeconds);
        continue;
      }
      let end = copyOwnedRecord(source, start, sourceLength, askedAt, out, length, nameWork);
      if (nameWork.octets > NAME_WORK_MAX) return -1;
      if (end > 0 && change === CHANGE.EMBED) {
        end = embedAddress(out, end, parts);
        embedded++;
      }
      if (end < 0 || end > LENGTH_MAX) {
        if (section !== ADDITIONAL) return -1;
        section = ADDITIONAL + 1;
        break;
      }
      if (section === ANSWER && readUint16(source, ownerEnd) === TYPE.CNAME && end <= POINTER_MAX)
        chainEndsAt = skipName(out, length, end) + RECORD_FIXED_BYTES;
      if (section !== ADDITIONAL && ttlSeconds < ttlMinSeconds) ttlMinSeconds = ttlSeconds;
      counts[section]!++;
      length = end;
    }
    // Nothing is left of the addresses, so what stood beside them is no part of this answer.
    if (section === ANSWER && leftOut > 0 && embedded === 0 && parts.embedding !== undefined) break;
  }
  writeCounts(out, 1, counts[0]!, counts[1]!, counts[2]!);
  if (leftOut > 0 && embedded === 0 && parts.embedding !== undefined) {
    length = appendNegativeSoa(out, length, leftOutTtlSeconds, chainEndsAt);
    ttlMinSeconds = Math.min(ttlMinSeconds, leftOutTtlSeconds);
  }
  capLinkTtls(out, facts.questionEnd, linksEnd, ttlMinSeconds);
  return length;
}

const CHANGE = { NONE: 0, EMBED: 1, LEAVE_OUT: 2 } as const;

function changeOf(
  source: Uint8Array,
  ownerEnd: number,
  rdataStart: number,
  rdataEnd: number,
  { embedding, leavesOutMapped }: DerivationParts,
): number {
  const type = readUint16(source, ownerEnd);
  const bytes = rdataEnd - rdataStart;
  if (embedding !== undefined) {
    // A signature would be one of records that are gone.
    if (type === TYPE.RRSIG && bytes > 2 && readUint16(source, rdataStart) === TYPE.A) return CHANGE.LEAVE_OUT;
    if (type !== TYPE.A || bytes !== 4) return CHANGE.NONE;
    return isWellKnown(embedding) && isNotGlobalIpv4(source, rdataStart) ? CHANGE.LEAVE_OUT : CHANGE.EMBED;
  }
  if (!leavesOutMapped) return CHANGE.NONE;
  if (type === TYPE.RRSIG && bytes > 2 && readUint16(source, rdataStart) === TYPE.AAAA) return CHANGE.LEAVE_OUT;
  return type === TYPE.AAAA && bytes === IPV6_BYTES && isMappedAt(source, rdataStart) ? CHANGE.LEAVE_OUT : CHANGE.NONE;
}

/** Makes the A record that ends at `end` an AAAA record; returns its new end. */
function embedAddress(out: Uint8Array, end: number, parts: DerivationParts): number {
  const rdataStart = end - 4;
  const fixed = rdataStart - RECORD_FIXED_BYTES;
  if (rdataStart + IPV6_BYTES > out.length) return -1;
  const ttlSeconds = readUint32(out, fixed + RECORD_TTL);
  writeUint16(out, fixed, TYPE.AAAA);
  writeUint32(out, fixed + RECORD_TTL, Math.min(ttlSeconds, parts.embeddedTtlMaxSeconds));
  writeUint16(out, fixed + RECORD_RDLENGTH, IPV6_BYTES);
  ipv4.set(out.subarray(rdataStart, end));
  embedIpv4(parts.embedding!, ipv4, 0, out, rdataStart);
  return rdataStart + IPV6_BYTES;
}

const ipv4 = new Uint8Array(4);

/** An alias is not worth more than what it leads to. */
function capLinkTtls(out: Uint8Array, start: number, end: number, ttlMaxSeconds: number): void {
  let position = start;
  while (position < end) {
    const fixed = skipName(out, position, end);
    if (fixed < 0) return;
    if (readUint32(out, fixed + RECORD_TTL) > ttlMaxSeconds) writeUint32(out, fixed + RECORD_TTL, ttlMaxSeconds);
    position = fixed + RECORD_FIXED_BYTES + readUint16(out, fixed + RECORD_RDLENGTH);
  }
}

function sectionCount(message: Uint8Array, section: number): number {
  if (section === ANSWER) return readAnswerCount(message);
  return section === ADDITIONAL ? readAdditionalCount(message) : readAuthorityCount(message);
}
