// [[group]]: clients with rules of their own, and when which of them hold.

import * as z from 'zod';
import { ACCESS_WORDS, parseNetwork } from '../../../policy/access-entry.ts';
import type { GroupMembers } from '../../../policy/client-groups.ts';
import { GROUPS_MAX } from '../../../policy/group-policy.ts';
import { CLIENT_ID_FORM, readClientId, withoutMark } from '../../clients/client-id.ts';
import { anything, list, text } from '../fields.ts';
import type { GroupChoices, GroupSettings, ScheduleSettings } from '../group-settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { type PlacedText, readTables, readTexts, type TableContext } from '../table-reader.ts';
import { NAME_FORM, type NamedTables, UniqueNames } from '../unique-names.ts';
import { CHOICE_FIELDS, type Pickable, readChoices, type WrittenChoices } from './policy-choices.ts';

/** What everybody whom no group names is in; its settings are those of [policy]. */
export const DEFAULT_GROUP_NAME = 'default';

const CLIENT_FORM = 'an address, a network such as "192.168.2.0/24", or a client ID such as "phone"';
const EVERYBODY_FORM = 'leave the group out, since [policy] holds for everybody, or write 0.0.0.0/0 for IPv4';
const CLIENTS_MAX = 10_000;
const WHEN_MAX = 20;

export const GROUP_SHAPE = z.strictObject({
  name: text(NAME_FORM),
  clients: list(`a list of ${CLIENT_FORM}`),
  ...CHOICE_FIELDS,
  when: anything(),
});

export const WHEN_SHAPE = z.strictObject({ schedule: text('the name of a [[schedule]]'), ...CHOICE_FIELDS });

/** The `when` tables of a group or of [policy], as written. */
export interface WrittenWhen {
  readonly schedule: ScheduleSettings;
  readonly choices: WrittenChoices;
}

export interface GroupContext {
  readonly pickable: Pickable;
  readonly schedules: readonly ScheduleSettings[];
  readonly scheduleNames: NamedTables;
  /** What is in force by these, the innermost first, inside [policy]. */
  settle(innerFirst: readonly WrittenChoices[]): GroupChoices;
}

/** The groups behind the default one, which has index 0. */
export function readGroups(
  raw: unknown,
  surroundings: GroupContext,
  context: TableContext,
): { readonly groups: GroupSettings[]; readonly members: Omit<GroupMembers, 'refusesUnknownIds'> } {
  const names = new UniqueNames('group', context);
  const clients = new ClientReader(context);
  const tables = readTables(GROUP_SHAPE, raw, 'group', context) ?? [];
  if (tables.length >= GROUPS_MAX) context.faults.fault(['group'], `more than ${GROUPS_MAX - 1} groups`);
  const groups = tables.slice(0, GROUPS_MAX - 1).map(({ table, path }, index): GroupSettings => {
    const name = names.read(table.name, path, 'kids') ?? '';
    if (name.toLowerCase() === DEFAULT_GROUP_NAME)
      context.faults.fault([...path, 'name'], `"${name}" is what everybody else is in; [policy] says what holds there`);
    const choices = readChoices(table, path, surroundings.pickable, context);
    const when = readWhen(table.when, path, surroundings, context);
    return {
      name,
      clients: clients.read(table.clients, path, index + 1),
      choices: surroundings.settle([choices]),
      when: when.map((one) => ({ schedule: one.schedule, choices: surroundings.settle([one.choices, choices]) })),
    };
  });
  return { groups, members: clients.members };
}

