// Builder side: a name that has records exists. Where a source answers some types of a name with records, and says of all others that
// there is no such name, these have no data: "no such name" would be taken as said of all types (RFC 8020 section 2).

import { RANK_MASK } from './block-table-layout.ts';
import { type RuleItems, TOO_MANY } from './rule-items.ts';
import type { RuleClass, RuleCondition, RuleResponse, RuleShape, Scope } from './rule-model.ts';
import type { RuleSets } from './rule-sets.ts';

export const NO_DATA: RuleResponse = { kind: 'nodata', isBlock: true };

/** Sets that say so -> what they are to say. */
export function setsOfExistingNames(sets: RuleSets, items: RuleItems): ReadonlyMap<number, number> {
  const replaced = new Map<number, number>();
  if (!items.responses.some(isNoName) || !items.conditions.some(({ types }) => types !== undefined)) return replaced;
  // Those that are made here come behind.
  const count = sets.count;
  for (let set = 1; set < count; set++) {
    const members = sets.members(set).slice();
    const existing = members.filter((item) => isExisting(item, items));
    if (existing.length === 0) continue;
    const left = sets.changed(set, (item) =>
      existing.some((other) => isDenied(item, other, items)) ? withoutData(item, items) : item,
    );
    if (left !== set) replaced.set(set, left);
  }
  return replaced;
}

function isExisting(item: number, items: RuleItems): boolean {
  return isRecordsOfTypes(items.conditions[items.condition(item) - 1], items.responses[items.response(item) - 1]);
}

export function isRecordsOfTypes(condition: RuleCondition | undefined, response: RuleResponse | undefined): boolean {
  return response?.kind === 'records' && condition?.types !== undefined;
}

/** `item` says of all names that `existing` gives records that there are none, in the way of formats that block so. */
function isDenied(item: number, existing: number, items: RuleItems): boolean {
  if (!isNoName(items.responses[items.response(item) - 1]) || items.condition(item) !== 0) return false;
  if (items.source(item) !== items.source(existing)) return false;
  if (((items.ruleWord(item) ^ items.ruleWord(existing)) & RANK_MASK) !== 0) return false;
  return (items.scope(item) & ~items.scope(existing)) === 0;
}

/** In the way of formats that block so. */
export function isNoName(response: RuleResponse | undefined): boolean {
  return response?.kind === 'nxdomain' && response.isBlock === true;
}

function withoutData(item: number, items: RuleItems): number {
  const shape: RuleShape = {
    class: items.ruleClass(item) as RuleClass,
    response: NO_DATA,
  };
  const changed = items.itemOf(items.source(item), items.scope(item) as Scope, shape);
  return changed === TOO_MANY ? item : changed;
}
