// The decision about a name: pure, used by the query pipeline and by `sotto explain` alike.

import { type BlockTable, TableMatch } from '../memory/block-table/block-table.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { isClientProbe } from './client-probe.ts';
import type { PolicySettings } from './policy-settings.ts';

export const ACTION = {
  /** No rule stands against it: answer. */
  ALLOW: 0,
  BLOCK: 1,
  /** Lists have not arrived yet and `policy.start` is `refuse`: SERVFAIL with EDE 14. */
  NOT_READY: 2,
} as const;
export type Action = (typeof ACTION)[keyof typeof ACTION];

export const REASON = {
  /** Blocklist mode: nothing names it. */
  NO_RULE: 0,
  RULE_ALLOWS: 1,
  RULE_BLOCKS: 2,
  LIST_ALLOWS: 3,
  LIST_BLOCKS: 4,
  /** Allowlist mode: nothing names it. */
  NOT_ALLOWLISTED: 5,
  LISTS_MISSING: 6,
  /** A name Android needs to accept the gateway as Private DNS; never blocked by lists. */
  CLIENT_PROBE: 7,
} as const;
export type Reason = (typeof REASON)[keyof typeof REASON];

/** Reused by the caller. */
export class Decision {
  action: Action = ACTION.ALLOW;
  reason: Reason = REASON.NO_RULE;
  /** Index into the table's sources, -1 where no source spoke. */
  source = -1;
  /** Suffix index (NameHasher) that matched, -1 for none. */
  suffix = -1;
  readonly match: TableMatch = new TableMatch();
}

/**
 * Decides about the name last given to `hasher`. Precedence: own rules before lists, allow before block within each; the
 * names of a client probe stand between rules and lists.
 * `listsComplete`: every configured list has been in force at least once.
 */
export function decide(
  table: BlockTable,
  settings: PolicySettings,
  listsComplete: boolean,
  name: Uint8Array,
  nameLength: number,
  hasher: NameHasher,
  decision: Decision,
): void {
  const { match } = decision;
  table.find(name, nameLength, hasher, match);
  if (match.ruleAllowSource >= 0) {
    settle(decision, ACTION.ALLOW, REASON.RULE_ALLOWS, match.ruleAllowSource, match.ruleAllowSuffix);
  } else if (match.ruleBlockSource >= 0) {
    settle(decision, ACTION.BLOCK, REASON.RULE_BLOCKS, match.ruleBlockSource, match.ruleBlockSuffix);
  } else if (isClientProbe(name, nameLength, hasher)) {
    settle(decision, ACTION.ALLOW, REASON.CLIENT_PROBE, -1, -1);
  } else if (match.listAllowSource >= 0) {
    settle(decision, ACTION.ALLOW, REASON.LIST_ALLOWS, match.listAllowSource, match.listAllowSuffix);
  } else if (match.listBlockSource >= 0) {
    // In allowlist mode the name would be blocked anyway; this reason says more.
    settle(decision, ACTION.BLOCK, REASON.LIST_BLOCKS, match.listBlockSource, match.listBlockSuffix);
  } else if (!listsComplete && (settings.mode === 'allowlist' || settings.start === 'refuse')) {
    settle(decision, ACTION.NOT_READY, REASON.LISTS_MISSING, -1, -1);
  } else if (settings.mode === 'allowlist') {
    settle(decision, ACTION.BLOCK, REASON.NOT_ALLOWLISTED, -1, -1);
  } else {
    settle(decision, ACTION.ALLOW, REASON.NO_RULE, -1, -1);
  }
}

function settle(decision: Decision, action: Action, reason: Reason, source: number, suffix: number): void {
  decision.action = action;
  decision.reason = reason;
  decision.source = source;
  decision.suffix = suffix;
}
