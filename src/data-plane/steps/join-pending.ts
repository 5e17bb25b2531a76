// What nobody here knows goes to the upstream, once: identical questions already on their way are joined. Where that takes long, or
// there is no room to wait, an answer from before is better than none (RFC 8767).

import type { PendingQuestions } from '../questions/pending-questions.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { VERDICT } from '../query.ts';
import type { StaleAnswers } from '../fallback/stale-answers.ts';
import type { Step } from '../step.ts';
import { replyBusy } from '../refusals.ts';

export function joinPending(pending: PendingQuestions, stale: StaleAnswers, inForce: PolicyInForce): Step {
  return {
    name: 'join-pending',
    run(query) {
      const { asked } = query;
      const question = pending.find(asked);
      if (question?.isLate === true) {
        const verdict = stale.reply(query, asked);
        if (verdict !== VERDICT.PASS) return verdict;
      }
      query.policyGeneration = inForce.live.policyGeneration;
      return pending.join(query, question) ? VERDICT.WAIT : stale.reply(query, asked) || replyBusy(query);
    },
  };
}
