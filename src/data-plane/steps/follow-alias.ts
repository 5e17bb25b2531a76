// An alias of ours that leads to a name which is not: that name is asked from here on, under its own name for policy and cache.
// The aliases are kept, to stand in front of its answer. Not called for other names.

import type { PolicyInForce } from '../policy-in-force.ts';
import { type Query, VERDICT, type Verdict } from '../query.ts';
import { replyInternalError } from '../refusals.ts';
import type { Step } from '../step.ts';

export function followAlias(inForce: PolicyInForce): Step {
  return {
    name: 'follow-alias',
    run: (query) => follow(query, inForce),
  };
}

function follow(query: Query, inForce: PolicyInForce): Verdict {
  const { asked, derivation, facts, local } = query;
  if (!derivation.isInUse) derivation.begin();
  const { nameLength } = asked;
  if (!derivation.addLinks(asked.name, nameLength, query.reply, facts.questionEnd, query.replyLength))
    return replyInternalError(query);
  // An alias of the operator's own is judged by its target, whoever led to it.
  derivation.isAllowed = false;
  query.askFor(local.alias, local.aliasLength);
  // Who is to be asked for it, and whether its answers are kept, is said of the name itself.
  query.findLocally(inForce);
  return VERDICT.PASS;
}
