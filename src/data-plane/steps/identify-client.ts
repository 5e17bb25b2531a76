// Who asks: the ID that the client goes by, and the group that it belongs to. Not called where nothing depends on it.

import { REFUSED_CLIENT } from '../../policy/client-groups.ts';
import { DEFAULT_GROUP } from '../../policy/group-policy.ts';
import { UNKNOWN_CLIENT_ID_TEXT } from '../../policy/refusal-texts.ts';
import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { replyError } from '../refusals.ts';
import type { Step } from '../step.ts';

const TEXT = new TextEncoder().encode(UNKNOWN_CLIENT_ID_TEXT);

export function identifyClient(inForce: PolicyInForce): Step {
  return {
    name: 'identify-client',
    run(query) {
      query.clientId = query.sink.clientId?.(query.returnPath) ?? '';
      return findGroup(query, inForce);
    },
  };
}

/** By `query.clientId` and address; answers with a refusal where the ID is in no group and the operator wants none of those. */
export function findGroup(query: Query, inForce: PolicyInForce): Verdict {
  const groupIndex = inForce.clientGroups.groupOf(query.clientAddress, query.clientId);
  query.groupIndex = inForce.isGroup(groupIndex) ? groupIndex : DEFAULT_GROUP;
  if (groupIndex !== REFUSED_CLIENT) return VERDICT.PASS;
  return replyError(query, OUTCOME.ACCESS_REFUSED, RCODE.REFUSED, EXTENDED_ERROR.PROHIBITED, TEXT);
}
