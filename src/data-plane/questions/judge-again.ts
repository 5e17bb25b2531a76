// Groups and rules may have changed while a client waited: what holds when it is answered is what counts.

import { leadsByList } from '../../policy/decide.ts';
import type { CompiledResponse } from '../../policy/compiled-response.ts';
import { judgeLedTo, judgeName } from '../judge-name.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { type Query, VERDICT, type Verdict } from '../query.ts';
import { replyChain } from '../refusals.ts';
import { findGroup } from '../steps/identify-client.ts';
import { restoreWaiter, type Waiter } from './waiter.ts';

/** So often one client's way may change while it waits: each time takes another change of the rules. */
const ASKED_ANEW_MAX = 3;

/**
 * For a query that has been restored. PASS where it may have the answer it has waited for. Where a rule that came or went leads it to another
 * name than the one that was asked, that is asked now: `ask` has the steps for it.
 */
export function judgeAgain(
  query: Query,
  waiter: Waiter,
  inForce: PolicyInForce,
  ask: (query: Query) => Verdict,
): Verdict {
  const { derivation, decision } = query;
  const verdict = inForce.tellsClientsApart ? findGroup(query, inForce) : VERDICT.PASS;
  if (verdict !== VERDICT.PASS) return verdict;
  if (!derivation.isInUse || !derivation.isLedByRule) {
    if (derivation.isInUse && derivation.isAllowed) return VERDICT.PASS;
    const judged = judgeName(query, inForce);
    return judged === VERDICT.PASS && isAlias(decision.response) ? askAnew(query, ask) : judged;
  }
  const { endsWithRule } = derivation;
  // What led the way was said of this name, or of what its answer had.
  query.goBackToRuled();
  const judged = judgeName(query, inForce);
  if (judged !== VERDICT.PASS) return judged;
  if (waiter.policyGeneration === inForce.live.policyGeneration) {
    restoreWaiter(query, waiter);
    return VERDICT.PASS;
  }
  const { response } = decision;
  // What an answer had, or where a name behind the rule led, is not known any more: it is found out again.
  const isStillLed = endsWithRule && isAlias(response) && derivation.wasLedTo(response.target);
  if (!isStillLed) return askAnew(query, ask);
  const isOfList = leadsByList(decision);
  const judgedTarget = isOfList ? judgeLedTo(query, inForce, response.target, response.target.length) : VERDICT.PASS;
  if (judgedTarget !== VERDICT.PASS) return judgedTarget;
  restoreWaiter(query, waiter);
  derivation.isAllowed = !isOfList;
  return VERDICT.PASS;
}

function isAlias(response: CompiledResponse | undefined): response is CompiledResponse {
  return response?.kind === 'alias';
}

/** As the client asked, from the name on that is asked now. */
function askAnew(query: Query, ask: (query: Query) => Verdict): Verdict {
  if (query.askedAnew >= ASKED_ANEW_MAX) return replyChain(query);
  query.askedAnew++;
  query.askAsClient();
  query.derivation.isAllowed = false;
  return ask(query);
}
