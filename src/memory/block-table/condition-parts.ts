// What asking a condition may cost a question, whoever wrote it: counted in the words that it is made of.

import type { RuleCondition } from './rule-model.ts';

/** What asking any condition costs, in parts. */
const PARTS_OF_ANY = 4;

/**
 * Of the conditions of one list about one name, or one address: they are asked of every question about it. One with 500 excepted names
 * finds room, or all the 64 rules that a list may have, each for a client of its own.
 */
export const NAME_CONDITION_PARTS_MAX = 600;

/** Clients, types, tags and names in it; 0 for no condition. */
export function conditionParts(condition: RuleCondition | undefined): number {
  if (condition === undefined) return 0;
  const { types, clients, tags, denyAllow } = condition;
  const parts = [types?.numbers, clients?.only, clients?.except, tags?.only, tags?.except, denyAllow];
  return parts.reduce((sum, part) => sum + (part?.length ?? 0), PARTS_OF_ANY);
}
