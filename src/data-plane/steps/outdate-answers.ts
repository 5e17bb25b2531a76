// A fresh answer outdates what is filed under other keys of its name, so that no stale answer contradicts it later (RFC 8767).

import type { AnswerFacts } from '../../wire/answer-reader.ts';
import { RCODE } from '../../wire/numbers.ts';
import { VARIANT_NO_CACHE } from '../answers/answer-filing.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { AnswerStep } from '../step.ts';
import type { Superseder } from '../fallback/supersede.ts';

export function outdateAnswers(superseder: Superseder, inForce: PolicyInForce, { facts }: AnswerInspector): AnswerStep {
  return {
    name: 'outdate-answers',
    run(answer) {
      const { staleSeconds } = inForce.live.cache;
      if (answer.isFaulty || staleSeconds === 0 || (answer.question.variant & VARIANT_NO_CACHE) !== 0) return;
      if (facts.rcode !== RCODE.NOERROR && facts.rcode !== RCODE.NXDOMAIN) return;
      const { question, nowSeconds } = answer;
      const since = nowSeconds - staleSeconds;
      const isKept = answer.lifetimeSeconds > 0;
      if (isNameError(facts)) {
        // One that is kept is newer than the rest, and found first (stale-answers.ts).
        if (!isKept) superseder.nameErrorIsNotKept(question, nowSeconds);
        return;
      }
      if (!isKept) superseder.answerIsNotKept(question, nowSeconds, since);
      superseder.nameExists(question, nowSeconds, since);
    },
  };

  function isNameError({ rcode, answerCount }: AnswerFacts): boolean {
    return rcode === RCODE.NXDOMAIN && answerCount === 0;
  }
}
