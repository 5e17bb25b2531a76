// What a new version of a list would change, and whether that is so much that somebody should look at it first.

import { z } from 'zod';

/** Counted by the helper process; kept on disk beside a version that is held back. */
export const versionChangeShape = z.object({
  /** Different rules. */
  rulesBefore: z.number(),
  rulesAfter: z.number(),
  added: z.number(),
  removed: z.number(),
  /** Of these, rules that anybody's questions for addresses can meet: those for single clients (`$client`, `$ctag`) are none. */
  forAnybodyBefore: z.number(),
  forAnybodyAfter: z.number(),
  /** Rules that lead to an address or another name of the list's choice; how many of them are new. */
  leadingBefore: z.number(),
  leadingAfter: z.number(),
  newLeading: z.number(),
  /** Different names that were answered in the last hour. */
  answered: z.number(),
  /** Of those, names that the list would block and has not blocked so far; of an allow list, that it would allow no longer. */
  newlyBlocked: z.number(),
});

export type VersionChange = z.infer<typeof versionChangeShape>;

/** From where on a new version is held back. */
export interface HoldBackLimits {
  /** It blocks so many more of the names that were answered in the last hour. */
  readonly blocksMorePercent: number;
  /** It has so many rules less. */
  readonly smallerPercent: number;
}

/** Fewer names are no reason, however few were answered: a share of ten names says nothing. */
const NEWLY_BLOCKED_MIN = 5;
/** A list of a few rules may halve. */
const RULES_MIN = 10;
/** New rules that lead elsewhere are no reason where the list has led elsewhere all along, unless they are so many, and half of them all. */
const NEW_LEADING_MIN = 5;

/** Why a version is held back, as the end of a sentence that begins with "it"; undefined if it is not. */
export function reasonToHoldBack(
  change: VersionChange,
  limits: HoldBackLimits,
  action: 'block' | 'allow',
): string | undefined {
  return tooMuchBlocked(change, limits, action) ?? tooMuchLost(change, limits) ?? newlyLeading(change);
}

function tooMuchBlocked(
  { answered, newlyBlocked }: VersionChange,
  limits: HoldBackLimits,
  action: 'block' | 'allow',
): string | undefined {
  if (newlyBlocked >= NEWLY_BLOCKED_MIN && newlyBlocked * 100 >= limits.blocksMorePercent * answered) {
    const what = action === 'block' ? 'would block' : 'would no longer allow';
    return `${what} ${number(newlyBlocked)} of the ${number(answered)} names answered in the last hour (${percent(newlyBlocked, answered)}) that it ${action === 'block' ? 'has not blocked' : 'has allowed'} so far; from ${limits.blocksMorePercent} % on, somebody should look at it`;
  }
  return undefined;
}

function tooMuchLost(change: VersionChange, { smallerPercent }: HoldBackLimits): string | undefined {
  const { rulesAfter, forAnybodyBefore: before, forAnybodyAfter: after } = change;
  const less = before - after;
  if (before < RULES_MIN || less <= 0 || less * 100 < smallerPercent * before) return undefined;
  const forAnybody = rulesAfter === after ? '' : ' for anybody';
  return `has ${rules(after)}${forAnybody} where it had ${number(before)} (${percent(less, before)} less); from ${smallerPercent} % on, somebody should look at it`;
}

/** A list that blocks and suddenly leads people somewhere has changed its trade, or its owner. */
function newlyLeading({ leadingBefore, leadingAfter, newLeading }: VersionChange): string | undefined {
  const isNew = leadingBefore === 0 ? newLeading > 0 : newLeading >= NEW_LEADING_MIN && 2 * newLeading >= leadingAfter;
  if (!isNew) return undefined;
  const which = leadingBefore === 0 ? 'as it never did before' : `of ${number(leadingAfter)} such rules`;
  return `leads to addresses or other names of its own choice by ${number(newLeading)} new ${newLeading === 1 ? 'rule' : 'rules'}, ${which}; somebody should look at it`;
}

function rules(count: number): string {
  return `${number(count)} ${count === 1 ? 'rule' : 'rules'}`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}
