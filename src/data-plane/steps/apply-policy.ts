// Asks the policy about the name. One that a rule answers with an alias goes on under the alias's target, with the alias in front of
// its answer. Who wrote the rule named the target, so that is not judged; but a list leads nowhere that the operator or the group blocks.

import { leadsByList } from '../../policy/decide.ts';
import { TYPE } from '../../wire/numbers.ts';
import { judgeLedTo, judgeName } from '../judge-name.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { type Query, VERDICT, type Verdict } from '../query.ts';
import { replyAlias, replyChain } from '../refusals.ts';
import type { Step } from '../step.ts';

export function applyPolicy(inForce: PolicyInForce): Step {
  return {
    name: 'apply-policy',
    run(query) {
      const verdict = judgeName(query, inForce);
      if (verdict !== VERDICT.PASS || query.decision.response === undefined) return verdict;
      return query.decision.response.kind === 'alias' ? lead(query, query.decision.response.target) : VERDICT.PASS;
    },
  };

  function lead(query: Query, target: Uint8Array): Verdict {
    const { asked, derivation, facts } = query;
    const { name, nameLength } = asked;
    const isOfList = leadsByList(query.decision);
    if (isOfList) {
      const verdict = judgeLedTo(query, inForce, target, target.length);
      if (verdict !== VERDICT.PASS) return verdict;
    }
    if (facts.type === TYPE.CNAME && !derivation.isInUse) return replyAlias(query, inForce, target);
    if (!derivation.isInUse) derivation.begin();
    else if (derivation.comesFrom(target, target.length, facts)) return replyChain(query);
    const { blockTtlSeconds } = query.groupOf(inForce);
    if (!derivation.addRuleLink(name, nameLength, target, blockTtlSeconds)) return replyChain(query);
    derivation.isAllowed = !isOfList;
    query.askFor(target, target.length);
    return VERDICT.PASS;
  }
}
