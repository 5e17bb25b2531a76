// What failed a short while ago is not asked again at once (RFC 9520): who asks gets what was known before it failed, or hears of
// the failure.

import type { FailureCache } from '../fallback/failure-cache.ts';
import { VERDICT } from '../query.ts';
import { replyKeptFailure } from '../refusals.ts';
import type { StaleAnswers } from '../fallback/stale-answers.ts';
import type { Step } from '../step.ts';

export function answerFromFailure(failures: FailureCache, stale: StaleAnswers): Step {
  return {
    name: 'answer-from-failure',
    run(query) {
      const { asked, nowSeconds } = query;
      if (!failures.find(asked, nowSeconds)) return VERDICT.PASS;
      const { found } = failures;
      const verdict = found.allowsStale ? stale.reply(query, asked) : VERDICT.PASS;
      if (verdict !== VERDICT.PASS) return verdict;
      // Stale answers are given for longer than a failure is.
      return nowSeconds < found.untilSeconds ? replyKeptFailure(query, found) : VERDICT.PASS;
    },
  };
}
