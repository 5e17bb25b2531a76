// DNS64 (RFC 6147): when a name turns out to have no IPv6 address, its IPv4 addresses are asked for, to be given as IPv6 addresses
// under the translator's prefix (section 5.1). Not called where `resolve.dns64` is not set.

import {
  FLAG_CD,
  HEADER_BYTES,
  rcodeOf,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readUint16,
  readUint32,
} from '../../wire/header.ts';
import { type Ipv4Embedding, isMappedAt } from '../../wire/ipv4-embedding.ts';
import { skipName } from '../../wire/name.ts';
import { RCODE, TYPE } from '../../wire/numbers.ts';
import { QUESTION_FIXED_BYTES, RECORD_FIXED_BYTES, RECORD_RDLENGTH, RECORD_TTL } from '../../wire/resource-record.ts';
import { isBogus } from '../fallback/failure.ts';
import { OUTCOME, type Query } from '../query.ts';

/** How long an address holds whose "no IPv6" came without SOA (RFC 6147 section 5.1.7). */
const TTL_WITHOUT_SOA_SECONDS = 600;

/**
 * Looks at the answer to a question for AAAA. True: it has no IPv6 address, `query.asked` asks for A now, and the answer to that is
 * to be found in the same way as the first. Addresses in ::ffff:0:0/96 count as none, and are taken out of the rest.
 */
export function wantsIpv4(query: Query, embedding: Ipv4Embedding): boolean {
  const { asked, derivation, reply, replyLength, outcome } = query;
  if (asked.type !== TYPE.AAAA) return false;
  // A failure that is remembered is as good as one that was just heard of; one that took its time has no more of it.
  if (
    !query.replyIsRelayed &&
    outcome !== OUTCOME.LOCAL &&
    outcome !== OUTCOME.UPSTREAM &&
    outcome !== OUTCOME.KEPT_FAILURE
  )
    return false;
  // A client that validates by itself synthesizes by itself (section 5.5).
  if (query.facts.dnssecOk && (query.facts.flags & FLAG_CD) !== 0) return false;
  const rcode = rcodeOf(readFlags(reply));
  if (rcode === RCODE.NXDOMAIN) return false;
  // Forged, by what a validator found: asking otherwise would lead around it.
  if (isBogus(query.opt.extendedErrorCode) || isBogus(query.opt.alsoErrorCode)) return false;
  const found = rcode === RCODE.NOERROR ? searchAddresses(reply, replyLength) : 0;
  if (found === USABLE) return false;
  if (!derivation.isInUse) derivation.begin();
  if ((found & USABLE) !== 0) {
    derivation.leavesOutMapped = true;
    return false;
  }
  derivation.embedding = embedding;
  derivation.embeddedTtlMaxSeconds = negativeTtlSeconds(reply, replyLength);
  asked.type = TYPE.A;
  query.replyIsRelayed = false;
  query.replyLength = 0;
  query.opt.extendedErrorCode = -1;
  query.opt.alsoErrorCode = -1;
  return true;
}

const USABLE = 1;
const MAPPED = 2;

/** Which kinds of IPv6 addresses stand in ANSWER. */
function searchAddresses(reply: Uint8Array, length: number): number {
  let found = 0;
  let position = skipName(reply, HEADER_BYTES, length) + QUESTION_FIXED_BYTES;
  for (let left = readAnswerCount(reply); left > 0; left--) {
    const fixed = skipName(reply, position, length);
    if (fixed < 0) return USABLE;
    const bytes = readUint16(reply, fixed + RECORD_RDLENGTH);
    position = fixed + RECORD_FIXED_BYTES;
    if (readUint16(reply, fixed) === TYPE.AAAA && bytes === 16) found |= isMappedAt(reply, position) ? MAPPED : USABLE;
    position += bytes;
  }
  return found;
}

/** min(TTL, MINIMUM) of the SOA in AUTHORITY. */
function negativeTtlSeconds(reply: Uint8Array, length: number): number {
  let position = skipName(reply, HEADER_BYTES, length) + QUESTION_FIXED_BYTES;
  const answers = readAnswerCount(reply);
  const records = answers + readAuthorityCount(reply);
  for (let index = 0; index < records; index++) {
    const fixed = skipName(reply, position, length);
    if (fixed < 0) break;
    position = fixed + RECORD_FIXED_BYTES + readUint16(reply, fixed + RECORD_RDLENGTH);
    if (index < answers || position > length || readUint16(reply, fixed) !== TYPE.SOA) continue;
    return Math.min(readUint32(reply, fixed + RECORD_TTL), readUint32(reply, position - 4));
  }
  return TTL_WITHOUT_SOA_SECONDS;
}
