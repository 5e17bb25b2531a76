// Reads an upstream's answer, keeps of it what belongs to its question, cuts off what was meant for us alone (OPT), and clamps its
// TTLs, so that whoever gets it, now or from the cache, can hand it on as it is.

import { ANSWER_FAULT, type AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { clampTtls } from '../../policy/answer-ttls.ts';
import { relayExtendedErrorText } from '../../wire/extended-error-text.ts';
import { FLAG_TC, writeCounts, writeId } from '../../wire/header.ts';
import { RCODE } from '../../wire/numbers.ts';
import { isReferral } from '../../wire/referral.ts';
import { ScopedAnswer } from '../../wire/scoped-answer.ts';
import { VARIANT_DNSSEC_OK } from '../answers/answer-filing.ts';
import type { Answer } from '../answers/answer.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import { isCutOff } from '../derivation/cut-off-alias.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { AnswerStep } from '../step.ts';
import { upstreamBlockIn, UPSTREAM_BLOCK_TTL_SECONDS } from '../../policy/upstream-block.ts';

/** Larger RCODEs (BADVERS, BADCOOKIE, …) travel in OPT. */
const HEADER_RCODE_MAX = 15;

export function checkAnswer({ facts }: AnswerInspector, inForce: PolicyInForce): AnswerStep {
  const scoped = new ScopedAnswer();
  return {
    name: 'check-answer',
    run(answer) {
      const { live } = inForce;
      const fault = readAnswer(answer.message, answer.message.length, facts);
      if (fault !== ANSWER_FAULT.NONE || !canBeRelayed(facts)) {
        answer.isFaulty = true;
        return;
      }
      if (isReferral(answer.message, facts)) {
        answer.isFaulty = true;
        answer.isReferral = true;
        return;
      }
      noteExtendedError(answer, facts);
      answer.inspection = upstreamBlockIn(answer.server, facts, live.blockingUpstreams);
      if (answer.inspection !== 0) {
        keepQuestionAlone(answer, facts);
        answer.lifetimeSeconds = UPSTREAM_BLOCK_TTL_SECONDS;
        return;
      }
      if (!scoped.cut(answer.message, facts, (answer.question.variant & VARIANT_DNSSEC_OK) !== 0)) {
        answer.isFaulty = true;
        return;
      }
      answer.message = scoped.message;
      answer.length = scoped.length;
      writeId(answer.message, 0);
      const { message, length, question } = answer;
      const isAlias = answer.forwarder >= 0 && isCutOff(message, length, question.type);
      answer.lifetimeSeconds = clampTtls(message, facts, scoped.scope, live.cache, isAlias);
    },
  };
}

/** Not if it is cut short, or speaks of our own query and its OPT, which the client did not write. */
function canBeRelayed({ flags, rcode }: AnswerFacts): boolean {
  return (flags & FLAG_TC) === 0 && rcode !== RCODE.FORMERR && rcode <= HEADER_RCODE_MAX;
}

function keepQuestionAlone(answer: Answer, facts: AnswerFacts): void {
  answer.length = facts.questionEnd;
  writeId(answer.message, 0);
  writeCounts(answer.message, 1, 0, 0, 0);
  readAnswer(answer.message, answer.length, facts);
}

function noteExtendedError(answer: Answer, facts: AnswerFacts): void {
  if (facts.extendedErrorCode < 0) return;
  answer.extendedErrorCode = facts.extendedErrorCode;
  answer.extendedErrorText = relayExtendedErrorText(
    answer.message,
    facts.extendedErrorTextStart,
    facts.extendedErrorTextEnd,
  );
}
