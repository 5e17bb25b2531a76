// Asks the policy about the name that a query asks for, and answers in its stead where it says no.

import { ACTION, Decision, decide, decideLedTo } from '../policy/decide.ts';
import { sameName } from '../wire/name.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { NO_TEXT, type Query, VERDICT, type Verdict } from './query.ts';
import { replyBlocked, replyNotReady } from './refusals.ts';

/** PASS where the name may be asked, and where `query.decision.response` is an alias to another name, which is the caller's to follow. */
export function judgeName(query: Query, inForce: PolicyInForce): Verdict {
  const { asked, hasher, decision, facts } = query;
  const { name, nameLength } = asked;
  const group = query.groupOf(inForce);
  // The client's own type, also where others are asked in its place (DNS64).
  decide(inForce.policy, group, query, name, nameLength, facts.type, hasher, decision);
  if (decision.action === ACTION.ALLOW) return VERDICT.PASS;
  if (decision.action === ACTION.NOT_READY) return replyNotReady(query);
  if (decision.response?.kind === 'alias') {
    // A rule about a name and all below it may lead into it.
    if (sameName(name, nameLength, decision.response.target, decision.response.target.length))
      decision.response = undefined;
    return VERDICT.PASS;
  }
  return replyBlocked(query, inForce, decision, textOf(query, inForce, decision, name, nameLength));
}

const ledTo = new Decision();

/** Judges a name that a list's rule leads to. PASS where nobody who goes before lists has something against it. */
export function judgeLedTo(query: Query, inForce: PolicyInForce, name: Uint8Array, nameLength: number): Verdict {
  const { asked, hasher, facts } = query;
  hasher.hash(name, nameLength);
  decideLedTo(inForce.policy, query.groupOf(inForce), query, name, nameLength, facts.type, hasher, ledTo);
  if (ledTo.action === ACTION.NOT_READY) return replyNotReady(query);
  if (ledTo.action === ACTION.BLOCK) {
    const verdict = replyBlocked(query, inForce, ledTo, textOf(query, inForce, ledTo, name, nameLength));
    if (verdict !== VERDICT.PASS) return verdict;
  }
  hasher.hash(asked.name, asked.nameLength);
  return VERDICT.PASS;
}

/** Why the name, last given to the query's hasher, is blocked; nothing where the client or its group wants no words. */
function textOf(
  query: Query,
  inForce: PolicyInForce,
  decision: Decision,
  name: Uint8Array,
  nameLength: number,
): Uint8Array<ArrayBuffer> {
  const isExplained = query.groupOf(inForce).extendedErrorTexts && query.facts.hasOpt;
  return isExplained ? inForce.texts.textOf(decision, name, nameLength, query.hasher) : NO_TEXT;
}
