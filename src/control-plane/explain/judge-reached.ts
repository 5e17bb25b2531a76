// One name or address that an answer leads to: whether it keeps the answer from the client, and by which rule. Decided by the code of the
// query pipeline.

import type { LocalNames } from '../../memory/local-names/local-names.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { ACTION, Decision, decideAddress, decideTarget, leadsByList } from '../../policy/decide.ts';
import { type DecisionDescription, describeDecision } from '../../policy/describe-decision.ts';
import { addressMatchesOf, decidingRule, matchesOf, type RuleMatch } from '../../policy/rule-matches.ts';
import { addressToText } from '../../wire/ip-address.ts';
import { sameName } from '../../wire/name.ts';
import { nameToText } from '../../wire/name-text.ts';
import type { Settings } from '../settings/settings.ts';
import { type AnswerContext, blockedAnswer, NOT_READY_ANSWER } from './explained-answer.ts';
import { type ExplainedRules, explainRules, type RuleContext } from './explained-rules.ts';
import type { ExplainedAnswer, Explanation, ReachedPlace } from './explanation.ts';
import type { ReachedName } from './reached-places.ts';
import type { RuledQuestion } from './ruled-question.ts';

export interface ReachContext extends RuleContext, AnswerContext {
  readonly localNames: LocalNames;
  readonly hashKey: Uint8Array;
  readonly settings: RuleContext['settings'] &
    AnswerContext['settings'] &
    Pick<Settings, 'resolve' | 'rebindingExceptions' | 'upstreams' | 'zones'>;
}

export interface ReachBlock
  extends Pick<Explanation, 'reason' | 'sourceName' | 'sourceKind' | 'matchedName' | 'ruleText' | 'line' | 'response'> {
  readonly sentence: string;
  readonly answer: ExplainedAnswer;
}

export interface Judged {
  readonly place: ReachedPlace;
  readonly block: ReachBlock | undefined;
  /** The block is another name in place of the answer. */
  readonly leadsTo: LeadsTo | undefined;
}

/** Another name, by a rule. */
export interface LeadsTo {
  /** Lower-case wire name. */
  readonly target: Uint8Array;
  readonly isOfList: boolean;
  /** The rule is about an address in the answer. */
  readonly isByAddress: boolean;
}

/** Whether the rules of the next place are shown. */
export type Shown = (isBlocked: boolean) => boolean;

/** `decideAbout`: which rules have a say. */
export async function judgeName(
  context: ReachContext,
  asked: RuledQuestion,
  { kind, name }: ReachedName,
  isShown: Shown,
  decideAbout = decideTarget,
): Promise<Judged> {
  const hasher = new NameHasher(context.hashKey);
  hasher.hash(name, name.length);
  const question: RuledQuestion = { ...asked, name, hasher };
  const { group, asker, type } = question;
  const decision = new Decision();
  decideAbout(context.policy, group, asker, name, name.length, type, hasher, decision);
  const matches = matchesOf(context.policy, group, asker, name, name.length, type, hasher);
  const isBlocked = decision.action !== ACTION.ALLOW;
  const explained = await explainIfShown(context, question, decision, matches, isShown(isBlocked));
  const sentence = `${nameToText(asked.name)} is blocked for what it leads to: ${explained.description.sentence}`;
  const finding = { kind, text: nameToText(name), isBlocked, sentence, decision, matches, mayLead: false };
  return judged(context, question, finding, explained);
}

/** `mayLead`: a rule that leads elsewhere does so; else it blocks. */
export async function judgeAddress(
  context: ReachContext,
  question: RuledQuestion,
  address: Uint8Array,
  isShown: Shown,
  mayLead: boolean,
): Promise<Judged> {
  const { group, asker, name, hasher, type } = question;
  const decision = new Decision();
  decideAddress(context.policy, group, asker, address, name, name.length, type, hasher, decision);
  const matches = addressMatchesOf(context.policy, group, asker, address, name, name.length, type, hasher);
  const target = decision.response?.kind === 'alias' ? decision.response.target : undefined;
  const leadsBack = target !== undefined && sameName(target, target.length, name, name.length);
  const isBlocked = decision.action === ACTION.BLOCK && !leadsBack;
  const explained = await explainIfShown(context, question, decision, matches, isShown(isBlocked), address);
  const text = addressToText(address);
  const sentence = `${explained.description.sentence}, ${text}`;
  const finding = { kind: 'address', text, isBlocked, sentence, decision, matches, mayLead, address } as const;
  const one = judged(context, question, finding, explained);
  if (target === undefined || !isBlocked || !mayLead) return one;
  return { ...one, leadsTo: { target, isOfList: leadsByList(decision), isByAddress: true } };
}

interface ExplainedDecision extends ExplainedRules {
  readonly description: DecisionDescription;
}

async function explainIfShown(
  context: ReachContext,
  question: RuledQuestion,
  decision: Decision,
  matches: readonly RuleMatch[],
  isShown: boolean,
  address?: Uint8Array,
): Promise<ExplainedDecision> {
  const description = describeDecision(decision, context.policy, question.name, question.hasher);
  if (!isShown) return { description, rules: [], hasMoreRules: matches.length > 0 };
  const verdict = { reason: description.reason, winner: decidingRule(matches, decision) };
  return { description, ...(await explainRules(context, question, matches, verdict, address)) };
}

interface Finding {
  readonly kind: ReachedPlace['kind'];
  readonly text: string;
  readonly isBlocked: boolean;
  /** The verdict about the question, should this keep its answer from the client. */
  readonly sentence: string;
  readonly decision: Decision;
  readonly matches: readonly RuleMatch[];
  readonly mayLead: boolean;
  readonly address?: Uint8Array;
}

function judged(
  context: ReachContext,
  question: RuledQuestion,
  { kind, text, isBlocked, sentence, decision, matches, mayLead, address }: Finding,
  { description, rules, hasMoreRules }: ExplainedDecision,
): Judged {
  const place = { kind, text, rules, hasMoreRules };
  if (!isBlocked) return { place: { ...place, action: 'allow', why: undefined }, block: undefined, leadsTo: undefined };
  const own = decidingRule(matches, decision)?.response;
  const response = own?.kind === 'alias' && !mayLead ? undefined : own;
  const block: ReachBlock = {
    ...blockOf(description, rules),
    sentence,
    ...(decision.action === ACTION.NOT_READY
      ? { response: undefined, answer: NOT_READY_ANSWER }
      : {
          response: (response ?? question.group.blockResponse).kind,
          answer: blockedAnswer(context, question, decision, response, address),
        }),
  };
  return { place: { ...place, action: 'block', why: description.sentence }, block, leadsTo: undefined };
}

function blockOf(
  { reason, sourceName, sourceKind, matchedName, ruleText }: DecisionDescription,
  rules: ReachedPlace['rules'],
): Omit<ReachBlock, 'sentence' | 'response' | 'answer'> {
  const line = rules.find(({ decides }) => decides)?.place;
  return { reason, sourceName, sourceKind, matchedName, ruleText, line };
}
