// Where a rule that matched was written: file, line and text. Reads the list again; off every hot path.

import { readFile } from 'node:fs/promises';
import { RULE_CLASSES, type RuleClass, type RuleShape, type Scope } from '../../memory/block-table/rule-model.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { PolicyTables } from '../../policy/policy-tables.ts';
import type { RuleMatch } from '../../policy/rule-matches.ts';
import { findListLine, findRuleLine, type FoundLine, type WantedEntry } from '../lists/find-line.ts';
import { copyPath } from '../lists/list-store.ts';
import { RULES_FILE_SOURCE } from '../rules/build-rules-table.ts';
import type { WrittenRule } from '../settings/group-settings.ts';
import type { Settings } from '../settings/settings.ts';

export interface RulePlace {
  readonly file: string;
  readonly number: number;
  readonly text: string;
}

export type PlacesOfRules = Pick<
  Settings,
  'lists' | 'rules' | 'rulesFile' | 'groups' | 'configFile' | 'stateDirectory'
>;

/**
 * `name`: wire name, as last given to `hasher`. `address`: what the rule is about, if it is one. Undefined for a rule that nobody wrote,
 * or that is not found any more.
 */
export async function placeOfRule(
  settings: PlacesOfRules,
  policy: PolicyTables,
  match: RuleMatch,
  name: Uint8Array,
  hasher: NameHasher,
  address?: Uint8Array,
): Promise<RulePlace | undefined> {
  const source = policy.sources[match.source];
  const wanted = wantedEntry(policy, match, name, hasher, address);
  if (source === undefined || wanted === undefined) return undefined;
  switch (source.kind) {
    case 'list':
      return await placeInList(settings, source.name, wanted);
    case 'rules':
      if (source.name === RULES_FILE_SOURCE) return await placeInRulesFile(settings.rulesFile, wanted);
      return placed(settings.configFile, findRuleLine(settings.rules, wanted));
    case 'group-rules':
      return placed(settings.configFile, findRuleLine(rulesOfGroup(settings, source.name), wanted));
    default:
      return undefined;
  }
}

function wantedEntry(
  policy: PolicyTables,
  { source, suffix, pattern, scope, rank, condition, response }: RuleMatch,
  name: Uint8Array,
  hasher: NameHasher,
  address: Uint8Array | undefined,
): WantedEntry | undefined {
  const shape: RuleShape = {
    class: (rank % RULE_CLASSES) as RuleClass,
    ...(condition === undefined ? {} : { condition }),
    ...(response === undefined ? {} : { response }),
  };
  if (suffix >= 0) return { name: name.subarray(hasher.suffixOffset[suffix]), scope: scope as Scope, shape };
  if (address !== undefined) return { address, shape };
  const rule = policy.sideOf(source).table.patterns[pattern];
  return rule && { pattern: rule, shape };
}

/** Those of a source that groupRuleSources made: named like the group, with the schedule where that has rules of its own. */
function rulesOfGroup({ groups }: PlacesOfRules, sourceName: string): readonly WrittenRule[] {
  return groups.flatMap(({ name, choices, when }) => [
    ...(name === sourceName ? choices.rules : []),
    ...when.flatMap((it) => (`${name} (${it.schedule.name})` === sourceName ? it.choices.rules : [])),
  ]);
}

async function placeInList(
  { lists, stateDirectory }: PlacesOfRules,
  listName: string,
  wanted: WantedEntry,
): Promise<RulePlace | undefined> {
  const list = lists.find((candidate) => candidate.name === listName);
  if (list === undefined) return undefined;
  // The copy is what was compiled; of a list from a file, its owner knows the original.
  const copy = copyPath(stateDirectory, list);
  return placed(list.source.kind === 'file' ? list.source.path : copy, await findListLine(copy, list, wanted));
}

async function placeInRulesFile(path: string | undefined, wanted: WantedEntry): Promise<RulePlace | undefined> {
  const text = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '');
  const lines = text.split('\n').map((line, index) => ({ text: line, line: index + 1 }));
  return placed(path, findRuleLine(lines, wanted));
}

function placed(file: string | undefined, line: FoundLine | undefined): RulePlace | undefined {
  return line && { file: file ?? 'built-in defaults', number: line.lineNumber, text: line.text };
}
