// A name that a rule leads to another, for itself or for an address in its answer: what that one has. Who wrote a rule chose the target, so
// that is not judged; but a list leads nowhere that the operator or the group blocks, nor to what is blocked behind it.

import { LOCAL } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { decideLedTo } from '../../policy/decide.ts';
import { sameName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import { TYPE } from '../../wire/numbers.ts';
import { CHAIN_ANSWER, plainAnswer } from './explained-answer.ts';
import { matchBehind } from './explain-local.ts';
import type { ExplainedAnswer, Explanation } from './explanation.ts';
import { type FollowContext, findUpstreamBlock, followAnswer, type WhoIsAsked } from './follow-answer.ts';
import { judgeName, type LeadsTo } from './judge-reached.ts';
import type { RuledQuestion } from './ruled-question.ts';
import { zoneOf } from './zone-of-name.ts';

const RULE = 'the rule';

/** `explanation`: of the rule that leads `question` to another name. `before`: the names that have led to that one. */
export async function explainLedTo(
  context: FollowContext,
  question: RuledQuestion,
  lead: LeadsTo,
  explanation: Explanation,
  isOutsider: boolean,
  before: readonly Uint8Array[] = [],
): Promise<Explanation> {
  const { isOfList } = lead;
  const kept = isOfList ? await keptBack(context, question, lead.target, explanation) : undefined;
  if (kept !== undefined) return kept;
  if (question.type === TYPE.CNAME && !lead.isByAddress) return explanation;
  const names = [...before, question.name];
  const behind = nameBehind(context, question, lead.target, names);
  if (behind.isCircle) return { ...explanation, response: 'servfail', answer: CHAIN_ANSWER };
  if (behind.isOurs)
    return {
      ...explanation,
      answer: aliasAnswer(behind, `what this gateway itself answers for ${nameToText(lead.target)}`),
    };
  const keptBehind =
    isOfList && behind.via !== undefined
      ? await keptBack(context, question, behind.question.name, explanation)
      : undefined;
  if (keptBehind !== undefined) return keptBehind;
  return await explainBehind(context, behind, lead, explanation, isOutsider, names);
}

/** What the operator or the group have against a name that a list leads to. */
async function keptBack(
  context: FollowContext,
  question: RuledQuestion,
  name: Uint8Array,
  explanation: Explanation,
): Promise<Explanation | undefined> {
  const { place, block } = await judgeName(context, question, { kind: 'CNAME', name }, () => true, decideLedTo);
  if (block === undefined) return undefined;
  return { ...explanation, ...block, reached: { wasLookedAt: true, from: RULE, rcode: 'NOERROR', places: [place] } };
}

/** The name that is asked in the end. */
interface Behind {
  readonly question: RuledQuestion;
  /** An alias of the operator's on the way there, in words. */
  readonly via: string | undefined;
  readonly isOurs: boolean;
  /** Its aliases are too many, or lead back. */
  readonly isCircle: boolean;
}

/** `names`: all so far. */
function nameBehind(
  { localNames, hashKey }: FollowContext,
  question: RuledQuestion,
  target: Uint8Array,
  names: readonly Uint8Array[],
): Behind {
  const hasher = new NameHasher(hashKey);
  hasher.hash(target, target.length);
  const { outcome, alias, aliasLength } = matchBehind(localNames, target, question.type, hasher);
  const isAlias = outcome === LOCAL.ALIAS;
  const name = isAlias ? alias.slice(0, aliasLength) : target;
  hasher.hash(name, name.length);
  return {
    question: { ...question, name, hasher },
    via: isAlias ? nameToText(target) : undefined,
    isOurs: !isAlias && outcome !== LOCAL.PASS,
    isCircle: outcome === LOCAL.LOOP || names.some((it) => isSame(it, target) || isSame(it, name)),
  };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return sameName(one, one.length, other, other.length);
}

async function explainBehind(
  context: FollowContext,
  behind: Behind,
  { isOfList, isByAddress }: LeadsTo,
  explanation: Explanation,
  isOutsider: boolean,
  names: readonly Uint8Array[],
): Promise<Explanation> {
  const { question } = behind;
  const zone = zoneOf(context, question);
  const asked: WhoIsAsked = {
    upstreams: zone === undefined ? question.group.upstreams : undefined,
    ...{ isPlaintext: zone !== undefined, isOutsider, mayLead: !isByAddress },
  };
  const text = nameToText(question.name);
  const what = zone === undefined ? `what the upstream has for ${text}` : `what ${text} has: ${zone.plaintext}`;
  const reach = isOfList
    ? await followAnswer(context, question, asked)
    : await findUpstreamBlock(context, question, asked);
  if (reach === undefined) return { ...explanation, answer: aliasAnswer(behind, `${what}, whatever it leads to`) };
  const { explained: reached, block, leadsTo } = reach;
  if (block !== undefined) {
    const blocked = { ...explanation, ...block, sentence: `${explanation.sentence}; ${block.sentence}`, reached };
    return leadsTo === undefined ? blocked : explainLedTo(context, question, leadsTo, blocked, isOutsider, names);
  }
  const limits = reached.wasLookedAt ? 'nothing of which is blocked' : 'unless it leads to what is blocked';
  return { ...explanation, answer: aliasAnswer(behind, `${what}, ${limits}`), reached };
}

function aliasAnswer({ via }: Behind, what: string): ExplainedAnswer {
  return plainAnswer(`an alias made here${via === undefined ? '' : `, by way of ${via}`}, and ${what}`);
}
