// Which groups a condition about tags holds for.

import type { RuleCondition } from '../../memory/block-table/rule-model.ts';
import type { ConditionGroup } from './compiled-conditions.ts';

type Tags = NonNullable<RuleCondition['tags']>;

/** By group index: 1 for a group that has one of `only`, if there are any, and none of `except`. Letter case does not count. */
export function groupsWithTags({ only, except }: Tags, groups: readonly ConditionGroup[]): Uint8Array {
  const wanted = new Set(only.map((tag) => tag.toLowerCase()));
  const unwanted = new Set(except.map((tag) => tag.toLowerCase()));
  return Uint8Array.from(groups, ({ tags }) => {
    const own = tags.map((tag) => tag.toLowerCase());
    const isWanted = wanted.size === 0 || own.some((tag) => wanted.has(tag));
    return isWanted && !own.some((tag) => unwanted.has(tag)) ? 1 : 0;
  });
}
