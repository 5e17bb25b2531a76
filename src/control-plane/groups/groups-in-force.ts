// The groups as they are in force: follows schedules and pauses, and tells when something has changed. Main thread; owns the pauses. The
// query threads know no clock: they get a new array.

import type { GroupMembers } from '../../policy/client-groups.ts';
import type { GroupPolicy } from '../../policy/group-policy.ts';
import type { ListClock } from '../lists/list-clock.ts';
import type { GroupSettings } from '../settings/group-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { type GroupState, groupPolicy, type TablesInForce } from './group-policies.ts';
import { PauseText } from './pause-text.ts';
import { Pauses } from './pauses.ts';
import { Schedule } from './schedule.ts';

/** A timer does not see that the machine slept or that its clock was set, so it is looked that often at least. */
const LOOK_MILLISECONDS = 60_000;

export interface GroupsInForceParts {
  readonly settings: Pick<Settings, 'groups' | 'groupMembers' | 'lists'>;
  readonly clock: Pick<ListClock, 'now' | 'after'>;
  readonly log: (message: string) => void;
}

/** Where one group stands. */
export interface GroupStatus {
  readonly name: string;
  readonly clients: readonly string[];
  /** The schedule in force; null: none. */
  readonly schedule: string | null;
  /** When the next of its schedules begins or ends, in milliseconds since 1970; null: none ever does. */
  readonly nextChange: number | null;
  /** Null: it is not paused. */
  readonly pausedUntil: number | null;
}

export class GroupsInForce {
  readonly members: GroupMembers;
  readonly #parts: GroupsInForceParts;
  readonly #groups: readonly GroupSettings[];
  /** One for each [[schedule]] in use, however many groups have it. */
  readonly #schedules: ReadonlyMap<string, Schedule>;
  readonly #pauses = new Pauses();
  readonly #texts: PauseText;
  /** Which `when` of each group is in force. */
  #whenIndexes: readonly number[];
  #publish: (() => Promise<void>) | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: GroupsInForceParts) {
    this.#parts = parts;
    this.#groups = parts.settings.groups;
    this.members = parts.settings.groupMembers;
    const inUse = this.#groups.flatMap(({ when }) => when.map(({ schedule }) => schedule));
    this.#schedules = new Map(inUse.map((schedule) => [schedule.name, new Schedule(schedule)]));
    this.#texts = new PauseText(this.#groups.map(({ name }) => name));
    this.#whenIndexes = this.#look(parts.clock.now());
  }

  /** As they are in force now; `tables`: what the masks of sources are about. */
  policies(tables: TablesInForce): readonly GroupPolicy[] {
    return this.#groups.map((group, index) => groupPolicy(group, this.#stateOf(index), this.#parts.settings, tables));
  }

  /** From now on `publish` is called whenever `policies` have changed; it resolves when the query threads have them. */
  start(publish: () => Promise<void>): void {
    this.#publish = publish;
    for (const [index, group] of this.#groups.entries()) this.#tellSchedule(group, -1, this.#whenIndexes[index]!);
    this.#follow();
  }

  stop(): void {
    this.#publish = undefined;
    this.#cancelTimer?.();
  }

  /**
   * Pauses filtering for these groups, in place of the pauses they have. Resolves when that is in force, to when it ends in
   * milliseconds since 1970.
   */
  async pause(groupIndexes: readonly number[], milliseconds: number): Promise<number> {
    const now = this.#parts.clock.now();
    for (const index of groupIndexes) this.#pauses.pause(index, milliseconds, now);
    this.#parts.log(this.#texts.paused(groupIndexes, new Date(now + milliseconds)));
    await this.#changed();
    return now + milliseconds;
  }

  /** Filters again for these groups. Resolves when that is in force, to the ones that were paused. */
  async resume(groupIndexes: readonly number[]): Promise<readonly number[]> {
    const resumed = groupIndexes.filter((index) => this.#pauses.resume(index));
    if (resumed.length === 0) return [];
    this.#parts.log(this.#texts.resumed(resumed));
    await this.#changed();
    return resumed;
  }

  /** The indexes of the groups that are called so, whatever the letter case; undefined: all. Empty: there is none. */
  find(name: string | undefined): readonly number[] {
    const indexes = [...this.#groups.keys()];
    if (name === undefined) return indexes;
    return indexes.filter((index) => this.#groups[index]!.name.toLowerCase() === name.toLowerCase());
  }

  status(): readonly GroupStatus[] {
    const now = this.#parts.clock.now();
    return this.#groups.map((group, index) => ({
      name: group.name,
      clients: group.clients,
      schedule: group.when[this.#whenIndexes[index]!]?.schedule.name ?? null,
      nextChange: this.#nextChangeOf(group, now) ?? null,
      pausedUntil: this.#pauses.pausedUntil(index) ?? null,
    }));
  }

  #stateOf(index: number): GroupState {
    return { whenIndex: this.#whenIndexes[index]!, isPaused: this.#pauses.pausedUntil(index) !== undefined };
  }

  #look(now: number): readonly number[] {
    return this.#groups.map(({ when }) =>
      when.findIndex(({ schedule }) => this.#schedules.get(schedule.name)!.at(now).holds),
    );
  }

  #nextChangeOf({ when }: GroupSettings, now: number): number | undefined {
    const schedules = when.map(({ schedule }) => this.#schedules.get(schedule.name)!);
    const untils = schedules.filter(({ holdsAlways }) => !holdsAlways).map((schedule) => schedule.at(now).until);
    return untils.length === 0 ? undefined : Math.min(...untils);
  }

  /** What has come to its time is put in force. Where nothing has, it costs a comparison for each schedule. */
  #follow(): void {
    const now = this.#parts.clock.now();
    const whenIndexes = this.#look(now);
    const ended = this.#pauses.end(now);
    const before = this.#whenIndexes;
    this.#whenIndexes = whenIndexes;
    for (const [index, group] of this.#groups.entries()) this.#tellSchedule(group, before[index]!, whenIndexes[index]!);
    if (ended.length > 0) this.#parts.log(this.#texts.resumed(ended));
    if (ended.length > 0 || whenIndexes.some((when, index) => when !== before[index])) void this.#publishNow();
    this.#wait(now);
  }

  #changed(): Promise<void> {
    this.#wait(this.#parts.clock.now());
    return this.#publishNow();
  }

  async #publishNow(): Promise<void> {
    try {
      await this.#publish?.();
    } catch (error) {
      this.#parts.log(`what holds for groups could not be put in force: ${String(error)}`);
    }
  }

  #wait(now: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const changes = [...this.#schedules.values()].map((schedule) => schedule.at(now).until);
    if (this.#pauses.nextEnd !== undefined) changes.push(this.#pauses.nextEnd);
    if (changes.length === 0 || this.#publish === undefined) return;
    const milliseconds = Math.min(LOOK_MILLISECONDS, Math.max(0, Math.min(...changes) - now));
    this.#cancelTimer = this.#parts.clock.after(milliseconds, () => this.#follow());
  }

  #tellSchedule({ name, when }: GroupSettings, before: number, after: number): void {
    if (before === after) return;
    const ended = when[before]?.schedule.name;
    const begun = when[after]?.schedule.name;
    if (ended !== undefined) this.#parts.log(`the schedule ${ended} is over for the group ${name}`);
    if (begun !== undefined) this.#parts.log(`the schedule ${begun} holds for the group ${name}`);
  }
}
