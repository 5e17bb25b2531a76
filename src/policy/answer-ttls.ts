// How long an answer holds: its TTLs brought within bounds, and from them the time it may be kept (RFC 2181 sections 5.2 and 8,
// RFC 2308 section 5, RFC 8767 section 4).

import type { CacheSettings } from './cache-settings.ts';
import type { AnswerFacts } from '../wire/answer-reader.ts';
import type { AnswerScope } from '../wire/answer-scope.ts';
import { readUint32, writeUint32 } from '../wire/header.ts';
import { RCODE } from '../wire/numbers.ts';

/** A TTL with its top bit set counts as 0. */
const TTL_TOP_BIT = 0x8000_0000;

/**
 * Writes the TTLs as they hold into `message`, which `scope` has judged whole, and returns the seconds for which the answer may be
 * kept; 0: not at all. `isAlias`: aliases are all that it is to say, not that there is nothing at their end.
 */
export function clampTtls(
  message: Uint8Array,
  facts: AnswerFacts,
  scope: AnswerScope,
  bounds: CacheSettings,
  isAlias = false,
): number {
  const { ttlOffsets, ttlCount, negativeTtlSeconds, rcode } = facts;
  const isNegative = rcode === RCODE.NXDOMAIN || (rcode === RCODE.NOERROR && !scope.hasData && !isAlias);
  // A "no" holds for the smaller of the SOA's TTL and its MINIMUM. Written into the TTL, that counts down with the rest: MINIMUM does
  // not, and a cache behind us would begin it anew.
  const minTtlSeconds = isNegative ? 0 : bounds.minTtlSeconds;
  const maxTtlSeconds =
    isNegative && negativeTtlSeconds >= 0
      ? Math.min(bounds.maxTtlSeconds, bounds.negativeMaxTtlSeconds, negativeTtlSeconds)
      : bounds.maxTtlSeconds;
  // The records that were asked for are one set, with one TTL: the smallest.
  let dataTtlSeconds = maxTtlSeconds;
  for (let i = 0; i < facts.answerCount; i++) {
    if (scope.isData(i)) dataTtlSeconds = Math.min(dataTtlSeconds, ttlAt(message, ttlOffsets[i]!));
  }
  let smallestSeconds = ttlCount === 0 ? 0 : maxTtlSeconds;
  for (let i = 0; i < ttlCount; i++) {
    const offset = ttlOffsets[i]!;
    const highest = scope.isData(i) ? dataTtlSeconds : maxTtlSeconds;
    const ttlSeconds = Math.max(Math.min(ttlAt(message, offset), highest), minTtlSeconds);
    writeUint32(message, offset, ttlSeconds);
    smallestSeconds = Math.min(smallestSeconds, ttlSeconds);
  }
  if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) return 0;
  // Without SOA a "no" says nothing about how long it holds.
  return isNegative && negativeTtlSeconds < 0 ? 0 : smallestSeconds;
}

function ttlAt(message: Uint8Array, offset: number): number {
  const ttlSeconds = readUint32(message, offset);
  return ttlSeconds >= TTL_TOP_BIT ? 0 : ttlSeconds;
}
