// Asks the policy about the name, and answers in its stead where it says no.

import { ACTION, decide } from '../../policy/decide.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { VERDICT } from '../query.ts';
import type { Step } from '../step.ts';
import { replyBlocked, replyNotReady } from '../refusals.ts';

export function applyPolicy(inForce: PolicyInForce): Step {
  return {
    name: 'apply-policy',
    run(query) {
      const { asked, hasher, decision } = query;
      const { table, live } = inForce;
      decide(table, live.policy, live.listsComplete, asked.name, asked.nameLength, hasher, decision);
      if (decision.action === ACTION.ALLOW) return VERDICT.PASS;
      if (decision.action === ACTION.NOT_READY) return replyNotReady(query);
      return replyBlocked(query, inForce, decision.reason, decision.source);
    },
  };
}
