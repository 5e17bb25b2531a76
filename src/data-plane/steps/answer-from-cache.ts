// Answers from the shared cache: first for this type, then an NXDOMAIN that stands for every type of the name (RFC 2308
// section 5). An answer inspected under an older policy is inspected again before it is given out.

import type { AnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { countDownTtls } from '../../memory/answer-cache/count-down.ts';
import { EVERY_TYPE, isOfPublic } from '../answers/answer-filing.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { Prefetch } from '../questions/prefetch.ts';
import { OUTCOME, type Query, VERDICT } from '../query.ts';
import type { Step } from '../step.ts';
import { isWithheld, replyInspected } from '../refusals.ts';

/** In the last tenth of an answer's life it may be fetched anew. */
const LAST_PART = 10;

export function answerFromCache(
  cache: AnswerCache,
  inForce: PolicyInForce,
  inspector: AnswerInspector,
  prefetch: Prefetch,
): Step {
  return {
    name: 'answer-from-cache',
    run(query) {
      const { cached, asked } = query;
      const { type } = asked;
      if (!cache.find(asked, query.nowSeconds, cached)) {
        asked.type = EVERY_TYPE;
        if (!cache.find(asked, query.nowSeconds, cached)) {
          asked.type = type;
          return VERDICT.PASS;
        }
      }
      const isUpToDate = cached.policyGeneration === inForce.live.policyGeneration || inspectAgain(query);
      asked.type = type;
      if (!isUpToDate) return VERDICT.PASS;
      if (isWithheld(query, cached.inspection)) return replyInspected(query, inForce, cached.inspection);
      if ((cached.expiresAtSeconds - query.nowSeconds) * LAST_PART < cached.expiresAtSeconds - cached.storedAtSeconds)
        prefetch(query);
      countDownTtls(cached.message, cached.ttlOffsets, cached.ttlCount, query.nowSeconds - cached.storedAtSeconds);
      query.replyLength = cached.messageLength;
      query.replyIsRelayed = true;
      query.outcome = OUTCOME.CACHE;
      return VERDICT.REPLY;
    },
  };

  /** Files the answer anew with what the policy in force says of it, so that the next hit need not look. */
  function inspectAgain({ cached, asked }: Query): boolean {
    if (!inspector.inspectAgain(cached, isOfPublic(asked))) return false;
    cache.store(asked, cached);
    return true;
  }
}
