// Answers from the shared cache: first for this type, then an NXDOMAIN that stands for every type of the name (RFC 2308
// section 5). An answer of which it is not known under the policy in force whether the client's group may have it is inspected before it
// is given out.

import type { AnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { countDownTtls } from '../../memory/answer-cache/count-down.ts';
import { EVERY_TYPE } from '../answers/answer-filing.ts';
import { type AnswerInspector, FINDING } from '../answers/answer-inspector.ts';
import { isUpstreamBlock } from '../../policy/upstream-block.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { Prefetch } from '../questions/prefetch.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import type { Step } from '../step.ts';
import { replyInspected } from '../reply-inspected.ts';
import { replyUpstreamBlock } from '../refusals.ts';

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
      const isClean = !isUpstreamBlock(cached.inspection) && inspector.isKnownClean(cached, query.groupIndex);
      const verdict = isClean ? VERDICT.PASS : withhold(query);
      asked.type = type;
      if (verdict !== VERDICT.PASS) return verdict;
      if ((cached.expiresAtSeconds - query.nowSeconds) * LAST_PART < cached.expiresAtSeconds - cached.storedAtSeconds)
        prefetch(query);
      countDownTtls(cached.message, cached.ttlOffsets, cached.ttlCount, query.nowSeconds - cached.storedAtSeconds);
      query.replyLength = cached.messageLength;
      query.replyIsRelayed = true;
      query.outcome = OUTCOME.CACHE;
      return VERDICT.REPLY;
    },
  };

  /** Answers in its stead where it is not for this client. `query.asked`: what it is filed under. */
  function withhold(query: Query): Verdict {
    const { cached, asked } = query;
    if (isUpstreamBlock(cached.inspection)) return replyUpstreamBlock(query, inForce, cached.inspection);
    if (query.isAllowedByName) return VERDICT.PASS;
    const finding = inspector.findInHit(cached, asked, query, query.isOverStream, cache);
    return finding === FINDING.CLEAN ? VERDICT.PASS : replyInspected(query, inForce, inspector, finding);
  }
}
