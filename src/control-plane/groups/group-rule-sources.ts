// What groups bring into the rules' table: a source for the rules of each group, and of each of its schedules, for each service that any of
// them blocks, and for each form of safe search. Which group obeys which source is said by its GroupPolicy.

import {
  RULE_CLASS,
  type RuleShape,
  type RuleSource,
  SCOPE,
  type Scope,
  TIER,
} from '../../memory/block-table/rule-model.ts';
import { parseRule } from '../../policy/rule.ts';
import { nameFromText } from '../../wire/name-text.ts';
import { foldName } from '../../wire/name.ts';
import { TYPE } from '../../wire/numbers.ts';
import { addingOwnRules } from '../rules/add-own-rules.ts';
import type { RuleSupply } from '../rules/build-rules-table.ts';
import type { GroupChoices, WrittenRule } from '../settings/group-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { SAFE_SEARCH, type SafeSearchForm } from './catalogue/safe-search.ts';
import { domainsOfService, SERVICE_NAMES, type ServiceName } from './catalogue/services.ts';

/** Everything that any group obeys, now or by one of its schedules, in a fixed order. */
export function groupRuleSources({ groups }: Pick<Settings, 'groups'>): readonly RuleSupply[] {
  const ruleSources = new Map<string, RuleSupply>();
  for (const group of groups)
    for (const [choices, schedule] of choicesOf(group))
      if (choices.rules.length > 0) {
        const source = groupRulesSource(group, choices, schedule);
        if (!ruleSources.has(source.name)) ruleSources.set(source.name, groupRules(source, choices.rules));
      }
  const all = groups.flatMap((group) => choicesOf(group).map(([choices]) => choices));
  const services = SERVICE_NAMES.filter((service) => all.some((choices) => choices.blockedServices.includes(service)));
  const forms = (Object.keys(SAFE_SEARCH) as SafeSearchForm[]).filter((form) =>
    all.some((choices) => choices.safeSearch.includes(form)),
  );
  return [...ruleSources.values(), ...services.map(blockedService), ...forms.map(safeSearch)];
}

/** The sources of `groupRuleSources` that are obeyed where these choices are in force. */
export function sourcesObeyed(
  group: Settings['groups'][number],
  choices: GroupChoices,
  schedule: string | undefined,
): readonly RuleSource[] {
  return [
    ...(choices.rules.length === 0 ? [] : [groupRulesSource(group, choices, schedule)]),
    ...choices.blockedServices.map(serviceSource),
    ...choices.safeSearch.map(safeSearchSource),
  ];
}

/** What a group has, and what it has by each schedule. */
function choicesOf({
  choices,
  when,
}: Settings['groups'][number]): readonly (readonly [GroupChoices, string | undefined])[] {
  return [
    [choices, undefined],
    ...when.map(({ schedule, choices: then }): [GroupChoices, string] => [then, schedule.name]),
  ];
}

/** Where a schedule has no rules of its own, those of the group go on under the group's name. */
function groupRulesSource(
  group: Settings['groups'][number],
  choices: GroupChoices,
  schedule: string | undefined,
): RuleSource {
  const isOwn = schedule !== undefined && !haveSameRules(choices.rules, group.choices.rules);
  return { name: isOwn ? `${group.name} (${schedule})` : group.name, kind: 'group-rules', tier: TIER.GROUP_RULES };
}

function haveSameRules(a: readonly WrittenRule[], b: readonly WrittenRule[]): boolean {
  return (
    a.length === b.length && a.every(({ text, line }, index) => text === b[index]!.text && line === b[index]!.line)
  );
}

/** Read once: the table is built anew whenever `policy.rules_file` changes. */
function groupRules(source: RuleSource, rules: readonly WrittenRule[]): RuleSupply {
  const read = rules.map(({ text, line }) => {
    const rule = parseRule(text);
    // The settings have been checked: a rule that cannot be read never gets here.
    if (typeof rule === 'string') throw new Error(`rule ${rule}`);
    return { text, rule, line };
  });
  return {
    source,
    count: read.length,
    rules: read,
    addTo: (builder, index, patterns) => addingOwnRules(builder, index, read, patterns),
  };
}

function serviceSource(service: ServiceName): RuleSource {
  return { name: service, kind: 'service', tier: TIER.GROUP_CHOICES };
}

/** Safe search of the same service, whose names are longer, gives way: it leads only where the name would be answered. */
const BLOCK: RuleShape = { class: RULE_CLASS.BLOCK };

function blockedService(service: ServiceName): RuleSupply {
  return namesSupply(serviceSource(service), domainsOfService(service), SCOPE.SUBTREE, BLOCK);
}

function safeSearchSource(form: SafeSearchForm): RuleSource {
  return { name: form, kind: 'safe-search', tier: TIER.GROUP_CHOICES };
}

/** What leads a browser to a web site; everything else of the name, such as its mail, stays as it is. */
const WEB_TYPES = { except: false, numbers: [TYPE.A, TYPE.AAAA, TYPE.HTTPS] };

function safeSearch(form: SafeSearchForm): RuleSupply {
  const { names, target } = SAFE_SEARCH[form];
  const shape: RuleShape = {
    class: RULE_CLASS.BLOCK,
    condition: { types: WEB_TYPES },
    response: { kind: 'alias', target },
  };
  return namesSupply(safeSearchSource(form), names, SCOPE.EXACT, shape);
}

/** Some dozen names at most: one slice. */
function namesSupply(source: RuleSource, names: readonly string[], scope: Scope, shape: RuleShape): RuleSupply {
  return {
    source,
    count: names.length,
    *addTo(builder, index) {
      for (const text of names) {
        const name = nameFromText(text);
        if (name === undefined) throw new Error(`${text} is no name`);
        foldName(name, name.length);
        builder.add(index, name, name.length, scope, shape);
      }
      yield;
      return undefined;
    },
  };
}
