// How long an HTTP cache may keep a DoH reply (RFC 8484 section 5.1): no longer than the records in it.

import {
  FLAG_TC,
  HEADER_BYTES,
  rcodeOf,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readQuestionCount,
  readUint16,
  readUint32,
} from '../../wire/header.ts';
import { skipName } from '../../wire/name.ts';
import { RCODE, TYPE } from '../../wire/numbers.ts';
import {
  QUESTION_FIXED_BYTES,
  RECORD_FIXED_BYTES,
  RECORD_RDLENGTH,
  RECORD_TTL,
  RECORD_TYPE,
} from '../../wire/resource-record.ts';

/** MINIMUM is the last of the five 32-bit numbers that end the RDATA of an SOA. */
const SOA_MINIMUM_BYTES = 4;
const SOA_NUMBERS_BYTES = 20;

/**
 * Seconds for `max-age`: the smallest TTL of the answer section, and not above what the SOA of a negative answer allows
 * (RFC 2308 section 5). 0 for failures, truncated replies, and whatever bears no TTL. The walk stops at the end of the
 * message whatever its counts say.
 */
export function freshnessSeconds(reply: Uint8Array, length: number): number {
  const flags = readFlags(reply);
  const rcode = rcodeOf(flags);
  if ((rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) || (flags & FLAG_TC) !== 0) return 0;
  let position = HEADER_BYTES;
  for (let question = 0; question < readQuestionCount(reply); question++) {
    const nameEnd = skipName(reply, position, length);
    if (nameEnd < 0) return 0;
    position = nameEnd + QUESTION_FIXED_BYTES;
  }
  const answers = readAnswerCount(reply);
  const records = answers + readAuthorityCount(reply);
  let freshness = -1;
  for (let record = 0; record < records; record++) {
    const fixed = skipName(reply, position, length);
    if (fixed < 0 || fixed + RECORD_FIXED_BYTES > length) return 0;
    const rdata = fixed + RECORD_FIXED_BYTES;
    const end = rdata + readUint16(reply, fixed + RECORD_RDLENGTH);
    if (end > length) return 0;
    const isSoa = readUint16(reply, fixed + RECORD_TYPE) === TYPE.SOA && end - rdata >= SOA_NUMBERS_BYTES;
    if (record < answers || isSoa) {
      let ttl = secondsAt(reply, fixed + RECORD_TTL);
      if (record >= answers) ttl = Math.min(ttl, secondsAt(reply, end - SOA_MINIMUM_BYTES));
      if (freshness < 0 || ttl < freshness) freshness = ttl;
    }
    position = end;
  }
  return Math.max(freshness, 0);
}

/** A TTL with the top bit set counts as 0 (RFC 2181 section 8). */
function secondsAt(reply: Uint8Array, offset: number): number {
  const seconds = readUint32(reply, offset);
  return seconds > 0x7fff_ffff ? 0 : seconds;
}
