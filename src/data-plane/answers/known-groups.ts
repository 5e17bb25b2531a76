// What is known of an answer by groups of clients, for the policy generation that stands beside it: which may have it, the first 32 by a bit
// each and one of the others; and of one that may not, why (filed-finding.ts). Of the latter two the first that comes stays, so that groups
// that take turns do not file the answer anew at each hit.

import { findingAt, isFinding } from './filed-finding.ts';
import { NO_UPSTREAM_BLOCK } from '../../policy/upstream-block.ts';

export interface KnownGroups {
  cleanGroups: number;
  /** 0: none. */
  otherCleanGroup: number;
  inspection: number;
}

const GROUPS_WITH_BIT = 32;

export function isCleanFor(answer: KnownGroups, groupIndex: number): boolean {
  if (groupIndex >= GROUPS_WITH_BIT) return answer.otherCleanGroup === groupIndex;
  return ((answer.cleanGroups >>> groupIndex) & 1) === 1;
}

/** False if there is no room. */
export function noteCleanFor(answer: KnownGroups, groupIndex: number): boolean {
  if (groupIndex < GROUPS_WITH_BIT) {
    answer.cleanGroups |= 1 << groupIndex;
    return true;
  }
  if (answer.otherCleanGroup !== 0) return false;
  answer.otherCleanGroup = groupIndex;
  return true;
}

/** The same for one that may not have it, for the name at `offset`. */
export function noteFindingFor(answer: KnownGroups, groupIndex: number, offset: number): boolean {
  if (answer.inspection !== NO_UPSTREAM_BLOCK) return false;
  answer.inspection = findingAt(groupIndex, offset);
  return true;
}

export function forgetGroups(answer: KnownGroups): void {
  answer.cleanGroups = 0;
  answer.otherCleanGroup = 0;
  if (isFinding(answer.inspection)) answer.inspection = NO_UPSTREAM_BLOCK;
}
