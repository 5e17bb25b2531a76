// Puts an upstream's answer, once it has been checked and inspected, into the reply of somebody who waited for it.

import type { Answer } from '../answers/answer.ts';
import { type AnswerInspector, FINDING } from '../answers/answer-inspector.ts';
import { isUpstreamBlock } from '../../policy/upstream-block.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { replyInspected } from '../reply-inspected.ts';
import { replyUpstreamBlock } from '../refusals.ts';

/** Who waits together may belong to different groups: each gets what its own may have. */
export function deliverAnswer(
  query: Query,
  answer: Answer,
  inForce: PolicyInForce,
  inspector: AnswerInspector,
): Verdict {
  if (isUpstreamBlock(answer.inspection)) return replyUpstreamBlock(query, inForce, answer.inspection);
  const finding = query.isAllowedByName ? FINDING.CLEAN : inspector.findInFresh(answer, query, query.isOverStream);
  const verdict = finding === FINDING.CLEAN ? VERDICT.PASS : replyInspected(query, inForce, inspector, finding);
  if (verdict !== VERDICT.PASS) return verdict;
  query.reply.set(answer.message.subarray(0, answer.length));
  query.replyLength = answer.length;
  query.replyIsRelayed = true;
  query.outcome = OUTCOME.UPSTREAM;
  query.explain(answer.extendedErrorCode, answer.extendedErrorText);
  return VERDICT.REPLY;
}
