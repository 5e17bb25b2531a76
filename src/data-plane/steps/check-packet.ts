// Reads the message and answers what is malformed, or no query at all.

import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { OPTION_BIT } from '../../wire/query-option.ts';
import { QUERY_FAULT, type QueryFault, readQuery } from '../../wire/query-reader.ts';
import { startReply } from '../../wire/reply-builder.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { type Refusal, refusal, replyRefusal } from '../refusals.ts';
import type { ServerCookies } from '../server-cookies.ts';
import type { Step } from '../step.ts';

const { FORMERR, NOTIMP, BADVERS } = RCODE;
const { OTHER, NOT_SUPPORTED } = EXTENDED_ERROR;

const MALFORMED = refusal(FORMERR, OTHER, 'the message is malformed');
const MALFORMED_OPT = refusal(FORMERR, OTHER, 'the OPT record is malformed');

const REFUSAL_OF_FAULT: ReadonlyMap<QueryFault, Refusal> = new Map([
  [QUERY_FAULT.OPCODE, refusal(NOTIMP, NOT_SUPPORTED, 'only opcode QUERY is answered')],
  [QUERY_FAULT.EDNS_VERSION, refusal(BADVERS, NOT_SUPPORTED, 'only EDNS version 0 is spoken')],
  [QUERY_FAULT.QUESTION_COUNT, refusal(FORMERR, OTHER, 'a query has exactly one question (RFC 9619)')],
  [QUERY_FAULT.COOKIE_ALONE, refusal(FORMERR, OTHER, 'a query has exactly one question (RFC 9619)')],
  [QUERY_FAULT.UNEXPECTED_RECORDS, refusal(FORMERR, OTHER, 'a query has no answer or authority records')],
  [QUERY_FAULT.OPT, MALFORMED_OPT],
]);

export function checkPacket(cookies: ServerCookies): Step {
  return {
    name: 'check-packet',
    run(query) {
      const { facts } = query;
      const fault = readQuery(query.message, query.length, facts);
      if (facts.options !== 0 && fault !== QUERY_FAULT.OPCODE && isKeepaliveBroken(query))
        return replyRefusal(query, MALFORMED_OPT);
      return fault === QUERY_FAULT.NONE ? VERDICT.PASS : replyFaulty(query, fault, cookies);
    },
  };
}

/** Only where a connection may be kept: elsewhere the option means nothing, whatever it looks like (RFC 7828 section 3.2.1). */
function isKeepaliveBroken({ facts, sink }: Query): boolean {
  return (facts.options & OPTION_BIT.BROKEN_KEEPALIVE) !== 0 && sink.keepaliveDeciseconds !== undefined;
}

function replyFaulty(query: Query, fault: QueryFault, cookies: ServerCookies): Verdict {
  if (fault === QUERY_FAULT.TOO_SHORT || fault === QUERY_FAULT.IS_RESPONSE) return VERDICT.DROP;
  if (fault !== QUERY_FAULT.COOKIE_ALONE || !cookies.areOn)
    return replyRefusal(query, REFUSAL_OF_FAULT.get(fault) ?? MALFORMED);
  // The fresh cookie comes with OPT (RFC 7873 section 5.4).
  cookies.judge(query);
  query.outcome = OUTCOME.LOCAL;
  query.opt.rcode = cookies.demandsAnother(query) ? RCODE.BADCOOKIE : RCODE.NOERROR;
  query.replyLength = startReply(query.facts, query.opt.rcode, query.reply);
  return VERDICT.REPLY;
}
