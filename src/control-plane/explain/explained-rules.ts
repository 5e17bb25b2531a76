// Rules about a name or an address as they are shown: whose they are, where they stand, and why they decide or do not.

import { isAllowing, RULE_CLASS, RULE_CLASSES, type RuleResponse } from '../../memory/block-table/rule-model.ts';
import type { PolicyTables } from '../../policy/policy-tables.ts';
import type { RuleMatch } from '../../policy/rule-matches.ts';
import { nameRuleText, patternRuleText } from '../../policy/rule-text.ts';
import { unmetText } from './condition-text.ts';
import type { ExplainedRule } from './explanation.ts';
import { responseText } from './response-text.ts';
import { placeOfRule, type PlacesOfRules } from './rule-place.ts';
import type { RuledQuestion } from './ruled-question.ts';
import { type Verdict, whyNot } from './why-not.ts';

/** To find the place of each, a list is read: nobody wants to read more, or to wait for it. */
const SHOWN_MAX = 24;

export interface RuleContext {
  readonly policy: PolicyTables;
  readonly groups: readonly { readonly name: string; readonly tags: readonly string[] }[];
  readonly settings: PlacesOfRules;
}

export interface ExplainedRules {
  readonly rules: readonly ExplainedRule[];
  readonly hasMoreRules: boolean;
}

/** `matches`: in order of precedence. `winner`: of these, by which `reason` came about; undefined where no rule decided. `address`: what they are about, if it is one. */
export async function explainRules(
  context: RuleContext,
  question: RuledQuestion,
  matches: readonly RuleMatch[],
  verdict: Verdict,
  address?: Uint8Array,
): Promise<ExplainedRules> {
  const shown = matches.filter((match, index) => index < SHOWN_MAX || match === verdict.winner);
  const rules: ExplainedRule[] = [];
  // One after another: each reads through a list.
  for (const match of shown) rules.push(await explainRule(context, question, match, verdict, address));
  return { rules, hasMoreRules: shown.length < matches.length };
}

async function explainRule(
  { policy, groups, settings }: RuleContext,
  question: RuledQuestion,
  match: RuleMatch,
  verdict: Verdict,
  address: Uint8Array | undefined,
): Promise<ExplainedRule> {
  const { name, hasher, group, clientType } = question;
  const source = policy.sources[match.source]!;
  const decides = match === verdict.winner;
  const unmet = match.condition === undefined ? '' : unmetText(match.condition, question, groups);
  return {
    action: isAllowing(match.rank) ? 'allow' : 'block',
    isImportant: match.rank % RULE_CLASSES <= RULE_CLASS.IMPORTANT_BLOCK,
    decides,
    whyNot: decides ? undefined : whyNot(match, source, verdict, group, unmet),
    sourceName: source.name,
    sourceKind: source.kind,
    ruleText: ruleText(policy, question, match),
    response: match.response && ownAnswerText(match.response, clientType),
    place: await placeOfRule(settings, policy, match, name, hasher, address),
  };
}

function ownAnswerText(response: RuleResponse, type: number): string {
  return response.kind === 'alias' ? `an alias of ${response.target}` : responseText(response, type);
}

function ruleText(
  policy: PolicyTables,
  { name, hasher }: RuledQuestion,
  { rank, scope, suffix, source, pattern }: RuleMatch,
): string | undefined {
  if (suffix >= 0) return nameRuleText(rank, scope, name, hasher.suffixOffset[suffix]!);
  const rule = policy.sideOf(source).table.patterns[pattern];
  return rule && patternRuleText(rule);
}
