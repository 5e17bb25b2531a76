// The decision about a name or an address: pure, used by the query pipeline and by `sotto explain` alike.
//
// Precedence is written down once, in docs/filter/rules.md ("Which rule decides"). Here it is a number, the rank of a rule: 4 x tier + class
// (memory/block-table/rule-model.ts), and the lowest wins; the names of client probes stand before TIER.GROUP_CHOICES. What may open
// nothing (an alias of the group's choice, in allowlist mode any answer of a list) is decided about twice, the second time without it.

import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import { RULE_CLASS, RULE_CLASSES, TIER } from '../memory/block-table/rule-model.ts';
import type { Asker } from './asker.ts';
import { isClientProbe } from './client-probe.ts';
import { NODATA } from './compiled-response.ts';
import { ACTION, type Action, type Decision, REASON, type Reason } from './decision.ts';
import type { GroupPolicy } from './group-policy.ts';
import type { PolicyTables } from './policy-tables.ts';
import { LEFT_OUT, type LeftOut, NO_RANK } from './rule-search.ts';

export { ACTION, type Action, Decision, isByName, REASON, type Reason } from './decision.ts';

/** Ranks from here on are beaten by the name of a client probe. */
const CHOICES_RANK = RULE_CLASSES * TIER.GROUP_CHOICES;
const LISTS_RANK = RULE_CLASSES * TIER.LISTS;

/** Decides about the name last given to `hasher`, for one who asks and the group this one is in. */
export function decide(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  decision: Decision,
): void {
  if (decideByGroup(group, type, decision)) return;
  decideByRulesAndMode(policy, group, asker, name, nameLength, type, hasher, LEFT_OUT.NOTHING, decision);
  if (decision.reason === REASON.CHOICE_BLOCKS && decision.response?.kind === 'alias')
    decideBehind(policy, group, asker, name, nameLength, type, hasher, LEFT_OUT.OPENINGS, decision);
}

/** What holds whatever the name is. False if that is nothing. */
function decideByGroup(group: GroupPolicy, type: number, decision: Decision): boolean {
  if (!group.isFiltering) {
    settle(decision, ACTION.ALLOW, REASON.PAUSED);
    return true;
  }
  if (group.allowedTypes === undefined || isAllowedType(group.allowedTypes, type)) return false;
  settle(decision, ACTION.BLOCK, REASON.TYPE_NOT_ALLOWED);
  decision.response = NODATA;
  return true;
}

/** The winner has an answer that may open nothing: it stays the winner where the name would be answered without such rules. */
function decideBehind(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  leftOut: LeftOut,
  decision: Decision,
): void {
  const { reason, rank, source, suffix, pattern, scope, response } = decision;
  decideByRulesAndMode(policy, group, asker, name, nameLength, type, hasher, leftOut, decision);
  if (decision.action !== ACTION.ALLOW) return;
  decision.action = ACTION.BLOCK;
  decision.reason = reason;
  decision.rank = rank;
  decision.source = source;
  decision.suffix = suffix;
  decision.pattern = pattern;
  decision.scope = scope;
  decision.response = response;
}

function decideByRulesAndMode(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  leftOut: LeftOut,
  decision: Decision,
): void {
  if (!decideByRule(policy, group, asker, name, nameLength, type, hasher, leftOut, decision))
    decideByMode(group, decision);
  else if (group.mode === 'allowlist' && isAnswerOfList(decision))
    decideBehind(policy, group, asker, name, nameLength, type, hasher, LEFT_OUT.ANSWERS, decision);
}

function decideByMode(group: GroupPolicy, decision: Decision): void {
  if (!group.listsComplete && (group.mode === 'allowlist' || group.start === 'refuse')) {
    settle(decision, ACTION.NOT_READY, REASON.LISTS_MISSING);
  } else if (group.mode === 'allowlist') {
    settle(decision, ACTION.BLOCK, REASON.NOT_ALLOWLISTED);
  } else {
    settle(decision, ACTION.ALLOW, REASON.NO_RULE);
  }
}

/** What a list gives in place of a block. */
function isAnswerOfList({ reason, response }: Decision): boolean {
  if (reason !== REASON.LIST_BLOCKS || response === undefined) return false;
  return response.kind === 'alias' || response.kind === 'truncate' || response.kind === 'records';
}

/**
 * Decides about a name that an answer leads to, an answer to a question of this type: only rules speak, for the name itself was not
 * asked, and of these none that leads to another name, for that one is not asked either.
 */
