// Reads the message, answers what is malformed or not for a gateway, and sets the question that cache and upstream will get,
// hashed once for policy and cache alike.

import { FLAG_CD, FLAG_RD } from '../../wire/header.ts';
import { CLASS, EXTENDED_ERROR, RCODE, TYPE } from '../../wire/numbers.ts';
import { QUERY_FAULT, type QueryFault, readQuery } from '../../wire/query-reader.ts';
import { startReply } from '../../wire/reply-builder.ts';
import { VARIANT_CHECKING_DISABLED, VARIANT_DNSSEC_OK } from '../answers/answer-filing.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { replyError } from '../refusals.ts';
import type { ServerCookies } from '../server-cookies.ts';
import type { Step } from '../step.ts';

/** Why a question is turned away: RCODE and Extended DNS Error. */
interface Refusal {
  readonly rcode: number;
  readonly extendedError: number;
  readonly text: Uint8Array;
}

const { FORMERR, NOTIMP, REFUSED, BADVERS } = RCODE;
const { OTHER, NOT_AUTHORITATIVE, NOT_SUPPORTED } = EXTENDED_ERROR;

const MALFORMED = refusal(FORMERR, OTHER, 'the message is malformed');
const OTHER_CLASS = refusal(REFUSED, NOT_SUPPORTED, 'only class IN is answered');
const NO_QUESTION_TYPE = refusal(FORMERR, NOT_SUPPORTED, 'this type cannot be asked for');
const TRANSFER = refusal(REFUSED, NOT_SUPPORTED, 'a gateway has no zones to transfer');
/** Short: who asks for ANY often does so in the name of a victim. */
const ANY = refusal(REFUSED, NOT_SUPPORTED, 'RFC 8482');
// Without RD the client asks for what we know ourselves, and a gateway knows nothing by itself.
const NO_RECURSION = refusal(REFUSED, NOT_AUTHORITATIVE, 'only recursive queries (RD=1) are answered');

const REFUSAL_OF_FAULT: ReadonlyMap<QueryFault, Refusal> = new Map([
  [QUERY_FAULT.OPCODE, refusal(NOTIMP, NOT_SUPPORTED, 'only opcode QUERY is answered')],
  [QUERY_FAULT.EDNS_VERSION, refusal(BADVERS, NOT_SUPPORTED, 'only EDNS version 0 is spoken')],
  [QUERY_FAULT.QUESTION_COUNT, refusal(FORMERR, OTHER, 'a query has exactly one question (RFC 9619)')],
  [QUERY_FAULT.COOKIE_ALONE, refusal(FORMERR, OTHER, 'a query has exactly one question (RFC 9619)')],
  [QUERY_FAULT.UNEXPECTED_RECORDS, refusal(FORMERR, OTHER, 'a query has no answer or authority records')],
  [QUERY_FAULT.OPT, refusal(FORMERR, OTHER, 'the OPT record is malformed')],
]);

export function checkPacket(cookies: ServerCookies): Step {
  return {
    name: 'check-packet',
    run(query) {
      const { facts, asked, hasher } = query;
      const fault = readQuery(query.message, query.length, facts);
      if (fault !== QUERY_FAULT.NONE) return replyFaulty(query, fault, cookies);
      if (facts.class !== CLASS.IN) return refuse(query, OTHER_CLASS);
      if (isMetaType(facts.type)) return refuse(query, refusalOfType(facts.type));
      if ((facts.flags & FLAG_RD) === 0) return refuse(query, NO_RECURSION);
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
}

function replyFaulty(query: Query, fault: QueryFault, cookies: ServerCookies): Verdict {
  if (fault === QUERY_FAULT.TOO_SHORT || fault === QUERY_FAULT.IS_RESPONSE) return VERDICT.DROP;
  if (fault !== QUERY_FAULT.COOKIE_ALONE || !cookies.areOn)
    return refuse(query, REFUSAL_OF_FAULT.get(fault) ?? MALFORMED);
  // The fresh cookie comes with OPT (RFC 7873 section 5.4).
  cookies.judge(query);
  query.outcome = OUTCOME.LOCAL;
  query.opt.rcode = cookies.demandsAnother(query) ? RCODE.BADCOOKIE : RCODE.NOERROR;
  query.replyLength = startReply(query.facts, query.opt.rcode, query.reply);
  return VERDICT.REPLY;
}

/** Types that exist only between servers or inside messages (RFC 6895 section 3.1), and ANY (RFC 8482). */
function isMetaType(type: number): boolean {
  return type === 0 || type === TYPE.OPT || (type >= TYPE.TKEY && type <= TYPE.ANY);
}

/** TKEY, TSIG and OPT are no questions at all; transfers and ANY are, but not for a gateway. */
function refusalOfType(type: number): Refusal {
  if (type < TYPE.IXFR) return NO_QUESTION_TYPE;
  return type === TYPE.ANY ? ANY : TRANSFER;
}

function refuse(query: Query, { rcode, extendedError, text }: Refusal): Verdict {
  return replyError(query, OUTCOME.MALFORMED, rcode, extendedError, text);
}

function refusal(rcode: number, extendedError: number, text: string): Refusal {
  return { rcode, extendedError, text: new TextEncoder().encode(text) };
}