/** The `when` tables in the table at `path`. */
export function readWhen(
  raw: unknown,
  path: SettingsPath,
  { pickable, schedules, scheduleNames }: Omit<GroupContext, 'settle'>,
  context: TableContext,
): WrittenWhen[] {
  const tables = readTables(WHEN_SHAPE, raw, 'when', context, path) ?? [];
  if (tables.length > WHEN_MAX) context.faults.fault([...path, 'when'], `more than ${WHEN_MAX} tables`);
  const seen = new Set<ScheduleSettings>();
  return tables.slice(0, WHEN_MAX).flatMap(({ table, path: place }) => {
    const choices = readChoices(table, place, pickable, context);
    const key = [...place, 'schedule'];
    if (table.schedule === undefined) {
      if (!context.faults.isFaulty(key)) context.faults.fault(place, 'has no schedule; write schedule = "bedtime"');
      return [];
    }
    const schedule = schedules[scheduleNames.find(table.schedule, key, context)];
    if (schedule !== undefined && seen.has(schedule))
      context.faults.fault(key, `${quote(table.schedule)} stands here twice; the first would always win`);
    if (schedule !== undefined) seen.add(schedule);
    return schedule === undefined ? [] : [{ schedule, choices }];
  });
}

/** Who is in which group; nobody is in two. */
class ClientReader {
  readonly members = { ids: [] as GroupMembers['ids'][number][], networks: [] as GroupMembers['networks'][number][] };
  readonly #context: TableContext;
  /** What was named, in one form, and where. */
  readonly #places = new Map<string, SettingsPath>();

  constructor(context: TableContext) {
    this.#context = context;
  }

  /** As written, for those that are sound. */
  read(elements: readonly unknown[] | undefined, path: SettingsPath, groupIndex: number): string[] {
    const key = [...path, 'clients'];
    const { faults } = this.#context;
    if (elements === undefined && !faults.isFaulty(key))
      faults.fault(path, `has no clients; write clients = ["192.168.2.0/24", "phone"]`);
    if (elements?.length === 0) faults.notice(key, 'is empty: nobody is in this group');
    return readTexts(elements ?? [], key, CLIENT_FORM, CLIENTS_MAX, this.#context).flatMap((entry) => {
      const isAddress = /[.:/]/.test(entry.text) && !entry.text.startsWith('id:');
      return (isAddress ? this.#readNetwork(entry, groupIndex) : this.#readId(entry, groupIndex)) ? [entry.text] : [];
    });
  }

  #readId({ text: written, path }: PlacedText, groupIndex: number): boolean {
    const id = readClientId(withoutMark(written));
    if (id === undefined) {
      this.#context.faults.fault(
        path,
        `${quote(written)} is neither an address nor a client ID; an ID has ${CLIENT_ID_FORM}`,
      );
      return false;
    }
    if (ACCESS_WORDS.includes(written.trim().toLowerCase())) {
      const advice = `write its networks, or ${quote(`id:${id}`)} for a client ID`;
      this.#context.faults.fault(path, `${quote(written)} stands for networks in [access] alone; here ${advice}`);
      return false;
    }
    if (!this.#isNew(`id:${id}`, written, path)) return false;
    this.members.ids.push({ id, groupIndex });
    return true;
  }

  #readNetwork({ text: written, path }: PlacedText, groupIndex: number): boolean {
    const range = parseNetwork(written.trim(), `allowed: ${CLIENT_FORM}`, EVERYBODY_FORM);
    if (typeof range === 'string') {
      const isMac = /^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(written.trim());
      const why = isMac ? 'a hardware (MAC) address, which the gateway does not see; name the IP address' : range;
      this.#context.faults.fault(path, `${quote(written)}: ${why}`);
      return false;
    }
    if (!this.#isNew(`${range.address}/${range.prefixBits}`, written, path)) return false;
    this.members.networks.push({ ...range, groupIndex });
    return true;
  }

  #isNew(client: string, written: string, path: SettingsPath): boolean {
    const earlier = this.#places.get(client);
    if (earlier === undefined) {
      this.#places.set(client, path);
      return true;
    }
    const where = earlier[1] === path[1] ? 'stands here twice' : `is already in group[${earlier[1]}]`;
    this.#context.faults.fault(path, `${quote(written)} ${where}; a client has one group`);
    return false;
  }
}
