// A resolver of a [[zone]] that does not recurse ends an answer with the alias that leads out of what it knows. The alias is then
// followed from here, as one of our own (steps/follow-alias.ts), so that the client gets a whole answer. The alias is kept
// for as long as its records live, and its target on its own; both are put together anew for each client.

import {
  FLAG_RA,
  HEADER_BYTES,
  rcodeOf,
  readAnswerCount,
  readAuthorityCount,
  readFlags,
  readUint16,
} from '../../wire/header.ts';
import { CHAIN_MAX } from '../../memory/local-names/local-names-layout.ts';
import { skipName } from '../../wire/name.ts';
import { RCODE, TYPE } from '../../wire/numbers.ts';
import { QUESTION_FIXED_BYTES, RECORD_FIXED_BYTES, RECORD_RDLENGTH } from '../../wire/resource-record.ts';
import type { Query } from '../query.ts';
import { replyChain } from '../refusals.ts';

/**
 * Looks at the answer to a question for a name of a [[zone]]. True: it ends with an alias, whose target `query.asked` asks for now.
 * Aliases that are too many, or lead back, make a failure of it. Where a name was allowed by name, what it leads to is not searched in the answer of a
 * resolver that recurses (answer-inspector.ts), nor is it judged here.
 */
export function leadsElsewhere(query: Query): boolean {
  const { asked, derivation, facts, reply, replyLength } = query;
  if (!query.replyIsRelayed || !isCutOff(reply, replyLength, asked.type)) return false;
  const isAllowed = query.isAllowedByName;
  if (!derivation.isInUse) derivation.begin();
  derivation.isAllowed = isAllowed;
  const questionEnd = skipName(reply, HEADER_BYTES, replyLength) + QUESTION_FIXED_BYTES;
  const hasRoom = derivation.addLinks(asked.name, asked.nameLength, reply, questionEnd, replyLength);
  query.replyIsRelayed = false;
  query.replyLength = 0;
  query.opt.extendedErrorCode = -1;
  query.opt.alsoErrorCode = -1;
  const { links, targetOffset, linksLength } = derivation;
  const target = links.subarray(targetOffset, linksLength);
  if (!hasRoom || derivation.linkCount > CHAIN_MAX || derivation.comesFrom(target, target.length, facts)) {
    replyChain(query);
    return false;
  }
  query.askFor(target, target.length);
  return true;
}

/**
 * Whether an answer without recursion has aliases, and neither records of the type at their end nor a word that there are none. One
 * with recursion is complete: a "no such records" may come without SOA (RFC 2308 section 2.2).
 */
export function isCutOff(reply: Uint8Array, length: number, type: number): boolean {
  const flags = readFlags(reply);
  if ((flags & FLAG_RA) !== 0 || rcodeOf(flags) !== RCODE.NOERROR) return false;
  const answers = readAnswerCount(reply);
  if (answers === 0) return false;
  const records = answers + readAuthorityCount(reply);
  let hasAlias = false;
  let position = skipName(reply, HEADER_BYTES, length) + QUESTION_FIXED_BYTES;
  for (let index = 0; index < records; index++) {
    const fixed = skipName(reply, position, length);
    if (fixed < 0) return false;
    const found = readUint16(reply, fixed);
    if (found === (index < answers ? type : TYPE.SOA)) return false;
    if (found === TYPE.CNAME) hasAlias = true;
    position = fixed + RECORD_FIXED_BYTES + readUint16(reply, fixed + RECORD_RDLENGTH);
  }
  return hasAlias;
}
