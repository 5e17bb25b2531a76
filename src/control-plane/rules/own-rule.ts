// One rule of the operator's own, wherever it is written: in policy.rules, in policy.rules_file, for a group.

import type { FilterRule } from '../../policy/rule-syntax/filter-rule.ts';

export interface OwnRule {
  readonly text: string;
  readonly rule: FilterRule;
  /** 1-based; 0 where it is not known. */
  readonly line: number;
}
