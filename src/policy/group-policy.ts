// What holds for one group of clients, as it is in force now: part of the live settings, immutable, swapped whole. Schedules and pauses
// are worked in before it is published; whoever reads it knows no clock.

import type { PolicySettings } from './policy-settings.ts';

/** The group of everybody whom no other group names. */
export const DEFAULT_GROUP = 0;
export const GROUPS_MAX = 256;
/** Upstreams that a group can choose among: the first of them. */
export const CHOOSABLE_UPSTREAMS_MAX = 16;

export interface GroupPolicy extends PolicySettings {
  readonly name: string;
  /** A bit for each source of the lists' table: whether this group obeys it (source-mask.ts). */
  readonly listSources: Uint32Array;
  /** The same for the rules' table. */
  readonly ruleSources: Uint32Array;
  /** False: paused, everything is answered. */
  readonly isFiltering: boolean;
  /** Every list it picks has been in force at least once. */
  readonly listsComplete: boolean;
  readonly tags: readonly string[];
  /** A bit for each of the 65,536 types; a type without its bit gets NODATA. Undefined: all are answered. */
  readonly allowedTypes: Uint8Array | undefined;
  /** Indexes into the [[upstream]]s, below CHOOSABLE_UPSTREAMS_MAX; undefined: all of them. */
  readonly upstreams: readonly number[] | undefined;
  /** Extended errors say which list and rule blocked. */
  readonly extendedErrorTexts: boolean;
}
