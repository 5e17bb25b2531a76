// Who gets which rules, and when: [policy], [[group]] and [[schedule]], which pick from lists and upstreams.

import { DEFAULT_GROUP_NAME, readGroups, readWhen } from './tables/group-table.ts';
import type { GroupChoices, GroupSettings } from './group-settings.ts';
import type { ListSettings, Settings } from './settings.ts';
import type { SettingsPath } from './settings-fault.ts';
import type { PlacedText, TableContext } from './table-reader.ts';
import { settleChoices, type WrittenChoices } from './tables/policy-choices.ts';
import { readPolicy } from './tables/policy-table.ts';
import { readSchedules } from './tables/schedule-table.ts';
import type { PlacedUpstream } from './tables/upstream-table.ts';
import { NamedTables } from './unique-names.ts';

/** The tables as the file has them. */
export interface FilterTables {
  readonly policy?: unknown;
  readonly group?: unknown;
  readonly schedule?: unknown;
  readonly list?: unknown;
  readonly upstream?: unknown;
}

/** What has been read before. */
export interface FilterSurroundings {
  readonly upstreams: readonly PlacedUpstream[];
  readonly lists: readonly ListSettings[];
  readonly unknownClientIds: Settings['access']['unknownClientIds'];
  readonly lineOf: (path: SettingsPath) => number;
}

export type FilterSettings = Pick<
  Settings,
  'policy' | 'rules' | 'rulesFile' | 'rebindingExceptions' | 'groups' | 'groupMembers'
>;

export function readFilter(
  tables: FilterTables,
  { upstreams, lists, unknownClientIds, lineOf }: FilterSurroundings,
  context: TableContext,
): FilterSettings {
  const pickable = {
    lists: new NamedTables(
      'list',
      lists.map(({ name }) => name),
      tables.list,
    ),
    upstreams: new NamedTables(
      'upstream',
      upstreams.map(({ label }) => label),
      tables.upstream,
    ),
  };
  const schedules = readSchedules(tables.schedule, context);
  const scheduleNames = new NamedTables(
    'schedule',
    schedules.map(({ name }) => name),
    tables.schedule,
  );
  const { choices, rulesFile, rebindingExceptions, when } = readPolicy(tables.policy, pickable, context);
  const placeRules = (rules: readonly PlacedText[]) => rules.map(({ text, path }) => ({ text, line: lineOf(path) }));
  const settle = (innerFirst: readonly WrittenChoices[]) =>
    settleChoices([...innerFirst, choices], lists.length, placeRules);
  const surroundings = { pickable, schedules, scheduleNames, settle };
  const everybodyElse: GroupSettings = {
    name: DEFAULT_GROUP_NAME,
    clients: [],
    choices: settle([]),
    when: readWhen(when, ['policy'], surroundings, context).map(({ schedule, choices: then }) => ({
      schedule,
      choices: settle([then]),
    })),
  };
  const { groups: others, members } = readGroups(tables.group, surroundings, context);
  const groups = [everybodyElse, ...others];
  const rules = choices.rules ?? [];
  const { mode, blockResponse, blockTtlSeconds, start, rebindingProtection } = everybodyElse.choices;
  noticeEmptyAllowlists(groups, { lists, rules, rulesFile }, context);
  noticeUnused(groups, lists, schedules, context);
  const refusesUnknownIds = unknownClientIds === 'refuse';
  if (refusesUnknownIds && members.ids.length === 0)
    context.faults.notice(
      ['access', 'unknown_client_ids'],
      '"refuse" refuses every client that has an ID, since no [[group]] names one',
    );
  return {
    policy: { mode, blockResponse, blockTtlSeconds, start, rebindingProtection },
    rules: placeRules(rules),
    rulesFile,
    rebindingExceptions,
    groups,
    groupMembers: { ...members, refusesUnknownIds },
  };
}

/** Where only what is allowed is answered and nothing is allowed. */
function noticeEmptyAllowlists(
  groups: readonly GroupSettings[],
  own: {
    readonly lists: readonly ListSettings[];
    readonly rules: readonly PlacedText[];
    readonly rulesFile: string | undefined;
  },
  context: TableContext,
): void {
  if (own.rulesFile !== undefined || own.rules.some(isAllowing)) return;
  const isEmpty = ({ mode, lists, rules }: GroupChoices) =>
    mode === 'allowlist' && !lists.some((index) => own.lists[index]?.action === 'allow') && !rules.some(isAllowing);
  const advice = 'add a [[list]] with action = "allow", or rules such as "@@||example.org^"';
  for (const [index, { choices, when }] of groups.entries()) {
    const table = index === 0 ? ['policy'] : ['group', index - 1];
    if (isEmpty(choices)) {
      context.faults.notice([...table, 'mode'], `nothing is allowed yet, so no name is answered; ${advice}`);
      // What stands inside has it from there.
      if (index === 0) return;
      continue;
    }
    for (const [at, { schedule, choices: then }] of when.entries())
      if (isEmpty(then))
        context.faults.notice(
          [...table, 'when', at, 'mode'],
          `nothing is allowed while ${schedule.name} holds, so no name is answered then; ${advice}`,
        );
  }
}

function isAllowing({ text }: { readonly text: string }): boolean {
  return text.trim().startsWith('@@');
}

function noticeUnused(
  groups: readonly GroupSettings[],
  lists: readonly ListSettings[],
  schedules: readonly { readonly name: string }[],
  { faults }: TableContext,
): void {
  const all = groups.flatMap(({ choices, when }) => [choices, ...when.map((one) => one.choices)]);
  for (const [index] of lists.entries())
    if (!all.some((choices) => choices.lists.includes(index)))
      faults.notice(
        ['list', index],
        'is picked by no group, so it blocks nothing; add it to policy.lists or to a group',
      );
  for (const [index, schedule] of schedules.entries())
    if (!groups.some(({ when }) => when.some((one) => one.schedule === schedule)))
      faults.notice(['schedule', index], 'is used nowhere; write [[group.when]] with its name');
}