export function decideTarget(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  decision: Decision,
): void {
  if (!group.isFiltering) settle(decision, ACTION.ALLOW, REASON.PAUSED);
  else if (!decideByRule(policy, group, asker, name, nameLength, type, hasher, LEFT_OUT.ALIASES, decision))
    settle(decision, ACTION.ALLOW, REASON.NO_RULE);
}

/**
 * Decides about a name that a list's rule leads to (`leadsByList`): what the operator and the group say of it goes before lists, and in
 * allowlist mode it has to be allowed as any other. Without rules that lead on.
 */
export function decideLedTo(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  decision: Decision,
): void {
  if (decideByGroup(group, type, decision)) return;
  if (group.mode === 'allowlist') {
    decideByRulesAndMode(policy, group, asker, name, nameLength, type, hasher, LEFT_OUT.ALIASES, decision);
    return;
  }
  const { search } = decision;
  search.begin(asker, name, nameLength, type, hasher, LEFT_OUT.ALIASES);
  do search.forName(policy.rules, group.ruleSources);
  while (search.mustSearchAgain());
  if (search.rank !== NO_RANK) settleByRule(decision);
  else settle(decision, ACTION.ALLOW, REASON.NO_RULE);
}

/** The rule of a list leads to another name. */
export function leadsByList({ reason, response }: Decision): boolean {
  return reason === REASON.LIST_BLOCKS && response?.kind === 'alias';
}

/** False if no rule speaks. */
function decideByRule(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  leftOut: LeftOut,
  decision: Decision,
): boolean {
  const { search } = decision;
  search.begin(asker, name, nameLength, type, hasher, leftOut);
  do {
    search.forName(policy.rules, group.ruleSources);
    if (search.rank > policy.lists.table.lowestRank) search.forName(policy.lists, group.listSources);
  } while (search.mustSearchAgain());
  if (search.rank >= CHOICES_RANK && isClientProbe(name, nameLength, hasher)) {
    settle(decision, ACTION.ALLOW, REASON.CLIENT_PROBE);
    return true;
  }
  if (search.rank === NO_RANK) return false;
  // In allowlist mode a name that a list blocks would be blocked anyway; this reason says more.
  settleByRule(decision);
  return true;
}

/**
 * Decides about an address that the answer to a name has: 16 octets, IPv4 as ::ffff:a.b.c.d. Only rules about addresses speak; where
 * none does it is allowed, in whatever mode.
 */
export function decideAddress(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  address: Uint8Array,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
  decision: Decision,
): void {
  if (!group.isFiltering) {
    settle(decision, ACTION.ALLOW, REASON.PAUSED);
    return;
  }
  const { search } = decision;
  search.begin(asker, name, nameLength, type, hasher);
  do {
    search.forAddress(policy.rules, group.ruleSources, address);
    if (search.rank > policy.lists.table.lowestRank) search.forAddress(policy.lists, group.listSources, address);
  } while (search.mustSearchAgain());
  if (search.rank !== NO_RANK) settleByRule(decision);
  else settle(decision, ACTION.ALLOW, REASON.NO_RULE);
}

export function isAllowedType(allowedTypes: Uint8Array, type: number): boolean {
  return ((allowedTypes[type >>> 3]! >>> (type & 7)) & 1) === 1;
}

/** Whether the winner of this rank blocks, and whose rule it is. */
function settleByRule(decision: Decision): void {
  const { search } = decision;
  const { rank } = search;
  const ruleClass = rank % RULE_CLASSES;
  const isBlock = ruleClass === RULE_CLASS.BLOCK || ruleClass === RULE_CLASS.IMPORTANT_BLOCK;
  decision.action = isBlock ? ACTION.BLOCK : ACTION.ALLOW;
  // No choice is an exception.
  if (!isBlock) decision.reason = rank >= LISTS_RANK ? REASON.LIST_ALLOWS : REASON.RULE_ALLOWS;
  else if (rank >= LISTS_RANK) decision.reason = REASON.LIST_BLOCKS;
  else decision.reason = rank >= CHOICES_RANK ? REASON.CHOICE_BLOCKS : REASON.RULE_BLOCKS;
  decision.rank = rank;
  decision.source = search.source;
  decision.suffix = search.suffix;
  decision.pattern = search.pattern;
  decision.scope = search.scope;
  decision.response = isBlock ? search.response : undefined;
}

/** No rule decided. */
function settle(decision: Decision, action: Action, reason: Reason): void {
  decision.action = action;
  decision.reason = reason;
  decision.rank = NO_RANK;
  decision.source = -1;
  decision.suffix = -1;
  decision.pattern = -1;
  decision.scope = 0;
  decision.response = undefined;
}
