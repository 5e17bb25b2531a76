// What has to be kept of a client's message while its answer is fetched: a query may be 65,535 octets long, and thousands wait.

import { OPT_FLAG_DO, OPTION_FIXED_BYTES } from './edns.ts';
import { writeCounts, writeUint16 } from './header.ts';
import { OPTION, TYPE } from './numbers.ts';
import { OPTION_BIT } from './query-option.ts';
import type { QueryFacts } from './query-reader.ts';
import { appendOptionHead } from './reply-opt.ts';
import { RECORD_MIN_BYTES } from './resource-record.ts';

/**
 * A message of at most 334 octets from which `readQuery` learns the same as from `query`, where it found no fault: header,
 * question, and OPT with the options that have an effect. `facts`: what it learned.
 */
export function copyQuery(query: Uint8Array, facts: QueryFacts): Uint8Array<ArrayBuffer> {
  const optStart = facts.questionEnd;
  const rdataBytes = facts.options === 0 ? 0 : optionBytes(facts);
  const copy = new Uint8Array(facts.hasOpt ? optStart + RECORD_MIN_BYTES + rdataBytes : optStart);
  for (let i = 0; i < optStart; i++) copy[i] = query[i]!;
  writeCounts(copy, 1, 0, 0, facts.hasOpt ? 1 : 0);
  if (!facts.hasOpt) return copy;
  writeUint16(copy, optStart + 1, TYPE.OPT);
  writeUint16(copy, optStart + 3, facts.udpPayloadSize);
  writeUint16(copy, optStart + 7, facts.dnssecOk ? OPT_FLAG_DO : 0);
  if (rdataBytes > 0) writeOptions(copy, optStart, facts);
  return copy;
}

function optionBytes({ options, cookieLength }: QueryFacts): number {
  let bytes = 0;
  if ((options & OPTION_BIT.COOKIE) !== 0) bytes += OPTION_FIXED_BYTES + cookieLength;
  if ((options & OPTION_BIT.TCP_KEEPALIVE) !== 0) bytes += OPTION_FIXED_BYTES;
  if ((options & OPTION_BIT.PADDING) !== 0) bytes += OPTION_FIXED_BYTES;
  return bytes;
}

function writeOptions(copy: Uint8Array, optStart: number, { options, cookie, cookieLength }: QueryFacts): void {
  let length = optStart + RECORD_MIN_BYTES;
  if ((options & OPTION_BIT.COOKIE) !== 0) {
    const start = appendOptionHead(copy, optStart, length, OPTION.COOKIE, cookieLength);
    for (let i = 0; i < cookieLength; i++) copy[start + i] = cookie[i]!;
    length = start + cookieLength;
  }
  if ((options & OPTION_BIT.TCP_KEEPALIVE) !== 0)
    length = appendOptionHead(copy, optStart, length, OPTION.TCP_KEEPALIVE, 0);
  if ((options & OPTION_BIT.PADDING) !== 0) appendOptionHead(copy, optStart, length, OPTION.PADDING, 0);
}
