// Who may ask. Decided from the address alone; only a refusal reads on, to say why where the client can hear it (RFC 8914).

import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { readQuery } from '../../wire/query-reader.ts';
import type { AccessLists } from '../policy-in-force.ts';
import { OUTCOME, VERDICT } from '../query.ts';
import { replyError } from '../refusals.ts';
import type { Step } from '../step.ts';

const TEXT = new TextEncoder().encode('this client address may not ask here');

export function limitAccess(lists: AccessLists): Step {
  return {
    name: 'limit-access',
    run(query) {
      const list = query.sink.transport.encrypted ? lists.encrypted : lists.plain;
      if (list.permits(query.clientAddress)) return VERDICT.PASS;
      readQuery(query.message, query.length, query.facts);
      return replyError(query, OUTCOME.ACCESS_REFUSED, RCODE.REFUSED, EXTENDED_ERROR.PROHIBITED, TEXT);
    },
  };
}
