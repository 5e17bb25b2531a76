// A name that is not answered here: what the rules say about it for this client, and then what its answer leads to.

import { LOCAL_FLAG } from '../../memory/local-names/local-names.ts';
import type { RuleResponse } from '../../memory/block-table/rule-model.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { Decision, decide, isByName, leadsByList } from '../../policy/decide.ts';
import { describeDecision } from '../../policy/describe-decision.ts';
import { decidingRule, matchesOf } from '../../policy/rule-matches.ts';
import { sameName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { typeToText } from '../../wire/type-text.ts';
import { blockedAnswer, NOT_READY_ANSWER, overStreams, plainAnswer } from './explained-answer.ts';
import { explainRules } from './explained-rules.ts';
import { explainLedTo } from './explain-led-to.ts';
import { matchOf } from './explain-local.ts';
import type { Explanation } from './explanation.ts';
import { type FollowContext, findUpstreamBlock, followAnswer, type WhoIsAsked } from './follow-answer.ts';
import type { LeadsTo } from './judge-reached.ts';
import type { RuledQuestion } from './ruled-question.ts';
import type { WhoAsks } from './who-asks.ts';
import { type ZoneOfName, zoneOf } from './zone-of-name.ts';

export interface AskedContext extends FollowContext {
  /** Whether these resolvers of a [[zone]] do not answer at the moment; left out where nobody runs who could know. */
  isZoneSilent?(resolvers: string): boolean;
}

export interface Circumstances {
  readonly who: WhoAsks & { readonly group: NonNullable<WhoAsks['group']> };
  /** The client does not get the names of this network. */
  readonly isOutsider: boolean;
}

const UPSTREAMS = "the upstream's";
const NODATA: RuleResponse = { kind: 'nodata' };

/** `name`: lower-case wire name, as last given to `hasher`. */
export async function explainAsked(
  context: AskedContext,
  name: Uint8Array,
  type: number,
  hasher: NameHasher,
  circumstances: Circumstances,
): Promise<Explanation> {
  const { who, isOutsider } = circumstances;
  const question: RuledQuestion = { name, hasher, type, clientType: type, asker: who.asker, group: who.group };
  const { explanation, decision, leadsTo } = await explainByName(context, question, circumstances);
  if (leadsTo !== undefined) return await explainLedTo(context, question, leadsTo, explanation, isOutsider);
  if (explanation.response === 'truncate') {
    const followed = await explainAnswered(context, question, explanation, decision, isOutsider);
    const isSame = followed.action === 'allow' || followed.response === 'truncate';
    return isSame
      ? { ...explanation, reached: followed.reached }
      : { ...followed, answer: overStreams(followed.answer) };
  }
  if (explanation.action !== 'allow') return explanation;
  return await explainAnswered(context, question, explanation, decision, isOutsider);
}

/** A name that rules have nothing against, or no more than that it has to be asked over a stream. */
async function explainAnswered(
  context: AskedContext,
  question: RuledQuestion,
  explanation: Explanation,
  decision: Decision,
  isOutsider: boolean,
): Promise<Explanation> {
  const zone = zoneOf(context, question);
  const asked: WhoIsAsked = {
    // A zone has resolvers of its own.
    upstreams: zone === undefined ? question.group.upstreams : undefined,
    ...{ isPlaintext: zone !== undefined, isOutsider, mayLead: true },
  };
  const reach = isByName(decision)
    ? await findUpstreamBlock(context, question, asked)
    : await followAnswer(context, question, asked);
  if (reach === undefined) return explanation;
  const { explained: reached, block, leadsTo } = reach;
  if (block !== undefined) {
    const blocked: Explanation = { ...explanation, ...block, action: 'block', reached, isPreliminary: false };
    return leadsTo === undefined ? blocked : await explainLedTo(context, question, leadsTo, blocked, isOutsider);
  }
  if (!reached.wasLookedAt) return { ...explanation, action: 'allow', response: undefined, reached };
  const answer = plainAnswer(`${zone?.plaintext ?? UPSTREAMS}; nothing that it leads to is blocked`);
  return { ...explanation, action: 'allow', response: undefined, answer, reached };
}

interface Named {
  readonly explanation: Explanation;
  readonly decision: Decision;
  readonly leadsTo: LeadsTo | undefined;
}

async function explainByName(context: AskedContext, question: RuledQuestion, { who }: Circumstances): Promise<Named> {
  const { policy } = context;
  const { name, hasher, type, group, asker } = question;
  const decision = new Decision();
  decide(policy, group, asker, name, name.length, type, hasher, decision);
  const description = describeDecision(decision, policy, name, hasher);
  const matches = matchesOf(policy, group, asker, name, name.length, type, hasher);
  const winner = decidingRule(matches, decision);
  const ruled = await explainRules(context, question, matches, { reason: description.reason, winner });
  const response = description.reason === 'type-not-allowed' ? NODATA : winner?.response;
  const target = decision.response?.kind === 'alias' ? decision.response.target : undefined;
  // A rule about a name and all below it may lead into it.
  const leadsToItself = target !== undefined && sameName(target, target.length, name, name.length);
  const isBlocked = description.action === 'block' && !leadsToItself;
  const isAllowed = description.action === 'allow' || leadsToItself;
  const zone = zoneOf(context, question);
  const sentence = leadsToItself ? `${description.sentence}, so it is answered as it is` : description.sentence;
  const explanation: Explanation = {
    ...description,
    action: leadsToItself ? 'allow' : description.action,
    sentence: isAllowed && zone !== undefined ? `${sentence}; it is ${zone.sentence}` : sentence,
    name: nameToText(name),
    type: typeToText(type),
    client: who.explained,
    ...ruled,
    reached: undefined,
    answer: isBlocked
      ? blockedAnswer(context, question, decision, response)
      : isAllowed
        ? plainAnswer(relayed(zone?.plaintext, isByName(decision)))
        : NOT_READY_ANSWER,
    local: undefined,
    plaintext: isAllowed ? zone?.plaintext : undefined,
    notes: isAllowed ? notesOf(context, question, zone) : [],
    isPreliminary: !group.listsComplete && description.reason === 'no-rule',
    response: isBlocked ? (response ?? group.blockResponse).kind : undefined,
    line: ruled.rules.find(({ decides }) => decides)?.place,
  };
  const isElsewhere = target !== undefined && !leadsToItself;
  const leadsTo = isElsewhere ? { target, isOfList: leadsByList(decision), isByAddress: false } : undefined;
  return { explanation, decision, leadsTo };
}

function notesOf(context: AskedContext, { name, type, hasher }: RuledQuestion, zone: ZoneOfName | undefined): string[] {
  const { flags } = matchOf(context.localNames, name, type, hasher);
  // The DS of a zone that is asked here is not kept either, but nobody wrote that.
  const isKept = (flags & LOCAL_FLAG.NO_CACHE) === 0 || type === TYPE.DS;
  const isSilent = zone !== undefined && context.isZoneSilent?.(zone.resolvers) === true;
  return [
    ...(isKept ? [] : ['its answers are not kept (cache.exclude)']),
    ...(isSilent ? ['the resolver of its zone does not answer at the moment'] : []),
  ];
}

/** An answer to a name that somebody allowed is not searched for what is blocked. */
function relayed(plaintext: string | undefined, isAllowedByName: boolean): string {
  return `${plaintext ?? UPSTREAMS}, ${isAllowedByName ? 'whatever it leads to' : 'unless it leads to what is blocked'}`;
}
