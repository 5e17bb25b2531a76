// Every rule about a name or an address, in order of precedence: what `decide` chooses from, and what it passes over. For `sotto explain`.

import {
  ITEM,
  ITEM_WORDS,
  RANK_MASK,
  SCOPE_MASK,
  SCOPE_SHIFT,
  SOURCE_SHIFT,
} from '../memory/block-table/block-table-layout.ts';
import { type RuleCondition, type RuleResponse, SCOPE } from '../memory/block-table/rule-model.ts';
import { TableMatch } from '../memory/block-table/table-match.ts';
import type { NameHasher } from '../memory/name-hash/name-hasher.ts';
import type { Asker } from './asker.ts';
import type { Decision } from './decision.ts';
import type { GroupPolicy } from './group-policy.ts';
import type { PolicyTables, RuleTable } from './policy-tables.ts';
import { NO_PATTERN, NO_RANK, NO_SUFFIX, RuleSearch } from './rule-search.ts';
import { hasSource } from './source-mask.ts';

/**
 * Why a rule is as if it were not there: the group does not obey its source; its condition is not met; an exception that goes before it
 * takes its response, and so the rule, away.
 */
export type Obstacle = 'source-not-obeyed' | 'condition-not-met' | 'lifted';

export interface RuleMatch {
  readonly rank: number;
  /** Index into the policy's sources. */
  readonly source: number;
  /** Which suffix of the name it names (index as in NameHasher); -1 for a pattern or an address. */
  readonly suffix: number;
  /** Number of the pattern in its table, -1 for none. */
  readonly pattern: number;
  /** What the rule's name covers (SCOPE); 0 for a pattern or an address. */
  readonly scope: number;
  readonly condition: RuleCondition | undefined;
  readonly response: RuleResponse | undefined;
  readonly obstacle: Obstacle | undefined;
}

/** Of these, the rule that decided; undefined where none did. */
export function decidingRule(matches: readonly RuleMatch[], decision: Decision): RuleMatch | undefined {
  return matches.find((match) => {
    const { rank, source, suffix, pattern, response, obstacle, condition } = match;
    if (obstacle !== undefined || condition?.liftsResponsesOnly === true) return false;
    if (rank !== decision.rank || source !== decision.source || suffix !== decision.suffix) return false;
    return pattern === decision.pattern && response?.kind === decision.response?.kind;
  });
}

/** For the name last given to `hasher`. */
export function matchesOf(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
): readonly RuleMatch[] {
  const search = new RuleSearch();
  search.begin(asker, name, nameLength, type, hasher);
  const match = new TableMatch();
  const among = (side: RuleTable, mask: Uint32Array): RuleMatch[] => {
    const found: RuleMatch[] = [];
    side.table.find(name, nameLength, hasher, match);
    for (let index = 0; index < match.count; index++) {
      const suffix = match.suffix[index]!;
      const covering = suffix === hasher.fullIndex ? SCOPE.EXACT : SCOPE.BELOW;
      found.push(...ofSet(side, mask, search, match.set[index]!, covering, suffix));
    }
    const patternCount = side.patterns.find(name, nameLength, hasher);
    for (let index = 0; index < patternCount; index++) {
      const pattern = side.patterns.numberAt(index);
      const at = ITEM_WORDS * pattern;
      found.push(matchAt(side, mask, search, side.patternItems, at, NO_SUFFIX, pattern));
    }
    return found;
  };
  return inOrder([...among(policy.rules, group.ruleSources), ...among(policy.lists, group.listSources)]);
}

/** For an address (16 octets) in the answer to that name. */
export function addressMatchesOf(
  policy: PolicyTables,
  group: GroupPolicy,
  asker: Asker,
  address: Uint8Array,
  name: Uint8Array,
  nameLength: number,
  type: number,
  hasher: NameHasher,
): readonly RuleMatch[] {
  const search = new RuleSearch();
  search.begin(asker, name, nameLength, type, hasher);
  const among = (side: RuleTable, mask: Uint32Array) =>
    ofSet(side, mask, search, side.table.addressSet(address), SCOPE.EXACT, NO_SUFFIX);
  return inOrder([...among(policy.rules, group.ruleSources), ...among(policy.lists, group.listSources)]);
}

/** The rules of a set that cover what is asked. */
function ofSet(
  side: RuleTable,
  mask: Uint32Array,
  search: RuleSearch,
  set: number,
  covering: number,
  suffix: number,
): RuleMatch[] {
  const { table } = side;
  const found: RuleMatch[] = [];
  for (let at = table.itemsStart(set); at < table.itemsEnd(set); at += ITEM_WORDS) {
    const isAbout = ((table.items[at]! >>> SCOPE_SHIFT) & covering) !== 0;
    if (isAbout) found.push(matchAt(side, mask, search, table.items, at, suffix, NO_PATTERN));
  }
  return found;
}

function matchAt(
  side: RuleTable,
  mask: Uint32Array,
  search: RuleSearch,
  items: Uint32Array,
  at: number,
  suffix: number,
  pattern: number,
): RuleMatch {
  const rule = items[at]!;
  const isObeyed = hasSource(mask, rule >>> SOURCE_SHIFT);
  const obstacle = search.holds(side, mask, items, at)
    ? undefined
    : isObeyed
      ? 'condition-not-met'
      : 'source-not-obeyed';
  return {
    rank: rule & RANK_MASK,
    source: side.firstSource + (rule >>> SOURCE_SHIFT),
    suffix,
    pattern,
    scope: suffix === NO_SUFFIX ? 0 : (rule >>> SCOPE_SHIFT) & SCOPE_MASK,
    condition: side.table.conditions[items[at + ITEM.CONDITION]!],
    response: side.table.responses[items[at + ITEM.RESPONSE]!],
    obstacle,
  };
}

/** By precedence, the strongest first. */
export function compareMatches(a: RuleMatch, b: RuleMatch): number {
  return a.rank - b.rank || b.suffix - a.suffix || a.source - b.source;
}

function inOrder(matches: RuleMatch[]): readonly RuleMatch[] {
  const ordered = matches.sort(compareMatches);
  const lift = ordered.find(
    ({ obstacle, condition }) => obstacle === undefined && condition?.liftsResponsesOnly === true,
  );
  const liftRank = lift?.rank ?? NO_RANK;
  return ordered.map((it) => {
    const isLiftable = it.obstacle === undefined && it.response !== undefined && it.response.isBlock !== true;
    return isLiftable && it.rank > liftRank ? { ...it, obstacle: 'lifted' } : it;
  });
}
