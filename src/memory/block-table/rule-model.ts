// What a rule can say, whoever wrote it: the words that list formats, settings, table, decision and explanation share. All of it can be
// written as JSON; a table's description holds it.

/** Which of two rules of the same origin wins: the lower number. */
export const RULE_CLASS = { IMPORTANT_ALLOW: 0, IMPORTANT_BLOCK: 1, ALLOW: 2, BLOCK: 3 } as const;
export type RuleClass = (typeof RULE_CLASS)[keyof typeof RULE_CLASS];
export const RULE_CLASSES = 4;

/** Whose rules are asked first: the lower number. The names of client probes stand between OWN_RULES and GROUP_CHOICES. */
export const TIER = {
  /** Rules of the client's group. */
  GROUP_RULES: 0,
  /** `policy.rules` and `policy.rules_file`. */
  OWN_RULES: 1,
  /** Blocked services and safe search of the client's group. */
  GROUP_CHOICES: 2,
  LISTS: 3,
} as const;
export type Tier = (typeof TIER)[keyof typeof TIER];

/** What the bare names of a list mean. */
export type RuleAction = 'block' | 'allow';

/** What a name in a rule covers; bits. */
export const SCOPE = {
  /** The name itself. */
  EXACT: 1,
  /** Everything below it (a zone file's `*.name`). */
  BELOW: 2,
  SUBTREE: 3,
} as const;
export type Scope = (typeof SCOPE)[keyof typeof SCOPE];

/** Where a rule holds; everything that is given must be true. */
export interface RuleCondition {
  /** QTYPEs. */
  readonly types?: { readonly except: boolean; readonly numbers: readonly number[] };
  /** Client IDs, group names, addresses and CIDR ranges, as written. */
  readonly clients?: { readonly only: readonly string[]; readonly except: readonly string[] };
  /** Tags of the client's group. */
  readonly tags?: { readonly only: readonly string[]; readonly except: readonly string[] };
  /** Names, lower-case in presentation form, that the rule does not cover, nor what lies below them. */
  readonly denyAllow?: readonly string[];
  /** An exception that only lifts rules which have a response of their own. */
  readonly liftsResponsesOnly?: true;
}

/** What a blocked name gets in place of the policy's block response. */
export type RuleResponse = (
  | { readonly kind: 'nxdomain' | 'nodata' | 'refused' | 'drop' | 'truncate' }
  /** RDATA in hex, names in it uncompressed; a type that is not there gets NODATA. */
  | { readonly kind: 'records'; readonly records: readonly { readonly type: number; readonly rdataHex: string }[] }
  /** As if the name were an alias of ours (CNAME). Lower-case presentation form, without the last dot. */
  | { readonly kind: 'alias'; readonly target: string }
) & {
  /** The way in which a format says that it blocks: no response of the rule's own that `liftsResponsesOnly` would be about. */
  readonly isBlock?: true;
};

/** All of a rule but what it is about. Parsers hand the same object again for the same text of options. */
export interface RuleShape {
  readonly class: RuleClass;
  readonly condition?: RuleCondition;
  readonly response?: RuleResponse;
}

/** A rule about names that no look-up finds. */
export interface PatternRule {
  /**
   * `regex`: searched in the name in lower-case presentation form without the last dot. `glob`: `*` stands for any characters, the
   * whole name must match.
   */
  readonly kind: 'regex' | 'glob';
  /** Without delimiters. */
  readonly text: string;
  readonly shape: RuleShape;
  /** 1-based. */
  readonly line: number;
  readonly made?: MadePattern;
}

/** A pattern ready to be run, so that whoever opens the table need not make it. */
export interface MadePattern {
  /** See policy/patterns/made-pattern.ts. */
  readonly automaton: string;
  /** One of these is in every name that matches; without them it is run for all names. */
  readonly literals?: readonly string[];
}

/** A rule about addresses in answers: `firstOctets` and `lastOctets` are 4 or 16 octets, in hex. */
export interface AddressRule {
  readonly firstHex: string;
  readonly lastHex: string;
  readonly shape: RuleShape;
  readonly line: number;
}

/** What speaks in a table: a list, the operator's rules, a group's rules, a service, safe search. */
export interface RuleSource {
  readonly name: string;
  readonly kind: 'list' | 'rules' | 'group-rules' | 'service' | 'safe-search';
  readonly tier: Tier;
}

export const RANKS = 16;

/** Which of two rules wins, whoever wrote them: the lower number. */
export function rankOf(tier: Tier, ruleClass: RuleClass): number {
  return RULE_CLASSES * tier + ruleClass;
}

/** Whether a rule of this class, or of this rank, is an exception. */
export function isAllowing(rankOrClass: number): boolean {
  const ruleClass = rankOrClass % RULE_CLASSES;
  return ruleClass === RULE_CLASS.ALLOW || ruleClass === RULE_CLASS.IMPORTANT_ALLOW;
}
