// Who gets which rules, and when, as `sotto check` says it: what differs from everybody else.

import type {
  GroupChoices,
  GroupSettings,
  ScheduleSettings,
  ScheduleWindow,
} from '../../control-plane/settings/group-settings.ts';
import type { Settings } from '../../control-plane/settings/settings.ts';
import type { BlockResponse } from '../../policy/policy-settings.ts';
import { addressToText } from '../../wire/ip-address.ts';
import { typeToText } from '../../wire/type-text.ts';

const CLIENTS_SHOWN_MAX = 8;
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAYS_PER_WEEK = 7;

/** Of the parts of a summary: several lines, none where there is nothing to say. */
export function groupTexts(settings: Settings): readonly string[] {
  const [everybody, ...others] = settings.groups;
  if (everybody === undefined) return [];
  const usual: GroupChoices = {
    ...everybody.choices,
    lists: [...settings.lists.keys()],
    ...{
      safeSearch: [],
      blockedServices: [],
      allowedTypes: undefined,
      upstreams: undefined,
      tags: [],
      extendedErrorTexts: true,
    },
  };
  const ofEverybody = differences(everybody.choices, usual, settings);
  const whom = others.length === 0 ? 'everybody' : 'everybody else';
  return [
    ...others.flatMap((group) => [
      `${group.name}, ${clientsText(group)}: ${textOf(differences(group.choices, everybody.choices, settings))}`,
      ...whenTexts(group, group.name, settings),
    ]),
    ...(ofEverybody.length === 0 ? [] : [`${whom}: ${textOf(ofEverybody)}`]),
    ...whenTexts(everybody, whom, settings),
    ...(settings.access.unknownClientIds === 'refuse' ? ['client IDs that are in no group: refused'] : []),
  ];
}

function whenTexts({ choices, when }: GroupSettings, whom: string, settings: Settings): string[] {
  return when.map(
    (one) => `${whom}, ${scheduleText(one.schedule)}: ${textOf(differences(one.choices, choices, settings))}`,
  );
}

function textOf(parts: readonly string[]): string {
  return parts.length === 0 ? 'as everybody else' : parts.join('; ');
}

function clientsText({ clients }: GroupSettings): string {
  if (clients.length === 0) return 'nobody';
  const shown = clients.slice(0, CLIENTS_SHOWN_MAX).join(', ');
  return clients.length > CLIENTS_SHOWN_MAX ? `${shown} and ${clients.length - CLIENTS_SHOWN_MAX} more` : shown;
}

/** In what `choices` is not `base`. */
function differences(choices: GroupChoices, base: GroupChoices, { lists, upstreams }: Settings): string[] {
  const differs = (key: keyof GroupChoices) => JSON.stringify(choices[key]) !== JSON.stringify(base[key]);
  const parts: string[] = [];
  const say = (key: keyof GroupChoices, text: () => string) => {
    if (differs(key)) parts.push(text());
  };
  const named = (what: string, names: readonly string[]) =>
    names.length === 0 ? `no ${what}` : `${what} ${names.join(', ')}`;
  say('mode', () =>
    choices.mode === 'allowlist' ? 'only what is allowed is answered' : 'all is answered but what is blocked',
  );
  say('lists', () =>
    named(
      'lists',
      choices.lists.map((index) => lists[index]!.name),
    ),
  );
  say('rules', () => (choices.rules.length === 1 ? '1 rule of its own' : `${choices.rules.length} rules of its own`));
  say('blockedServices', () => named('blocked services', choices.blockedServices));
  say('safeSearch', () => named('safe search', choices.safeSearch));
  say('allowedTypes', () =>
    choices.allowedTypes === undefined
      ? 'all types'
      : `of types only ${choices.allowedTypes.map(typeToText).join(', ')}`,
  );
  say('blockResponse', () => `blocked names get ${blockResponseText(choices.blockResponse)}`);
  say('blockTtlSeconds', () => `blocks hold for ${choices.blockTtlSeconds} s`);
  // An allowlist begins by refusing, which its mode says.
  if (choices.mode === 'blocklist')
    say(
      'start',
      () => `until the lists have arrived, ${choices.start === 'refuse' ? 'nothing is' : 'names are'} answered`,
    );
  say(
    'extendedErrorTexts',
    () => `clients are ${choices.extendedErrorTexts ? '' : 'not '}told which list and rule blocked`,
  );
  say('rebindingProtection', () => `${choices.rebindingProtection ? 'with' : 'without'} rebinding protection`);
  say('upstreams', () =>
    choices.upstreams === undefined
      ? 'all upstreams'
      : named(
          'upstream',
          choices.upstreams.map((index) => upstreams[index]!.name),
        ),
  );
  say('tags', () => named('tags', choices.tags));
  return parts;
}

export function blockResponseText(response: BlockResponse): string {
  switch (response.kind) {
    case 'nxdomain':
      return 'NXDOMAIN (no such name)';
    case 'nodata':
      return 'an answer without records';
    case 'null-address':
      return '0.0.0.0 and ::';
    case 'refused':
      return 'REFUSED';
    case 'drop':
      return 'silence';
    case 'address': {
      const ipv6 = response.aaaa === undefined ? [] : [addressToText(response.aaaa)];
      return [...(response.a === undefined ? [] : [response.a.join('.')]), ...ipv6].join(' and ');
    }
  }
}

/** `bedtime (sun-thu 20:30 to 07:00; Europe/Berlin)`. */
function scheduleText({ name, windows, timeZone }: ScheduleSettings): string {
  return `by the schedule ${name} (${windows.map(windowText).join(', ')}; ${timeZone})`;
}

function windowText({ days, fromMinutes, toMinutes }: ScheduleWindow): string {
  return [...daysTexts(days), `${timeText(fromMinutes)} to ${timeText(toMinutes)}`].join(' ');
}

/** Days in a row as `mon-fri`; nothing for all of them. */
function daysTexts(days: readonly number[]): string[] {
  if (days.length === DAYS_PER_WEEK) return [];
  const firsts = days.filter((day) => !days.includes((day + DAYS_PER_WEEK - 1) % DAYS_PER_WEEK));
  return firsts.map((first) => {
    let last = first;
    while (days.includes((last + 1) % DAYS_PER_WEEK)) last = (last + 1) % DAYS_PER_WEEK;
    return first === last ? DAYS[first]! : `${DAYS[first]}-${DAYS[last]}`;
  });
}

function timeText(minutes: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
