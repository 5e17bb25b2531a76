// Reads an upstream's answer, cuts off what was meant for us alone (OPT and whatever stands behind it) and clamps its TTLs.

import { ANSWER_FAULT, readAnswer } from '../../wire/answer-reader.ts';
import {
  FLAG_TC,
  readAnswerCount,
  readAuthorityCount,
  readUint32,
  writeCounts,
  writeId,
  writeUint32,
} from '../../wire/header.ts';
import type { AnswerStep } from '../step.ts';
import { TTL_MAX_SECONDS } from '../answer-filing.ts';
import type { AnswerInspector } from '../answer-inspector.ts';

export function checkAnswer({ facts }: AnswerInspector): AnswerStep {
  return {
    name: 'check-answer',
    run(answer) {
      const { message } = answer;
      const fault = readAnswer(message, message.length, facts);
      if (fault !== ANSWER_FAULT.NONE || (facts.flags & FLAG_TC) !== 0) {
        answer.isFaulty = true;
        return;
      }
      answer.length = facts.lengthWithoutOpt;
      writeId(message, 0);
      writeCounts(message, 1, readAnswerCount(message), readAuthorityCount(message), facts.additionalWithoutOpt);
      for (let i = 0; i < facts.ttlCount; i++) {
        const offset = facts.ttlOffsets[i]!;
        const ttlSeconds = readUint32(message, offset);
        // The top bit set means 0 (RFC 2181 section 8).
        if (ttlSeconds > 0x7fffffff) writeUint32(message, offset, 0);
        else if (ttlSeconds > TTL_MAX_SECONDS) writeUint32(message, offset, TTL_MAX_SECONDS);
      }
      if (facts.extendedErrorCode >= 0) {
        answer.extendedErrorCode = facts.extendedErrorCode;
        answer.extendedErrorText = message.slice(facts.extendedErrorTextStart, facts.extendedErrorTextEnd);
      }
    },
  };
}
