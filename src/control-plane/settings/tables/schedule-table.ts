// [[schedule]]: windows of the week in a time zone, for the `when` of groups.

import * as z from 'zod';
import { list, text } from '../fields.ts';
import type { ScheduleSettings, ScheduleWindow } from '../group-settings.ts';
import { canonicalZone, machineTimeZone } from '../machine-time-zone.ts';
import { quote, type Reading, type SettingsPath } from '../settings-fault.ts';
import { isTable, readTable, readTables, readTexts, type TableContext } from '../table-reader.ts';
import { NAME_FORM, UniqueNames } from '../unique-names.ts';

const WINDOW_FORM = '{ days = ["mon", "tue-fri"], from = "21:00", to = "07:00" }';
const DAY_FORM = '"mon", "tue", "wed", "thu", "fri", "sat", "sun", or several such as "mon-fri"';
const TIME_FORM = 'a time such as "21:00"';
const ZONE_FORM = 'a time zone such as "Europe/Berlin"';
const WINDOWS_MAX = 100;
const DAYS_MAX = 7;
const MINUTES_PER_DAY = 1_440;

/** 0 is Sunday. */
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const EVERY_DAY: readonly number[] = [0, 1, 2, 3, 4, 5, 6];

export const SCHEDULE_SHAPE = z.strictObject({
  name: text(NAME_FORM),
  time_zone: text(ZONE_FORM),
  windows: list(`a list of windows such as ${WINDOW_FORM}`),
});

export const WINDOW_SHAPE = z.strictObject({
  days: list(`a list of days: ${DAY_FORM}`),
  from: text(TIME_FORM),
  to: text(TIME_FORM),
});
type WindowTable = z.output<typeof WINDOW_SHAPE>;

export function readSchedules(raw: unknown, context: TableContext): ScheduleSettings[] {
  const names = new UniqueNames('schedule', context);
  return (readTables(SCHEDULE_SHAPE, raw, 'schedule', context) ?? []).flatMap(({ table, path }) => {
    const name = names.read(table.name, path, 'bedtime');
    const timeZone = readTimeZone(table.time_zone, path, context);
    const windows = readWindows(table.windows, path, context);
    return name === undefined || timeZone === undefined || windows.length === 0 ? [] : [{ name, timeZone, windows }];
  });
}

/** Default: that of the machine. */
function readTimeZone(written: string | undefined, path: SettingsPath, context: TableContext): string | undefined {
  const { faults } = context;
  const key = [...path, 'time_zone'];
  if (written !== undefined) {
    const zone = canonicalZone(written);
    if (zone === undefined) faults.fault(key, `${quote(written)} is not a time zone; allowed: ${ZONE_FORM}, or "UTC"`);
    return zone;
  }
  if (faults.isFaulty(key)) return undefined;
  const zone = machineTimeZone(process.env.TZ);
  if (zone === undefined) {
    const why = process.env.TZ === undefined ? '' : `: TZ is ${quote(process.env.TZ)}`;
    faults.fault(
      path,
      `has no time zone, and that of this machine cannot be told${why}; write time_zone = "Europe/Berlin"`,
    );
  }
  return zone;
}

function readWindows(elements: unknown[] | undefined, path: SettingsPath, context: TableContext): ScheduleWindow[] {
  const { faults } = context;
  const key = [...path, 'windows'];
  if (elements === undefined) {
    if (!faults.isFaulty(key)) faults.fault(path, `has no windows; write windows = [${WINDOW_FORM}]`);
    return [];
  }
  if (elements.length === 0) faults.fault(key, `is empty, so it never holds; write windows = [${WINDOW_FORM}]`);
  if (elements.length > WINDOWS_MAX)
    faults.fault(key, `has ${elements.length} entries; at most ${WINDOWS_MAX} are allowed`);
  return elements.slice(0, WINDOWS_MAX).flatMap((element, index) => {
    const place = [...key, index];
    if (!isTable(element)) {
      faults.fault(place, `is not a window; write ${WINDOW_FORM}`);
      return [];
    }
    return readWindow(readTable(WINDOW_SHAPE, element, place, context), place, context) ?? [];
  });
}

function readWindow(table: WindowTable, path: SettingsPath, context: TableContext): ScheduleWindow | undefined {
  const days = readDays(table.days, [...path, 'days'], context);
  const fromMinutes = readTime(table.from, MINUTES_PER_DAY - 1, [...path, 'from'], context);
  // Midnight at the end of a window is that of the day's end.
  const endsAt = readTime(table.to, MINUTES_PER_DAY, [...path, 'to'], context);
  const toMinutes = endsAt === 0 ? MINUTES_PER_DAY : endsAt;
  if (days === undefined || fromMinutes === undefined || toMinutes === undefined) return undefined;
  if (fromMinutes === toMinutes) {
    const advice = 'for a whole day write from = "00:00", to = "24:00"';
    context.faults.fault([...path, 'to'], `is the same as from, so the window is empty; ${advice}`);
    return undefined;
  }
  return { days, fromMinutes, toMinutes };
}

/** Default: every day. */
function readDays(
  elements: unknown[] | undefined,
  path: SettingsPath,
  context: TableContext,
): readonly number[] | undefined {
  if (elements === undefined) return context.faults.isFaulty(path) ? undefined : EVERY_DAY;
  if (elements.length === 0) context.faults.fault(path, `is empty; leave it out for every day, or write ${DAY_FORM}`);
  const days = new Set<number>();
  for (const { text: written, path: place } of readTexts(elements, path, DAY_FORM, DAYS_MAX, context))
    for (const day of context.faults.accept(place, daysIn(written)) ?? []) days.add(day);
  return days.size === 0 ? undefined : [...days].sort((a, b) => a - b);
}

function daysIn(written: string): Reading<readonly number[]> {
  const [first, last, ...rest] = written
    .trim()
    .toLowerCase()
    .split('-')
    .map((day) => DAYS.indexOf(day));
  if (first === undefined || first < 0 || last === -1 || rest.length > 0)
    return { wrong: `${quote(written)} is not a day; allowed: ${DAY_FORM}` };
  const count = last === undefined ? 1 : ((last - first + 7) % 7) + 1;
  return { value: Array.from({ length: count }, (_, index) => (first + index) % 7) };
}

/** Minutes since midnight. */
function readTime(
  written: string | undefined,
  maximum: number,
  path: SettingsPath,
  context: TableContext,
): number | undefined {
  if (written === undefined) {
    if (!context.faults.isFaulty(path))
      context.faults.fault(path.slice(0, -1), `has no ${path.at(-1)}; write ${WINDOW_FORM}`);
    return undefined;
  }
  const match = /^(\d{1,2}):(\d{2})$/.exec(written.trim());
  const minutes = match === null ? Number.NaN : Number(match[1]) * 60 + Number(match[2]);
  if (match !== null && Number(match[2]) < 60 && minutes <= maximum) return minutes;
  context.faults.fault(path, `${quote(written)} is not a time of day; allowed: ${TIME_FORM}`);
  return undefined;
}
