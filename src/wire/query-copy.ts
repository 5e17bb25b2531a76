// What has to be kept of a client's message while its answer is fetched: a query may be 65,535 octets long, and thousands wait.

import { OPT_FLAG_DO, OPTION_FIXED_BYTES } from './edns.ts';
import { writeCounts, writeUint16 } from './header.ts';
import { OPTION, TYPE } from './numbers.ts';
import type { QueryFacts } from './query-reader.ts';
import { RECORD_MIN_BYTES } from './resource-record.ts';

/**
 * A message of at most 286 octets from which `readQuery` learns the same as from `query`, where it found no fault: header,
 * question, and OPT with the options that have an effect. `facts`: what it learned.
 */
export function copyQuery(query: Uint8Array, facts: QueryFacts): Uint8Array<ArrayBuffer> {
  const optStart = facts.questionEnd;
  const rdataBytes = facts.hasPadding ? OPTION_FIXED_BYTES : 0;
  const copy = new Uint8Array(facts.hasOpt ? optStart + RECORD_MIN_BYTES + rdataBytes : optStart);
  for (let i = 0; i < optStart; i++) copy[i] = query[i]!;
  writeCounts(copy, 1, 0, 0, facts.hasOpt ? 1 : 0);
  if (!facts.hasOpt) return copy;
  writeUint16(copy, optStart + 1, TYPE.OPT);
  writeUint16(copy, optStart + 3, facts.udpPayloadSize);
  writeUint16(copy, optStart + 7, facts.dnssecOk ? OPT_FLAG_DO : 0);
  writeUint16(copy, optStart + 9, rdataBytes);
  if (facts.hasPadding) writeUint16(copy, optStart + RECORD_MIN_BYTES, OPTION.PADDING);
  return copy;
}
