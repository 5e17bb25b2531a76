// Puts an upstream's answer, once it has been checked and inspected, into the reply of somebody who waited for it.

import type { Answer } from '../answers/answer.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { isWithheld, replyInspected } from '../refusals.ts';

export function deliverAnswer(query: Query, answer: Answer, inForce: PolicyInForce): Verdict {
  if (isWithheld(query, answer.inspection)) return replyInspected(query, inForce, answer.inspection);
  query.reply.set(answer.message.subarray(0, answer.length));
  query.replyLength = answer.length;
  query.replyIsRelayed = true;
  query.outcome = OUTCOME.UPSTREAM;
  query.explain(answer.extendedErrorCode, answer.extendedErrorText);
  return VERDICT.REPLY;
}
