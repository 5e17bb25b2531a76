// Referrals: "ask those name servers instead", which is no answer to a question that wants recursion (RFC 1034 section 4.3.1).

import type { AnswerFacts } from './answer-reader.ts';
import { FLAG_AA, readAuthorityCount, readUint16 } from './header.ts';
import { RCODE, TYPE } from './numbers.ts';

/** From a TTL field to the type of its record. */
const TYPE_BEFORE_TTL = 4;

/**
 * Whether `message`, which was just read into `facts` without fault, is one: name servers without SOA, and nothing else. A "no such
 * records" without SOA has no name servers either (RFC 2308 section 2.2), or says that it is authoritative.
 */
export function isReferral(message: Uint8Array, facts: AnswerFacts): boolean {
  if (facts.rcode !== RCODE.NOERROR || facts.answerCount > 0 || (facts.flags & FLAG_AA) !== 0) return false;
  let hasNameServers = false;
  for (let index = readAuthorityCount(message) - 1; index >= 0; index--) {
    const type = readUint16(message, facts.ttlOffsets[index]! - TYPE_BEFORE_TTL);
    if (type === TYPE.SOA) return false;
    if (type === TYPE.NS) hasNameServers = true;
  }
  return hasNameServers;
}
