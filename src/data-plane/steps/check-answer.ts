// Reads an upstream's answer, cuts off what was meant for us alone (OPT and whatever stands behind it) and clamps its TTLs, so
// that whoever gets it, now or from the cache, can hand it on as it is.

import { ANSWER_FAULT, type AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { relayExtendedErrorText } from '../../wire/extended-error-text.ts';
import {
  FLAG_TC,
  MESSAGE_MAX_BYTES,
  readAnswerCount,
  readAuthorityCount,
  readUint32,
  writeCounts,
  writeId,
  writeUint32,
} from '../../wire/header.ts';
import { RCODE } from '../../wire/numbers.ts';
import { RECORD_MIN_BYTES } from '../../wire/resource-record.ts';
import { NEGATIVE_TTL_MAX_SECONDS, TTL_MAX_SECONDS } from '../answer-filing.ts';
import type { AnswerInspector } from '../answer-inspector.ts';
import type { AnswerStep } from '../step.ts';

/** The largest answer that leaves room for an OPT record of ours. */
const LENGTH_MAX = MESSAGE_MAX_BYTES - RECORD_MIN_BYTES;
/** Larger RCODEs (BADVERS, BADCOOKIE, …) travel in OPT. */
const HEADER_RCODE_MAX = 15;

export function checkAnswer({ facts }: AnswerInspector): AnswerStep {
  return {
    name: 'check-answer',
    run(answer) {
      const { message } = answer;
      const fault = readAnswer(message, message.length, facts);
      if (fault !== ANSWER_FAULT.NONE || !canBeRelayed(facts)) {
        answer.isFaulty = true;
        return;
      }
      answer.length = facts.lengthWithoutOpt;
      writeId(message, 0);
      writeCounts(message, 1, readAnswerCount(message), readAuthorityCount(message), facts.additionalWithoutOpt);
      const ttlMaxSeconds = longestTtl(facts);
      for (let i = 0; i < facts.ttlCount; i++) {
        const offset = facts.ttlOffsets[i]!;
        const ttlSeconds = readUint32(message, offset);
        // The top bit set means 0 (RFC 2181 section 8).
        if (ttlSeconds > 0x7fffffff) writeUint32(message, offset, 0);
        else if (ttlSeconds > ttlMaxSeconds) writeUint32(message, offset, ttlMaxSeconds);
      }
      if (facts.extendedErrorCode >= 0) {
        answer.extendedErrorCode = facts.extendedErrorCode;
        answer.extendedErrorText = relayExtendedErrorText(
          message,
          facts.extendedErrorTextStart,
          facts.extendedErrorTextEnd,
        );
      }
    },
  };
}

/** Not if it is cut short or too long, or speaks of our own query and its OPT, which the client did not write. */
function canBeRelayed({ flags, rcode, lengthWithoutOpt }: AnswerFacts): boolean {
  const isAboutOurQuery = rcode === RCODE.FORMERR || rcode > HEADER_RCODE_MAX;
  return (flags & FLAG_TC) === 0 && !isAboutOurQuery && lengthWithoutOpt <= LENGTH_MAX;
}

/**
 * A "no" holds for the smaller of the SOA's TTL and its MINIMUM (RFC 2308 section 5). Written into the TTL, that counts down with
 * the rest: MINIMUM does not, and a cache behind us would begin it anew.
 */
function longestTtl({ negativeTtlSeconds }: AnswerFacts): number {
  return negativeTtlSeconds < 0 ? TTL_MAX_SECONDS : Math.min(negativeTtlSeconds, NEGATIVE_TTL_MAX_SECONDS);
}
