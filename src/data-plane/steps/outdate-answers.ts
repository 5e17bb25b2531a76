// A fresh answer outdates what is filed under other keys of its name: what is found there first would be given in its stead, and
// stale answers would contradict it later (RFC 8767).

import type { AnswerFacts } from '../../wire/answer-reader.ts';
import { RCODE } from '../../wire/numbers.ts';
import { VARIANT_NO_CACHE } from '../answers/answer-filing.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import { isUpstreamBlock } from '../../policy/upstream-block.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { AnswerStep } from '../step.ts';
import type { Superseder } from '../fallback/supersede.ts';

export function outdateAnswers(superseder: Superseder, inForce: PolicyInForce, { facts }: AnswerInspector): AnswerStep {
  return {
    name: 'outdate-answers',
    run(answer) {
      if (answer.isFaulty || (answer.question.variant & VARIANT_NO_CACHE) !== 0) return;
      if (facts.rcode !== RCODE.NOERROR && facts.rcode !== RCODE.NXDOMAIN) return;
      // Filed in place of what it outdates; of the name's other types nothing was said.
      if (isUpstreamBlock(answer.inspection)) return;
      const { question, nowSeconds, isStored } = answer;
      const since = nowSeconds - inForce.live.cache.staleSeconds;
      if (isNameError(facts)) {
        // Filed for every type, where it is found only behind what is filed under the type. Other types live out their time, as they
        // may (RFC 8020 section 2): some servers deny names for lack of the type alone.
        superseder.answerIsOutdated(question, nowSeconds, since);
        // One that is kept is newer than the rest, and found first (stale-answers.ts).
        if (!isStored) superseder.nameErrorIsNotKept(question, nowSeconds);
        return;
      }
      if (!isStored) superseder.answerIsOutdated(question, nowSeconds, since);
      superseder.nameExists(question, nowSeconds, since);
    },
  };

  function isNameError({ rcode, answerCount }: AnswerFacts): boolean {
    return rcode === RCODE.NXDOMAIN && answerCount === 0;
  }
}
