// Why a rule about a name does not decide about it, in words.

import { RULE_CLASSES, type RuleSource } from '../../memory/block-table/rule-model.ts';
import type { ReasonWord } from '../../policy/describe-decision.ts';
import type { GroupPolicy } from '../../policy/group-policy.ts';
import { compareMatches, type RuleMatch } from '../../policy/rule-matches.ts';

export interface Verdict {
  readonly reason: ReasonWord;
  /** Undefined where no rule decided. */
  readonly winner: RuleMatch | undefined;
}

/** By tier. */
const SPEAKERS = [
  'rules of the group',
  "the operator's rules",
  'services and safe search of the group',
  'lists',
] as const;
/** By class. */
const KINDS = ['an important exception', 'an important block', 'an exception', 'a block'] as const;

/** `unmet`: which part of its condition is not met. `group`: the client's. */
export function whyNot(
  match: RuleMatch,
  source: RuleSource,
  { reason, winner }: Verdict,
  group: Pick<GroupPolicy, 'name' | 'mode'>,
  unmet: string,
): string {
  if (match.obstacle === 'source-not-obeyed') return notObeyed(source, group.name);
  if (match.obstacle === 'condition-not-met') return unmet;
  if (match.obstacle === 'lifted') return 'an exception takes its answer away';
  if (reason === 'paused') return 'filtering is paused';
  if (reason === 'type-not-allowed') return 'the group gets no records of this type, whatever rules say';
  if (source.kind === 'list' && group.mode === 'allowlist' && wasAnswerShut(match, { reason, winner }))
    return 'in allowlist mode a list answers nothing that is not allowed';
  if (match.response?.kind === 'alias' && (winner === undefined || compareMatches(match, winner) < 0))
    return reason === 'no-rule'
      ? 'it leads those elsewhere who ask for the name itself'
      : 'a rule that leads elsewhere opens no name that is blocked';
  if (match.condition?.liftsResponsesOnly === true) return 'it only takes away rules with an answer of their own';
  if (winner !== undefined) return weaker(match, winner);
  if (reason === 'client-probe') return 'Android needs this name, so lists and services do not count';
  return 'what it says changes nothing here';
}

/** It would decide, but for what it answers with in place of a block. */
function wasAnswerShut(match: RuleMatch, { reason, winner }: Verdict): boolean {
  const kind = match.response?.kind;
  if (kind !== 'alias' && kind !== 'truncate' && kind !== 'records') return false;
  if (winner === undefined) return reason === 'not-allowlisted' || reason === 'lists-missing';
  return compareMatches(match, winner) <= 0;
}

function notObeyed({ kind, name }: RuleSource, groupName: string): string {
  switch (kind) {
    case 'list':
      return `the group ${groupName} does not use this list`;
    case 'service':
      return `the group ${groupName} does not block this service`;
    case 'safe-search':
      return `the group ${groupName} does not have this safe search`;
    default:
      return name === groupName || name.startsWith(`${groupName} (`)
        ? 'not in force at this time of the schedule'
        : `rules of another group than ${groupName}`;
  }
}

/** By the order of precedence (policy/decide.ts). */
function weaker(match: RuleMatch, winner: RuleMatch): string {
  const [tier, winnerTier] = [match, winner].map(({ rank }) => Math.floor(rank / RULE_CLASSES));
  if (tier !== winnerTier) return `${SPEAKERS[winnerTier!]} come before ${SPEAKERS[tier!]}`;
  const [ruleClass, winnerClass] = [match, winner].map(({ rank }) => rank % RULE_CLASSES);
  if (ruleClass !== winnerClass) return `${KINDS[winnerClass!]} comes before ${KINDS[ruleClass!]}`;
  if (match.suffix !== winner.suffix)
    return match.suffix < 0 ? 'a name comes before a pattern' : 'the longer name comes first';
  return match.source === winner.source ? 'one like it comes first' : 'what was configured first comes first';
}
