// Reads the message, answers what is malformed or not for a gateway, and sets the question that cache and upstream will get,
// hashed once for policy and cache alike.

import { FLAG_CD, FLAG_RD } from '../../wire/header.ts';
import { CLASS, EXTENDED_ERROR, RCODE, TYPE } from '../../wire/numbers.ts';
import { QUERY_FAULT, readQuery } from '../../wire/query-reader.ts';
import { startReply } from '../../wire/reply-builder.ts';
import { VARIANT_CHECKING_DISABLED, VARIANT_DNSSEC_OK } from '../answer-filing.ts';
import { NO_TEXT, OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import type { Step } from '../step.ts';

export const checkPacket: Step = {
  name: 'check-packet',
  run(query) {
    const { facts, asked, hasher } = query;
    switch (readQuery(query.message, query.length, facts)) {
      case QUERY_FAULT.NONE:
        break;
      case QUERY_FAULT.TOO_SHORT:
      case QUERY_FAULT.IS_RESPONSE:
        return VERDICT.DROP;
      case QUERY_FAULT.OPCODE:
        return refuse(query, RCODE.NOTIMP, -1);
      case QUERY_FAULT.EDNS_VERSION:
        return refuse(query, RCODE.BADVERS, -1);
      default:
        return refuse(query, RCODE.FORMERR, -1);
    }
    if (facts.class !== CLASS.IN) return refuse(query, RCODE.REFUSED, EXTENDED_ERROR.NOT_SUPPORTED);
    if (isMetaType(facts.type)) {
      // TKEY, TSIG and OPT are no questions at all; transfers and ANY are, but not for a gateway.
      if (facts.type < TYPE.IXFR) return refuse(query, RCODE.FORMERR, -1);
      return refuse(query, RCODE.REFUSED, EXTENDED_ERROR.NOT_SUPPORTED);
    }
    // Without RD the client asks for what we know ourselves, and a gateway knows nothing by itself.
    if ((facts.flags & FLAG_RD) === 0) return refuse(query, RCODE.REFUSED, EXTENDED_ERROR.NOT_AUTHORITATIVE);
    asked.name = facts.name;
    asked.nameLength = facts.nameLength;
    asked.type = facts.type;
    asked.class = facts.class;
    asked.variant =
      (facts.dnssecOk ? VARIANT_DNSSEC_OK : 0) | ((facts.flags & FLAG_CD) === 0 ? 0 : VARIANT_CHECKING_DISABLED);
    hasher.hash(asked.name, asked.nameLength);
    asked.hashLow = hasher.fullLow;
    asked.hashHigh = hasher.fullHigh;
    return VERDICT.PASS;
  },
};

/** Types that exist only between servers or inside messages (RFC 6895 section 3.1), and ANY (RFC 8482). */
function isMetaType(type: number): boolean {
  return type === 0 || type === TYPE.OPT || (type >= TYPE.TKEY && type <= TYPE.ANY);
}

function refuse(query: Query, rcode: number, extendedError: number): Verdict {
  query.outcome = OUTCOME.MALFORMED;
  query.opt.rcode = rcode;
  query.explain(extendedError, NO_TEXT);
  query.replyLength = startReply(query.facts, rcode & 0xf, query.reply);
  return VERDICT.REPLY;
}
