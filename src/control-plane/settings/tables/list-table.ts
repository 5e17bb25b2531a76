// [[list]]: block and allow lists, each from a URL or a file.

import { basename } from 'node:path';
import * as z from 'zod';
import { anything, choice, flag, text } from '../fields.ts';
import { readListUrl } from '../list-url.ts';
import { PATH_FORM, readFilePath } from '../operator-path.ts';
import { readDurationSeconds } from '../quantities.ts';
import type { ListSettings } from '../settings.ts';
import { quote, type SettingsPath } from '../settings-fault.ts';
import { readTables, type TableContext } from '../table-reader.ts';

const NAME_FORM = 'letters, digits, ".", "_" and "-", beginning with a letter or digit, at most 64';
const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;

export const LIST_SHAPE = z.strictObject({
  name: text(NAME_FORM),
  url: text('"https://…"'),
  file: text(PATH_FORM),
  action: choice(['block', 'allow']),
  format: choice(['auto', 'hosts', 'domains', 'wildcard']),
  subdomains: flag(),
  refresh: anything(),
});
type ListTable = z.output<typeof LIST_SHAPE>;

export interface PlacedList {
  readonly list: ListSettings;
  readonly path: SettingsPath;
}

const DEFAULT_LISTS: readonly PlacedList[] = [
  ['stevenblack', 'https://raw.githubusercontent.com/StevenBlack/hosts/master/hosts'],
  ['hagezi-pro', 'https://raw.githubusercontent.com/hagezi/dns-blocklists/main/hosts/pro-compressed.txt'],
].map(([name, url]) => ({
  list: {
    name: name!,
    source: { kind: 'url', url: url! },
    action: 'block',
    format: 'auto',
    subdomains: false,
    refreshSeconds: DAY_SECONDS,
  },
  path: ['list'],
}));

/** Undefined `raw`: the built-in lists; in allowlist mode, where blocking more than everything is idle, none. */
export function readLists(raw: unknown, isAllowlist: boolean, context: TableContext): readonly PlacedList[] {
  const tables = readTables(LIST_SHAPE, raw, 'list', context);
  if (tables === undefined) return raw === undefined && !isAllowlist ? DEFAULT_LISTS : [];
  const namePaths = new Map<string, SettingsPath>();
  return tables.flatMap(({ table, path }) => {
    const name = readName(table, path, namePaths, context);
    const source = readSource(table, path, context);
    const refreshSeconds = context.faults.accept(
      [...path, 'refresh'],
      readDurationSeconds(table.refresh ?? '24h', MINUTE_SECONDS, 30 * DAY_SECONDS),
    );
    if (name === undefined || source === undefined || refreshSeconds === undefined) return [];
    const { action = 'block', format = 'auto', subdomains = false } = table;
    return [{ list: { name, source, action, format, subdomains, refreshSeconds }, path }];
  });
}

function readName(
  table: ListTable,
  path: SettingsPath,
  namePaths: Map<string, SettingsPath>,
  context: TableContext,
): string | undefined {
  const key = [...path, 'name'];
  if (table.name === undefined) {
    if (!context.faults.isFaulty(key))
      context.faults.fault(
        path,
        `has no name; write name = ${quote(proposedName(table))}, which logs and answers show`,
      );
    return undefined;
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(table.name)) {
    context.faults.fault(key, `${quote(table.name)} is not a list name; allowed: ${NAME_FORM}`);
    return undefined;
  }
  // Lists are kept in files of their names, and some file systems do not tell letter case apart.
  const folded = table.name.toLowerCase();
  const earlier = namePaths.get(folded);
  if (earlier !== undefined)
    context.faults.fault(
      key,
      `${quote(table.name)} is already the name of list[${earlier[1]}]; give each list its own`,
    );
  else namePaths.set(folded, path);
  return table.name;
}

function proposedName({ url, file }: ListTable): string {
  const base = basename(url ?? file ?? '').replace(/\.[a-z]+$/i, '');
  return (
    base
      .replace(/[^A-Za-z0-9._-]/g, '')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 64) || 'my-list'
  );
}

function readSource(
  { url, file }: ListTable,
  path: SettingsPath,
  context: TableContext,
): ListSettings['source'] | undefined {
  const { faults } = context;
  if (url !== undefined && file !== undefined) {
    faults.fault([...path, 'file'], 'stands beside url; a list has one source, leave one of them out');
    return undefined;
  }
  if (url !== undefined) {
    const value = faults.accept([...path, 'url'], readListUrl(url));
    return value === undefined ? undefined : { kind: 'url', url: value };
  }
  if (file !== undefined) {
    const value = faults.accept([...path, 'file'], readFilePath(file, context.baseDirectory));
    return value === undefined ? undefined : { kind: 'file', path: value };
  }
  if (!faults.isFaulty([...path, 'url']) && !faults.isFaulty([...path, 'file']))
    faults.fault(path, 'has no source; write url = "https://…" or file = "path"');
  return undefined;
}
