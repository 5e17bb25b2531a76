// What is in force for each group, as the query threads get it: its choices, or those of the schedule that holds, or a pause.

import type { RuleSource } from '../../memory/block-table/rule-model.ts';
import type { GroupPolicy } from '../../policy/group-policy.ts';
import { sourceMask } from '../../policy/source-mask.ts';
import type { GroupChoices, GroupSettings } from '../settings/group-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { sourcesObeyed } from './group-rule-sources.ts';

const TYPES = 65_536;

/** What of a group's settings is in force. */
export interface GroupState {
  /** Which of its `when` holds; -1: none does. */
  readonly whenIndex: number;
  readonly isPaused: boolean;
}

/** The sources of the two tables, and the lists that have been in force at least once. */
export interface TablesInForce {
  readonly lists: readonly RuleSource[];
  readonly rules: readonly RuleSource[];
  readonly listsInForce: ReadonlySet<string>;
}

export function groupPolicy(
  group: GroupSettings,
  { whenIndex, isPaused }: GroupState,
  { lists }: Pick<Settings, 'lists'>,
  tables: TablesInForce,
): GroupPolicy {
  const when = group.when[whenIndex];
  const choices: GroupChoices = when?.choices ?? group.choices;
  const listNames = new Set(choices.lists.map((index) => lists[index]!.name));
  const obeyed = new Set(sourcesObeyed(group, choices, when?.schedule.name).map(sourceKey));
  // Rules of the operator's own hold for everybody.
  const isObeyed = (source: RuleSource) =>
    source.kind === 'rules' || (source.kind === 'list' ? listNames.has(source.name) : obeyed.has(sourceKey(source)));
  const { mode, blockResponse, blockTtlSeconds, start, rebindingProtection, tags, upstreams, extendedErrorTexts } =
    choices;
  return {
    name: group.name,
    ...{ mode, blockResponse, blockTtlSeconds, start, rebindingProtection, tags, upstreams, extendedErrorTexts },
    listSources: maskOf(tables.lists, isObeyed),
    ruleSources: maskOf(tables.rules, isObeyed),
    isFiltering: !isPaused,
    listsComplete: [...listNames].every((name) => tables.listsInForce.has(name)),
    allowedTypes: choices.allowedTypes === undefined ? undefined : typeBits(choices.allowedTypes),
  };
}

function sourceKey({ kind, name }: RuleSource): string {
  return `${kind} ${name}`;
}

function maskOf(sources: readonly RuleSource[], isObeyed: (source: RuleSource) => boolean): Uint32Array {
  return sourceMask(
    sources.length,
    [...sources.keys()].filter((index) => isObeyed(sources[index]!)),
  );
}

function typeBits(types: readonly number[]): Uint8Array {
  const bits = new Uint8Array(TYPES / 8);
  for (const type of types) bits[type >>> 3]! |= 1 << (type & 7);
  return bits;
}
