// Reads an upstream's answer, keeps of it what belongs to its question, cuts off what was meant for us alone (OPT), and clamps its
// TTLs, so that whoever gets it, now or from the cache, can hand it on as it is.

import { ANSWER_FAULT, type AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { rebuildAnswer } from '../../wire/answer-rebuild.ts';
import { AnswerScope, SCOPE } from '../../wire/answer-scope.ts';
import { clampTtls } from '../../policy/answer-ttls.ts';
import { relayExtendedErrorText } from '../../wire/extended-error-text.ts';
import { FLAG_TC, MESSAGE_MAX_BYTES, readAuthorityCount, writeCounts, writeId } from '../../wire/header.ts';
import { NAME_MAX_BYTES } from '../../wire/name.ts';
import { RCODE } from '../../wire/numbers.ts';
import { isReferral } from '../../wire/referral.ts';
import { RECORD_MIN_BYTES } from '../../wire/resource-record.ts';
import { VARIANT_DNSSEC_OK } from '../answers/answer-filing.ts';
import type { Answer } from '../answers/answer.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import { isCutOff } from '../derivation/cut-off-alias.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { AnswerStep } from '../step.ts';
import { upstreamBlockIn, UPSTREAM_BLOCK_TTL_SECONDS } from '../answers/upstream-block.ts';

/** The largest answer that leaves room for an OPT record of ours. */
const LENGTH_MAX = MESSAGE_MAX_BYTES - RECORD_MIN_BYTES;
/** Larger RCODEs (BADVERS, BADCOOKIE, …) travel in OPT. */
const HEADER_RCODE_MAX = 15;

export function checkAnswer({ facts }: AnswerInspector, inForce: PolicyInForce): AnswerStep {
  const scope = new AnswerScope();
  // An owner is written out before it is found to be the one before.
  const rebuilt = new Uint8Array(MESSAGE_MAX_BYTES + NAME_MAX_BYTES);
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
      answer.inspection = upstreamBlockIn(answer, facts, live.blockingUpstreams);
      if (answer.inspection !== 0) {
        keepQuestionAlone(answer, facts);
        answer.lifetimeSeconds = UPSTREAM_BLOCK_TTL_SECONDS;
        return;
      }
      if (!keepWhatBelongs(answer)) {
        answer.isFaulty = true;
        return;
      }
      writeId(answer.message, 0);
      const { message, length, question } = answer;
      const isAlias = answer.forwarder >= 0 && isCutOff(message, length, question.type);
      answer.lifetimeSeconds = clampTtls(message, facts, scope, live.cache, isAlias);
    },
  };

  /** Mostly everything but ADDITIONAL belongs, and nothing is copied. False: the answer cannot be used. */
  function keepWhatBelongs(answer: Answer): boolean {
    const { message } = answer;
    const authorityCount = readAuthorityCount(message);
    const dnssecOk = (answer.question.variant & VARIANT_DNSSEC_OK) !== 0;
    const verdict = scope.judge(message, facts, authorityCount, dnssecOk);
    if (verdict === SCOPE.FAULT) return false;
    if (verdict === SCOPE.WHOLE) {
      answer.length = scope.ownerOf(scope.recordCount);
      writeCounts(message, 1, facts.answerCount, authorityCount, 0);
      facts.ttlCount = scope.recordCount;
      facts.lengthWithoutOpt = answer.length;
      return answer.length <= LENGTH_MAX;
    }
    const length = rebuildAnswer(message, facts, scope, rebuilt);
    if (length < 0 || length > LENGTH_MAX) return false;
    // A copy: others who wait may get it after the next answer has been rebuilt.
    answer.message = rebuilt.slice(0, length);
    answer.length = length;
    // Where everything stands now. The facts of OPT are lost, and have been noted.
    if (readAnswer(answer.message, length, facts) !== ANSWER_FAULT.NONE) return false;
    return scope.judge(answer.message, facts, readAuthorityCount(answer.message), dnssecOk) === SCOPE.WHOLE;
  }
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
