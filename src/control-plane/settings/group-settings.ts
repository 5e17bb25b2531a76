// Groups of clients and schedules, checked and normalized: who gets which rules, and when.

import type { PolicySettings } from '../../policy/policy-settings.ts';
import type { SafeSearchForm } from '../groups/catalogue/safe-search.ts';
import type { ServiceName } from '../groups/catalogue/services.ts';

/** A rule as written (checked by policy/rule.ts) and the line it stands in, 0 where unknown. */
export interface WrittenRule {
  readonly text: string;
  readonly line: number;
}

/** What holds for clients of a group, everything that is not written for it taken from what it stands in. */
export interface GroupChoices extends PolicySettings {
  /** Indexes into Settings.lists, ascending. */
  readonly lists: readonly number[];
  /** Those of the group alone; `policy.rules` hold for everybody. */
  readonly rules: readonly WrittenRule[];
  readonly safeSearch: readonly SafeSearchForm[];
  readonly blockedServices: readonly ServiceName[];
  /** Ascending; undefined: all. */
  readonly allowedTypes: readonly number[] | undefined;
  /** Indexes into Settings.upstreams; undefined: all of them. */
  readonly upstreams: readonly number[] | undefined;
  readonly tags: readonly string[];
  readonly extendedErrorTexts: boolean;
}

export interface GroupSettings {
  readonly name: string;
  /** Its clients as written, to be shown; empty for the default group. */
  readonly clients: readonly string[];
  readonly choices: GroupChoices;
  /** The first whose schedule holds is in force in place of `choices`. */
  readonly when: readonly { readonly schedule: ScheduleSettings; readonly choices: GroupChoices }[];
}

export interface ScheduleSettings {
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly windows: readonly ScheduleWindow[];
}

export interface ScheduleWindow {
  /** Days on which it begins: 0 is Sunday. Ascending. */
  readonly days: readonly number[];
  /** Minutes since midnight, 0 to 1,439. */
  readonly fromMinutes: number;
  /** 1 to 1,440; not after `fromMinutes`: on the day after. */
  readonly toMinutes: number;
}
