// What an answer leads a client to that its group may not have: names, addresses, and whether it points into this network. Where the query
// pipeline stops at the first finding, all are shown.

import { obeysAddressRules } from '../../policy/address-rules.ts';
import { PrivateAddresses } from '../../policy/private-addresses.ts';
import { REBINDING_TEXT, TOO_MANY_ADDRESSES_TEXT } from '../../policy/refusal-texts.ts';
import { upstreamBlockText } from '../../policy/upstream-block.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { nameToText } from '../../wire/name-text.ts';
import { isWithin } from '../../wire/name-within.ts';
import { EXTENDED_ERROR, TYPE } from '../../wire/numbers.ts';
import { rcodeToText } from '../../wire/type-text.ts';
import type { FoundAnswer } from './answer-source.ts';
import { matchOf } from './explain-local.ts';
import { answerWithError, overStreams } from './explained-answer.ts';
import type { ExplainedReach, ReachedPlace, ReachReason } from './explanation.ts';
import {
  type Judged,
  judgeAddress,
  judgeName,
  type LeadsTo,
  type ReachBlock,
  type ReachContext,
  type Shown,
} from './judge-reached.ts';
import { reachedAddresses, reachedNames } from './reached-places.ts';
import type { RuledQuestion } from './ruled-question.ts';
import { type ReadAnswer, readUpstreamAnswer } from './read-answer.ts';

export interface Reach {
  readonly explained: ExplainedReach;
  /** What keeps the answer from the client: the first that there is. */
  readonly block: ReachBlock | undefined;
  /** Where that is another name in place of the answer. */
  readonly leadsTo: LeadsTo | undefined;
}

/** So many places are shown with their rules, for which lists are read; of others no more than the one that keeps the answer back. */
const EXPLAINED_MAX = 16;

const REBINDING = 'it points into this network, which no public name should (rebinding_protection)';
const TOO_MANY = 'its answer has more addresses than can be looked at';

/** `isOutsider`: the client does not get the names of this network. `mayLead`: a rule about an address may lead elsewhere. */
export async function explainReach(
  context: ReachContext,
  question: RuledQuestion,
  found: FoundAnswer,
  { isOutsider, mayLead }: { readonly isOutsider: boolean; readonly mayLead: boolean },
): Promise<Reach> {
  if (found.blockedBy !== undefined) return blockedByUpstream(question, found.from, found.blockedBy);
  const answer = readUpstreamAnswer(found.message);
  if (answer === undefined) return notLookedAt(`what came from ${found.from} is no answer`);
  const all: Judged[] = [];
  const isShown: Shown = (isBlocked) =>
    all.length < EXPLAINED_MAX || (isBlocked && all.every(({ block }) => block === undefined));
  for (const reached of reachedNames(answer)) all.push(await judgeName(context, question, reached, isShown));
  for (const address of reachedAddresses(answer))
    all.push(await judgeAddress(context, question, address, isShown, mayLead));
  const ruled = all.flatMap(({ block }) => block ?? []);
  const ofStreams = ruled.find(({ response }) => response !== 'truncate') ?? tooMany(context, question, answer);
  const isRebinding = ofStreams === undefined && pointsInside(context, question, answer, isOutsider);
  const places = all.map(({ place }) => (isRebinding ? withRebinding(place, context) : place));
  const counts = ofStreams ?? ruled[0];
  return {
    explained: { wasLookedAt: true, from: found.from, rcode: rcodeToText(answer.facts.rcode), places },
    block: byTransport(ruled[0], ofStreams ?? (isRebinding ? rebinding(question) : undefined)),
    leadsTo: counts && all.find(({ block }) => block === counts)?.leadsTo,
  };
}

export function notLookedAt(why: string): Reach {
  return { explained: { wasLookedAt: false, why }, block: undefined, leadsTo: undefined };
}

/** Whatever rules of this gateway say. */
function blockedByUpstream(question: RuledQuestion, from: string, server: string): Reach {
  const text = upstreamBlockText(server);
  return {
    explained: { wasLookedAt: true, from, rcode: 'NXDOMAIN', places: [] },
    block: {
      ...byItself(question, 'upstream-blocks', text, ''),
      response: 'nxdomain',
      answer: answerWithError('NXDOMAIN: no such name', EXTENDED_ERROR.BLOCKED, text),
    },
    leadsTo: undefined,
  };
}

/** The first finding; a rule that sends clients to a stream has no say there, where the next one counts. */
function byTransport(first: ReachBlock | undefined, ofStreams: ReachBlock | undefined): ReachBlock | undefined {
  if (first?.response !== 'truncate' || ofStreams === undefined) return first ?? ofStreams;
  return { ...ofStreams, answer: overStreams(ofStreams.answer) };
}

function rebinding(question: RuledQuestion): ReachBlock {
  return byItself(question, 'private-address', REBINDING, REBINDING_TEXT);
}

/** A finding that no rule is behind. */
function byItself({ name, group }: RuledQuestion, reason: ReachReason, why: string, errorText: string): ReachBlock {
  const text = group.extendedErrorTexts ? errorText : '';
  return {
    reason,
    ...{ sourceName: undefined, sourceKind: undefined, matchedName: undefined, ruleText: undefined, line: undefined },
    sentence: `${nameToText(name)} is blocked: ${why}`,
    response: 'nodata',
    answer: answerWithError('NOERROR without records', EXTENDED_ERROR.BLOCKED, text),
  };
}

function tooMany({ policy }: ReachContext, question: RuledQuestion, { facts }: ReadAnswer): ReachBlock | undefined {
  if (!facts.hasMoreAddresses || !obeysAddressRules(policy, question.group)) return undefined;
  return byItself(question, 'too-many-addresses', TOO_MANY, TOO_MANY_ADDRESSES_TEXT);
}

function pointsInside(
  context: ReachContext,
  { name, hasher, group }: RuledQuestion,
  answer: ReadAnswer,
  isOutsider: boolean,
): boolean {
  const { settings, localNames } = context;
  if (!group.rebindingProtection) return false;
  if (!reachedAddresses(answer).some((it) => isPrivate(it, context)) && !answer.facts.hasMoreAddresses) return false;
  if (settings.rebindingExceptions.some((exception) => isWithin(name, exception))) return false;
  return isOutsider || matchOf(localNames, name, TYPE.A, hasher).forwarder < 0;
}

function isPrivate(address: Uint8Array, { settings }: ReachContext): boolean {
  return new PrivateAddresses().has(address, settings.resolve.dns64);
}

function withRebinding(place: ReachedPlace, context: ReachContext): ReachedPlace {
  const address = new Uint8Array(16);
  if (place.kind !== 'address' || !parseAddress(place.text, address) || !isPrivate(address, context)) return place;
  return { ...place, action: 'block', why: REBINDING };
}
