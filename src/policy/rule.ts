// One line of `[policy] rules`: `||name^` (name and everything below), `|name^` or `name` (exactly), `@@` in front to allow.

import type { RuleAction, RuleScope } from '../memory/block-table/block-table.ts';

export interface Rule {
  readonly action: RuleAction;
  readonly scope: RuleScope;
  /** Lower-cased uncompressed wire name. */
  readonly name: Uint8Array;
}

/** The rule, or a sentence saying what is wrong and what would be right. */
export function parseRule(_text: string): Rule | string {
  throw new Error('not built');
}
