// What [policy], each [[group]] and each `when` of them can decide. What a table does not say is taken from the one around it.

import * as z from 'zod';
import type { BlockResponse, PolicyMode, PolicySettings } from '../../../policy/policy-settings.ts';
import { parseRule } from '../../../policy/rule.ts';
import type { ServiceName } from '../../groups/catalogue/services.ts';
import { anything, choice, flag, list } from '../fields.ts';
import type { GroupChoices } from '../group-settings.ts';
import { readDurationSeconds } from '../quantities.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { type PlacedText, readTexts, type TableContext } from '../table-reader.ts';
import type { NamedTables } from '../unique-names.ts';
import { readBlockResponse } from './block-response.ts';
import {
  readPicked,
  readServices,
  readTags,
  readTypes,
  readUpstreamNames,
  SERVICES_FORM,
  TAG_FORM,
  TYPE_FORM,
} from './picked-names.ts';
import { readSafeSearch, safeSearchForms, type WrittenSafeSearch, YOUTUBE_CHOICES } from './safe-search.ts';

const RULE_FORM = '"||ads.example^", "|exact.example^" or "@@||allowed.example^"';
const RULES_MAX = 100_000;
const DAY_SECONDS = 86_400;
const DEFAULT_BLOCK_TTL_SECONDS = 60;

export const CHOICE_FIELDS = {
  mode: choice(['blocklist', 'allowlist']),
  block_response: anything(),
  block_ttl: anything(),
  start: choice(['answer', 'refuse']),
  rebinding_protection: flag(),
  extended_error_texts: flag(),
  lists: list('a list of names of [[list]] tables'),
  rules: list(`a list of rules such as ${RULE_FORM}`),
  safe_search: anything(),
  youtube: choice(YOUTUBE_CHOICES),
  blocked_services: list(`a list of ${SERVICES_FORM}`),
  allowed_types: list(`a list of ${TYPE_FORM}`),
  upstream: list('a list of names of [[upstream]] tables'),
  tags: list(`a list, each ${TAG_FORM}`),
};

const CHOICE_SHAPE = z.strictObject(CHOICE_FIELDS);
/** A table with these fields, its lists not yet read. */
export type ChoiceTable = z.output<typeof CHOICE_SHAPE>;

/** What may be picked by name. */
export interface Pickable {
  readonly lists: NamedTables;
  readonly upstreams: NamedTables;
}

/** What one table says; undefined where it says nothing. */
export interface WrittenChoices extends WrittenSafeSearch {
  readonly mode: PolicyMode | undefined;
  readonly blockResponse: BlockResponse | undefined;
  readonly blockTtlSeconds: number | undefined;
  readonly start: PolicySettings['start'] | undefined;
  readonly rebindingProtection: boolean | undefined;
  readonly extendedErrorTexts: boolean | undefined;
  readonly lists: readonly number[] | undefined;
  readonly rules: readonly PlacedText[] | undefined;
  readonly blockedServices: readonly ServiceName[] | undefined;
  readonly allowedTypes: readonly number[] | 'all' | undefined;
  readonly upstreams: readonly number[] | undefined;
  readonly tags: readonly string[] | undefined;
}

/** Reads what the table at `path` says, and notes its faults. */
export function readChoices(
  table: ChoiceTable,
  path: SettingsPath,
  pickable: Pickable,
  context: TableContext,
): WrittenChoices {
  const { faults } = context;
  if (table.mode === 'allowlist' && table.start === 'answer')
    faults.notice(
      [...path, 'start'],
      '"answer" has no effect with mode = "allowlist": until the lists are ready, names are refused',
    );
  return {
    mode: table.mode,
    blockResponse:
      table.block_response === undefined
        ? undefined
        : readBlockResponse(table.block_response, [...path, 'block_response'], context),
    blockTtlSeconds:
      table.block_ttl === undefined
        ? undefined
        : faults.accept([...path, 'block_ttl'], readDurationSeconds(table.block_ttl, 0, DAY_SECONDS)),
    start: table.start,
    rebindingProtection: table.rebinding_protection,
    extendedErrorTexts: table.extended_error_texts,
    lists: readPicked(table.lists, [...path, 'lists'], pickable.lists, context),
    rules: readRules(table.rules, [...path, 'rules'], context),
    ...readSafeSearch(table.safe_search, table.youtube, [...path, 'safe_search'], context),
    blockedServices: readServices(table.blocked_services, [...path, 'blocked_services'], context),
    allowedTypes: readTypes(table.allowed_types, [...path, 'allowed_types'], context),
    upstreams: readUpstreamNames(table.upstream, [...path, 'upstream'], pickable.upstreams, context),
    tags: readTags(table.tags, [...path, 'tags'], context),
  };
}

/**
 * What is in force where the innermost table comes first; `rules` of the outermost, [policy], are everybody's own and not repeated here.
 */
export function settleChoices(
  innerFirst: readonly WrittenChoices[],
  listCount: number,
  placeRules: (rules: readonly PlacedText[]) => GroupChoices['rules'],
): GroupChoices {
  const first = <Key extends keyof WrittenChoices>(key: Key, tables = innerFirst) =>
    tables.find((table) => table[key] !== undefined)?.[key];
  const mode = first('mode') ?? 'blocklist';
  const allowedTypes = first('allowedTypes') ?? 'all';
  return {
    mode,
    blockResponse: first('blockResponse') ?? { kind: 'nxdomain' },
    blockTtlSeconds: first('blockTtlSeconds') ?? DEFAULT_BLOCK_TTL_SECONDS,
    start: mode === 'allowlist' ? 'refuse' : (first('start') ?? 'answer'),
    rebindingProtection: first('rebindingProtection') ?? false,
    extendedErrorTexts: first('extendedErrorTexts') ?? true,
    lists: first('lists') ?? [...Array(listCount).keys()],
    rules: placeRules(first('rules', innerFirst.slice(0, -1)) ?? []),
    safeSearch: safeSearchForms({ engines: first('engines'), youtube: first('youtube') }),
    blockedServices: first('blockedServices') ?? [],
    allowedTypes: allowedTypes === 'all' ? undefined : allowedTypes,
    upstreams: first('upstreams'),
    tags: first('tags') ?? [],
  };
}

/** Whether these rules hold for everybody at any time: those of [policy] itself. */
function isEverybodys(path: SettingsPath): boolean {
  return path[0] === 'policy' && path.length === 2;
}

function readRules(
  elements: readonly unknown[] | undefined,
  path: SettingsPath,
  context: TableContext,
): PlacedText[] | undefined {
  if (elements === undefined) return undefined;
  return readTexts(elements, path, RULE_FORM, RULES_MAX, context).flatMap(({ text, path: place }) => {
    const rule = parseRule(text);
    if (typeof rule === 'string') context.faults.fault(place, rule);
    else if (rule.removes && !isEverybodys(path))
      context.faults.fault(place, `${quote(text)} takes a rule from everybody at any time; write it in policy.rules`);
    else return [{ text, path: place }];
    return [];
  });
}
