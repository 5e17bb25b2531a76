// The decision about a name: pure, used by the query pipeline and by `sotto explain` alike.

import { type BlockTable, TableMatch } from '../memory/block-table/block-table.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
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
 * Decides about the name last given to `hasher`. Precedence: own rules before lists, allow before block within each.
 * `listsComplete`: every configured list has been in force at least once.
 */
export function decide(
  _table: BlockTable,
  _settings: PolicySettings,
  _listsComplete: boolean,
  _name: Uint8Array,
  _nameLength: number,
  _hasher: NameHasher,
  _decision: Decision,
): void {
  throw new Error('not built');
}
