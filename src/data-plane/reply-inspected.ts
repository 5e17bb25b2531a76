// What a client gets whose answer leads to what its group may not have (answer-inspector.ts): a block, or the other name that a rule about
// addresses leads to.

import { type Decision, leadsByList } from '../policy/decide.ts';
import { FINDING, type AnswerInspector, type Finding } from './answers/answer-inspector.ts';
import { judgeLedTo } from './judge-name.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { NO_TEXT, type Query, VERDICT, type Verdict } from './query.ts';
import { replyBlocked, replyChain, replyInternalError, replyWithheld } from './refusals.ts';

/** Answers by what `inspector` found in an upstream's answer just now. PASS as in replyBlocked. */
export function replyInspected(
  query: Query,
  inForce: PolicyInForce,
  inspector: AnswerInspector,
  finding: Finding,
): Verdict {
  if (finding === FINDING.UNREADABLE) return replyInternalError(query);
  const isExplained = query.groupOf(inForce).extendedErrorTexts && query.facts.hasOpt;
  if (finding !== FINDING.RULE) return replyWithheld(query, inForce, finding === FINDING.PRIVATE_ADDRESS, isExplained);
  const { decision } = inspector;
  const { derivation } = query;
  // Once: an address behind that is blocked in whatever way there is without another name.
  if (decision.response?.kind === 'alias' && !(derivation.isInUse && derivation.isLedByAddress))
    return leadByAddress(query, inForce, decision, decision.response.target);
  return replyBlocked(query, inForce, decision, isExplained ? textOf(inForce, inspector) : NO_TEXT);
}

function textOf({ texts }: PolicyInForce, inspector: AnswerInspector): Uint8Array<ArrayBuffer> {
  const { decision, addressFound, name, nameLength, hasher } = inspector;
  if (addressFound !== undefined) return texts.textOfAddress(decision, addressFound);
  return texts.textOf(decision, name, nameLength, hasher);
}

/** A rule about an address has an alias: the client gets that in place of the answer, and what is behind it. */
function leadByAddress(query: Query, inForce: PolicyInForce, decision: Decision, target: Uint8Array): Verdict {
  const { asked, derivation, facts } = query;
  const isOfList = leadsByList(decision);
  if (isOfList) {
    const verdict = judgeLedTo(query, inForce, target, target.length);
    if (verdict !== VERDICT.PASS) return verdict;
  }
  if (!derivation.isInUse) derivation.begin();
  else if (derivation.comesFrom(target, target.length, facts)) return replyChain(query);
  const { blockTtlSeconds } = query.groupOf(inForce);
  if (!derivation.addAddressLink(asked.name, asked.nameLength, target, blockTtlSeconds)) return replyChain(query);
  derivation.isAllowed = !isOfList;
  query.askFor(target, target.length);
  return VERDICT.ELSEWHERE;
}
