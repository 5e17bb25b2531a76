// [[list]]: block and allow lists, each from a URL or a file.

import { basename } from 'node:path';
import * as z from 'zod';
import { LIST_FORMATS } from '../../lists/formats/format-names.ts';
import { EXTENDED_ERROR } from '../../../wire/numbers.ts';
import { anything, choice, flag, text } from '../fields.ts';
import { readListUrl } from '../list-url.ts';
import { PATH_FORM, readFilePath, readPath } from '../operator-path.ts';
import { readDurationSeconds } from '../quantities.ts';
import type { ListSettings } from '../settings.ts';
import type { SettingsPath } from '../settings-fault.ts';
import { readTables, type TableContext } from '../table-reader.ts';
import { NAME_FORM, UniqueNames } from '../unique-names.ts';
import { DEFAULT_HOLD_BACK, readHoldBack } from './hold-back.ts';

const MINUTE_SECONDS = 60;
const DAY_SECONDS = 86_400;

export const LIST_SHAPE = z.strictObject({
  name: text(NAME_FORM),
  url: text('"https://…"'),
  file: text(PATH_FORM),
  action: choice(['block', 'allow']),
  format: choice(['auto', ...LIST_FORMATS]),
  subdomains: flag(),
  refresh: anything(),
  hold_back: anything(),
  extended_error: choice(['blocked', 'censored', 'filtered', 'prohibited']),
});
type ListTable = z.output<typeof LIST_SHAPE>;

/** What a client is told of a name that a list blocks (RFC 8914). */
const EXTENDED_ERRORS = {
  blocked: EXTENDED_ERROR.BLOCKED,
  censored: EXTENDED_ERROR.CENSORED,
  filtered: EXTENDED_ERROR.FILTERED,
  prohibited: EXTENDED_ERROR.PROHIBITED,
} as const;

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
    holdBack: DEFAULT_HOLD_BACK,
    extendedErrorCode: EXTENDED_ERROR.BLOCKED,
  },
  path: ['list'],
}));

/** Undefined `raw`: the built-in lists; in allowlist mode, where blocking more than everything is idle, none. */
export function readLists(raw: unknown, isAllowlist: boolean, context: TableContext): readonly PlacedList[] {
  const tables = readTables(LIST_SHAPE, raw, 'list', context);
  if (tables === undefined) return raw === undefined && !isAllowlist ? DEFAULT_LISTS : [];
  const names = new UniqueNames('list', context);
  return tables.flatMap(({ table, path }) => {
    const name = names.read(table.name, path, proposedName(table));
    const source = readSource(table, path, context);
    const refreshSeconds = context.faults.accept(
      [...path, 'refresh'],
      readDurationSeconds(table.refresh ?? '24h', MINUTE_SECONDS, 30 * DAY_SECONDS),
    );
    const kind = source?.kind ?? (table.file === undefined ? 'url' : 'file');
    const holdBack = readHoldBack(table.hold_back, kind, [...path, 'hold_back'], context);
    if (name === undefined || source === undefined || refreshSeconds === undefined) return [];
    const { action = 'block', format = 'auto', subdomains = false } = table;
    const extendedErrorCode = EXTENDED_ERRORS[table.extended_error ?? 'blocked'];
    const list = { name, source, action, format, subdomains, refreshSeconds, holdBack, extendedErrorCode };
    return [{ list, path }];
  });
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
    const value = faults.accept([...path, 'file'], readPath(file, context.baseDirectory));
    noticeAbsence(value, [...path, 'file'], context);
    return value === undefined ? undefined : { kind: 'file', path: value };
  }
  if (!faults.isFaulty([...path, 'url']) && !faults.isFaulty([...path, 'file']))
    faults.fault(path, 'has no source; write url = "https://…" or file = "path"');
  return undefined;
}

/** No fault: the kept copy filters then, and who asks the gateway something need not be able to read the file at all. */
function noticeAbsence(file: string | undefined, path: SettingsPath, { baseDirectory, faults }: TableContext): void {
  const { wrong } = file === undefined ? {} : readFilePath(file, baseDirectory);
  if (wrong !== undefined)
    faults.notice(path, `${wrong}; until then the list filters with the copy in state_dir, where there is one`);
}
