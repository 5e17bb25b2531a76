// The answer that there is for a client at the moment, followed to where it leads; under DNS64 also the IPv4 addresses that stand in
// for it.

import { blockingUpstreamsAmong } from '../../policy/upstream-block.ts';
import { TYPE } from '../../wire/numbers.ts';
import type { Settings } from '../settings/settings.ts';
import type { AnswerWanted, FoundAnswer } from './answer-source.ts';
import { explainReach, notLookedAt, type Reach } from './explain-reach.ts';
import { wantsIpv4 } from './explain-translated.ts';
import type { ExplainedReach } from './explanation.ts';
import type { ReachContext } from './judge-reached.ts';
import type { RuledQuestion } from './ruled-question.ts';

export interface FollowContext extends ReachContext {
  /** The answer that clients get at the moment, or why it is not known. */
  findAnswer(wanted: AnswerWanted): Promise<FoundAnswer | string>;
}

export interface WhoIsAsked extends Pick<AnswerWanted, 'upstreams' | 'isOutsider'> {
  /** A resolver of this network. */
  readonly isPlaintext: boolean;
  /** A rule about an address may lead elsewhere. */
  readonly mayLead: boolean;
}

export async function followAnswer(context: FollowContext, question: RuledQuestion, asked: WhoIsAsked): Promise<Reach> {
  const found = await find(context, question, asked);
  if (typeof found === 'string') return notLookedAt(found);
  const reach = await explainReach(context, question, found, asked);
  const mayStandIn = question.type === TYPE.AAAA && context.settings.resolve.dns64 !== undefined;
  if (!mayStandIn || reach.block !== undefined || !wantsIpv4(found.message)) return reach;
  const ipv4Question = { ...question, type: TYPE.A };
  const ipv4 = await find(context, ipv4Question, asked);
  if (typeof ipv4 === 'string') return notLookedAt(ipv4);
  const standIns = await explainReach(context, ipv4Question, ipv4, asked);
  return { ...standIns, explained: together(reach.explained, standIns.explained) };
}

/** A name whose answer is given whatever it leads to: what is known of it, where the upstream's own filter withholds it. */
export async function findUpstreamBlock(
  context: FollowContext,
  question: RuledQuestion,
  asked: WhoIsAsked,
): Promise<Reach | undefined> {
  if (asked.isPlaintext || blockingUpstreamsAmong(upstreamsOf(context, asked)).length === 0) return undefined;
  const found = await find(context, question, asked);
  if (typeof found === 'string' || found.blockedBy === undefined) return undefined;
  return await explainReach(context, question, found, asked);
}

function upstreamsOf({ settings }: FollowContext, { upstreams }: WhoIsAsked): Settings['upstreams'] {
  return settings.upstreams.filter((_, index) => upstreams === undefined || upstreams.includes(index));
}

function find(context: FollowContext, { name, hasher, type }: RuledQuestion, { upstreams, isOutsider }: WhoIsAsked) {
  return context.findAnswer({ name, hasher, type, upstreams, isOutsider });
}

/** Aliases stand in both. */
function together(first: ExplainedReach, second: ExplainedReach): ExplainedReach {
  if (!first.wasLookedAt || !second.wasLookedAt) return second;
  const others = first.places.filter(
    (one) => !second.places.some((it) => it.kind === one.kind && it.text === one.text),
  );
  return { ...second, places: [...others, ...second.places] };
}
