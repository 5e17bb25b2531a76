// Answers what is asked in due form, but is no question for a gateway; of the others it sets the question that cache and upstream
// will get, hashed once for policy and cache alike.

import { FLAG_CD, FLAG_RD } from '../../wire/header.ts';
import { CLASS, EXTENDED_ERROR, RCODE, TYPE } from '../../wire/numbers.ts';
import { VARIANT_CHECKING_DISABLED, VARIANT_DNSSEC_OK } from '../answers/answer-filing.ts';
import { VERDICT } from '../query.ts';
import { type Refusal, refusal, replyRefusal } from '../refusals.ts';
import type { Step } from '../step.ts';

const { FORMERR, REFUSED } = RCODE;
const { INVALID_QUERY_TYPE, NOT_AUTHORITATIVE, NOT_SUPPORTED } = EXTENDED_ERROR;

const OTHER_CLASS = refusal(REFUSED, NOT_SUPPORTED, 'only class IN is answered');
const NO_QUESTION_TYPE = refusal(FORMERR, NOT_SUPPORTED, 'this type cannot be asked for');
const META_TYPE = refusal(FORMERR, INVALID_QUERY_TYPE, 'this type cannot be asked for');
const TRANSFER = refusal(REFUSED, NOT_SUPPORTED, 'a gateway has no zones to transfer');
const ANY = refusal(REFUSED, NOT_SUPPORTED, 'RFC 8482');
// Without RD the client asks for what we know ourselves, and a gateway knows nothing by itself.
const NO_RECURSION = refusal(REFUSED, NOT_AUTHORITATIVE, 'only recursive queries (RD=1) are answered');

export const checkQuestion: Step = {
  name: 'check-question',
  run(query) {
    const { facts, asked, hasher } = query;
    if (facts.class !== CLASS.IN) return replyRefusal(query, OTHER_CLASS);
    if (isMetaType(facts.type)) return replyRefusal(query, refusalOfType(facts.type));
    if ((facts.flags & FLAG_RD) === 0) return replyRefusal(query, NO_RECURSION);
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

/**
 * Types that exist only between servers or inside messages: 128 to 255 (RFC 6895 section 3.1), of which NXNAME may not even be
 * handed on (RFC 9824 section 3.5), and ANY (RFC 8482) is one.
 */
function isMetaType(type: number): boolean {
  return type === 0 || type === TYPE.OPT || (type >= TYPE.NXNAME && type <= TYPE.ANY);
}

/** Transfers and ANY are questions, but not for a gateway; the others are none at all. */
function refusalOfType(type: number): Refusal {
  if (type >= TYPE.NXNAME && type < TYPE.TKEY) return META_TYPE;
  if (type < TYPE.IXFR) return NO_QUESTION_TYPE;
  return type === TYPE.ANY ? ANY : TRANSFER;
}
