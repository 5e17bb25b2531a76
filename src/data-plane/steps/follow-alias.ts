// An alias of ours that leads to a name which is not: that name is asked from here on, under its own name for policy and cache.
// The aliases are kept, to stand in front of its answer. Not called for other names.

import { judgeLedTo } from '../judge-name.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { type Query, VERDICT, type Verdict } from '../query.ts';
import { replyChain } from '../refusals.ts';
import type { Step } from '../step.ts';

export function followAlias(inForce: PolicyInForce): Step {
  return {
    name: 'follow-alias',
    run: (query) => follow(query, inForce),
  };
}

/** The same for an alias of ours that a rule has led to. Whether it may lead anywhere is said by whose rule it is. */
export function followAliasOfRule(inForce: PolicyInForce): Step {
  return {
    name: 'follow-alias-of-rule',
    run(query) {
      const { asked, derivation } = query;
      const { isAllowed } = derivation;
      const verdict = follow(query, inForce);
      if (verdict !== VERDICT.PASS) return verdict;
      derivation.isAllowed = isAllowed;
      return isAllowed ? VERDICT.PASS : judgeLedTo(query, inForce, asked.name, asked.nameLength);
    },
  };
}

function follow(query: Query, inForce: PolicyInForce): Verdict {
  const { asked, derivation, facts, local } = query;
  if (!derivation.isInUse) derivation.begin();
  const { nameLength } = asked;
  if (!derivation.addLinks(asked.name, nameLength, query.reply, facts.questionEnd, query.replyLength))
    return replyChain(query);
  // An alias of the operator's own is judged by its target, whoever led to it.
  derivation.isAllowed = false;
  query.askFor(local.alias, local.aliasLength);
  if (derivation.comesFrom(asked.name, asked.nameLength, facts)) return replyChain(query);
  // Who is to be asked for it, and whether its answers are kept, is said of the name itself.
  query.findLocally(inForce);
  return VERDICT.PASS;
}
