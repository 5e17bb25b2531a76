// A decision in words, for `sotto explain` and logs. Off the hot path.

import type { BlockTable } from '../memory/block-table/block-table.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { nameToText } from '../wire/name-text.ts';
import { ACTION, type Action, type Decision, REASON, type Reason } from './decide.ts';

export interface DecisionDescription {
  readonly action: 'allow' | 'block' | 'not-ready';
  readonly reason: ReasonWord;
  /** The list, or the rules, that spoke; undefined where none did. */
  readonly sourceName: string | undefined;
  readonly sourceKind: 'list' | 'rules' | undefined;
  /** The listed name that covers the one asked for: itself or a parent. */
  readonly matchedName: string | undefined;
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
} as const satisfies Record<Reason, string>;

/** `name` and `hasher` as they were given to `decide`. */
export function describeDecision(
  decision: Decision,
  table: BlockTable,
  name: Uint8Array,
  hasher: NameHasher,
): DecisionDescription {
  const source = table.sources[decision.source];
  const matchedName = source && nameToText(name, hasher.suffixOffset[decision.suffix]);
  return {
    action: ACTION_WORDS[decision.action],
    reason: REASON_WORDS[decision.reason],
    sourceName: source?.name,
    sourceKind: source?.kind,
    matchedName,
    sentence: sentence(decision, source, nameToText(name), matchedName),
  };
}

function sentence(
  decision: Decision,
  source: BlockTable['sources'][number] | undefined,
  name: string,
  matchedName: string | undefined,
): string {
  const speaker = source?.kind === 'list' ? `the list "${source.name}"` : 'a rule of the policy';
  const covers = matchedName === name ? 'names it' : `names ${matchedName} and all below it`;
  switch (decision.reason) {
    case REASON.NO_RULE:
      return `${name} is allowed: no list and no rule names it`;
    case REASON.RULE_ALLOWS:
    case REASON.LIST_ALLOWS:
      return `${name} is allowed: ${speaker} ${covers}`;
    case REASON.RULE_BLOCKS:
    case REASON.LIST_BLOCKS:
      return `${name} is blocked: ${speaker} ${covers}`;
    case REASON.NOT_ALLOWLISTED:
      return `${name} is blocked: in allowlist mode, no list and no rule allows it`;
    case REASON.LISTS_MISSING:
      return `${name} is not answered yet: no verdict is possible before all lists have arrived`;
    case REASON.CLIENT_PROBE:
      return `${name} is allowed: Android needs it to accept the gateway as Private DNS, so lists cannot block it`;
  }
}
