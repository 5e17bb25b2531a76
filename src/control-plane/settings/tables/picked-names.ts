// What [policy] and groups pick out of what there is: lists, upstreams, services, types of records, tags.

import { CHOOSABLE_UPSTREAMS_MAX } from '../../../policy/group-policy.ts';
import { typeFromText } from '../../../wire/type-text.ts';
import { SERVICE_NAMES, type ServiceName } from '../../groups/catalogue/services.ts';
import { nearestKey } from '../nearest-key.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTexts, type TableContext } from '../table-reader.ts';
import type { NamedTables } from '../unique-names.ts';

export const TYPE_FORM = 'types such as "A", "AAAA" or "HTTPS", or "all"';
export const TAG_FORM = 'a word of lower-case letters, digits, "_" and "-", such as "user_child"';
export const SERVICES_FORM = 'names of services such as "tiktok" or "youtube"';
const NAMES_MAX = 1_000;
const TYPES_MAX = 65_536;
const TAGS_MAX = 32;

/** Indexes, ascending. */
export function readPicked(
  elements: readonly unknown[] | undefined,
  path: SettingsPath,
  tables: NamedTables,
  context: TableContext,
): readonly number[] | undefined {
  if (elements === undefined) return undefined;
  const found = readTexts(elements, path, 'names of tables', NAMES_MAX, context).map(({ text, path: place }) =>
    tables.find(text, place, context),
  );
  return [...new Set(found.filter((index) => index >= 0))].sort((a, b) => a - b);
}

export function readUpstreamNames(
  elements: readonly unknown[] | undefined,
  path: SettingsPath,
  tables: NamedTables,
  context: TableContext,
): readonly number[] | undefined {
  if (elements?.length === 0)
    context.faults.fault(path, `is empty, so nothing could be asked; leave it out for ${withoutOwn(path)}`);
  const picked = readPicked(elements, path, tables, context);
  if (picked?.some((index) => index >= CHOOSABLE_UPSTREAMS_MAX))
    context.faults.fault(
      path,
      `names an upstream that is not among the first ${CHOOSABLE_UPSTREAMS_MAX}; only those can be chosen`,
    );
  return picked;
}

/** What holds where the table of the key at `path` does not say it. */
function withoutOwn([table, ...rest]: SettingsPath): string {
  if (table === 'policy' && rest.length === 1) return 'all of them';
  return table === 'group' && rest.includes('when') ? 'those of the group' : 'those of [policy]';
}

export function readServices(
  elements: readonly unknown[] | undefined,
  path: SettingsPath,
  context: TableContext,
): readonly ServiceName[] | undefined {
  if (elements === undefined) return undefined;
  const chosen = new Set<ServiceName>();
  for (const { text, path: place } of readTexts(elements, path, SERVICES_FORM, NAMES_MAX, context)) {
    const service = SERVICE_NAMES.find((known) => known === text.toLowerCase());
    if (service !== undefined) chosen.add(service);
    else {
      const nearest = nearestKey(text, SERVICE_NAMES);
      const meant = nearest === undefined ? '' : `did you mean "${nearest}"? `;
      const message = `${quote(text)} is not a service known here; ${meant}known: ${SERVICE_NAMES.join(', ')}`;
      context.faults.fault(place, message);
    }
  }
  return SERVICE_NAMES.filter((service) => chosen.has(service));
}

export function readTypes(
  elements: readonly unknown[] | undefined,
  path: SettingsPath,
  context: TableContext,
): readonly number[] | 'all' | undefined {
  if (elements === undefined) return undefined;
  if (elements.length === 0) context.faults.fault(path, `is empty, so nothing would be answered; write ${TYPE_FORM}`);
  const types = new Set<number>();
  const texts = readTexts(elements, path, TYPE_FORM, TYPES_MAX, context);
  if (texts.length === 1 && texts[0]!.text === 'all') return 'all';
  for (const { text, path: place } of texts) {
    const type = typeFromText(text);
    if (type !== undefined && type !== 0) types.add(type);
    else context.faults.fault(place, `${quote(text)} is not a type of records; allowed: ${TYPE_FORM}`);
  }
  return [...types].sort((a, b) => a - b);
}

export function readTags(
  elements: readonly unknown[] | undefined,
  path: SettingsPath,
  context: TableContext,
): readonly string[] | undefined {
  if (elements === undefined) return undefined;
  const tags = readTexts(elements, path, TAG_FORM, TAGS_MAX, context).flatMap(({ text, path: place }) => {
    if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(text)) return [text];
    context.faults.fault(place, `${quote(text)} is not a tag; allowed: ${TAG_FORM}`);
    return [];
  });
  return [...new Set(tags)];
}
