// What was decided about a name or an address, and why.

import type { CompiledResponse } from './compiled-response.ts';
import { RuleSearch } from './rule-search.ts';

export const ACTION = {
  /** No rule stands against it: answer. */
  ALLOW: 0,
  /** Not answered with what there is: the group's block response, or `response`. */
  BLOCK: 1,
  /** Lists have not arrived yet and `policy.start` is `refuse`: SERVFAIL with EDE 14. */
  NOT_READY: 2,
} as const;
export type Action = (typeof ACTION)[keyof typeof ACTION];

export const REASON = {
  /** Blocklist mode: nothing names it. */
  NO_RULE: 0,
  /** Of the group's own rules, or of the operator's for everybody. */
  RULE_ALLOWS: 1,
  RULE_BLOCKS: 2,
  LIST_ALLOWS: 3,
  LIST_BLOCKS: 4,
  /** Allowlist mode: nothing names it. */
  NOT_ALLOWLISTED: 5,
  LISTS_MISSING: 6,
  /** A name Android needs to accept the gateway as Private DNS; never blocked by lists. */
  CLIENT_PROBE: 7,
  /** A service or safe search that the group has chosen. */
  CHOICE_BLOCKS: 8,
  /** The group gets no records of this type. */
  TYPE_NOT_ALLOWED: 9,
  /** Filtering is paused. */
  PAUSED: 10,
} as const;
export type Reason = (typeof REASON)[keyof typeof REASON];

/** By reason: somebody named the name itself, so that its answer is given whatever it leads to. */
const ALLOWS_BY_NAME = Uint8Array.from(Object.values(REASON), (reason) =>
  reason === REASON.RULE_ALLOWS ||
  reason === REASON.LIST_ALLOWS ||
  reason === REASON.CLIENT_PROBE ||
  reason === REASON.PAUSED
    ? 1
    : 0,
);

export function isByName({ reason }: Decision): boolean {
  return ALLOWS_BY_NAME[reason] === 1;
}

/** Reused by the caller. */
export class Decision {
  action: Action = ACTION.ALLOW;
  reason: Reason = REASON.NO_RULE;
  /** Of the rule that decided (rule-model.ts); RANKS where none did. */
  rank = 0;
  /** Index into the policy's sources, -1 where no source spoke. */
  source = -1;
  /** Suffix index (NameHasher) that matched, -1 for a pattern, an address, or no match. */
  suffix = -1;
  /** Number of the pattern in its table, -1 for none. */
  pattern = -1;
  /** What a rule's name covers (SCOPE); 0 where no name matched. */
  scope = 0;
  /** Undefined: the group's block response. */
  response: CompiledResponse | undefined;
  readonly search: RuleSearch = new RuleSearch();
}
