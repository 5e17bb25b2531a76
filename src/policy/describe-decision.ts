// A decision in words, for `sotto explain` and logs. Off the hot path.

import { type RuleSource, SCOPE } from '../memory/block-table/rule-model.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameToText } from '../wire/name-text.ts';
import { ACTION, type Action, type Decision, REASON, type Reason } from './decision.ts';
import type { PolicyTables } from './policy-tables.ts';
import { nameRuleText, patternRuleText } from './rule-text.ts';

export interface DecisionDescription {
  readonly action: 'allow' | 'block' | 'not-ready';
  readonly reason: ReasonWord;
  /** The list, or the rules, that spoke; undefined where none did. */
  readonly sourceName: string | undefined;
  readonly sourceKind: RuleSource['kind'] | undefined;
  /** The listed name that covers the one asked for: itself or a parent. */
  readonly matchedName: string | undefined;
  /** The rule that spoke, without its options, e.g. `||example.org^`. */
  readonly ruleText: string | undefined;
  /** One sentence without a full stop, e.g. `ads.example.org is blocked: the list "example" names example.org and all below it`. */
  readonly sentence: string;
}

export type ReasonWord = (typeof REASON_WORDS)[Reason];

const ACTION_WORDS = {
  [ACTION.ALLOW]: 'allow',
  [ACTION.BLOCK]: 'block',
  [ACTION.NOT_READY]: 'not-ready',
} as const satisfies Record<Action, string>;

const REASON_WORDS = {
  [REASON.NO_RULE]: 'no-rule',
  [REASON.RULE_ALLOWS]: 'rule-allows',
  [REASON.RULE_BLOCKS]: 'rule-blocks',
  [REASON.LIST_ALLOWS]: 'list-allows',
  [REASON.LIST_BLOCKS]: 'list-blocks',
  [REASON.NOT_ALLOWLISTED]: 'not-allowlisted',
  [REASON.LISTS_MISSING]: 'lists-missing',
  [REASON.CLIENT_PROBE]: 'client-probe',
  [REASON.CHOICE_BLOCKS]: 'choice-blocks',
  [REASON.TYPE_NOT_ALLOWED]: 'type-not-allowed',
  [REASON.PAUSED]: 'paused',
} as const satisfies Record<Reason, string>;

/** `name` and `hasher` as they were given to `decide`. */
export function describeDecision(
  decision: Decision,
  policy: PolicyTables,
  name: Uint8Array,
  hasher: NameHasher,
): DecisionDescription {
  const source = policy.sources[decision.source];
  const hasName = source !== undefined && decision.suffix >= 0;
  const matchedName = hasName ? nameToText(name, hasher.suffixOffset[decision.suffix]) : undefined;
  const ruleText = ruleTextOf(decision, policy, name, hasher);
  return {
    action: ACTION_WORDS[decision.action],
    reason: REASON_WORDS[decision.reason],
    sourceName: source?.name,
    sourceKind: source?.kind,
    matchedName,
    ruleText,
    sentence: sentence(decision, source, nameToText(name), coverage(decision, matchedName, ruleText, nameToText(name))),
  };
}

function ruleTextOf(
  { rank, source, suffix, pattern, scope }: Decision,
  policy: PolicyTables,
  name: Uint8Array,
  hasher: NameHasher,
): string | undefined {
  if (source < 0) return undefined;
  if (suffix >= 0) return nameRuleText(rank, scope, name, hasher.suffixOffset[suffix]!);
  const rule = policy.sideOf(source).table.patterns[pattern];
  return rule && patternRuleText(rule);
}

/** What the rule has to do with the name. */
function coverage(
  { scope }: Decision,
  matchedName: string | undefined,
  ruleText: string | undefined,
  name: string,
): string {
  if (matchedName === undefined) return ruleText === undefined ? 'names its address' : `has the pattern ${ruleText}`;
  if (matchedName === name) return 'names it';
  return scope === SCOPE.BELOW ? `names all below ${matchedName}` : `names ${matchedName} and all below it`;
}

function speakerOf(source: RuleSource | undefined): string {
  switch (source?.kind) {
    case 'list':
      return `the list "${source.name}"`;
    case 'group-rules':
      return 'a rule of the group';
    case 'service':
      return `the blocked service "${source.name}"`;
    case 'safe-search':
      return 'safe search';
    default:
      return 'a rule of the policy';
  }
}

function sentence(decision: Decision, source: RuleSource | undefined, name: string, covers: string): string {
  const speaker = speakerOf(source);
  switch (decision.reason) {
    case REASON.NO_RULE:
      return `${name} is allowed: no list and no rule names it`;
    case REASON.RULE_ALLOWS:
    case REASON.LIST_ALLOWS:
      return `${name} is allowed: ${speaker} ${covers}`;
    case REASON.RULE_BLOCKS:
    case REASON.LIST_BLOCKS:
    case REASON.CHOICE_BLOCKS:
      return `${name} ${fate(decision)}: ${speaker} ${covers}`;
    case REASON.NOT_ALLOWLISTED:
      return `${name} is blocked: in allowlist mode, no list and no rule allows it`;
    case REASON.LISTS_MISSING:
      return `${name} is not answered yet: no verdict is possible before all lists have arrived`;
    case REASON.CLIENT_PROBE:
      return `${name} is allowed: Android needs it to accept the gateway as Private DNS, so lists cannot block it`;
    case REASON.TYPE_NOT_ALLOWED:
      return `${name} is blocked: its group gets no records of this type`;
    case REASON.PAUSED:
      return `${name} is allowed: filtering is paused`;
  }
}

/** By a rule that blocks, or has an answer of its own. */
function fate({ response }: Decision): string {
  if (response?.kind === 'alias') return `leads to ${nameToText(response.target)}`;
  return response?.kind === 'records' ? 'is answered with records of a rule' : 'is blocked';
}
