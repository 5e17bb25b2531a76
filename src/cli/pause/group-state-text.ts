// The groups of a running gateway as `sotto pause` shows them: which are paused, and which schedule each of them follows.

import type { GroupsStatus } from '../../control-plane/api/group-routes.ts';
import { visible } from '../visible-text.ts';

const MINUTE_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 86_400_000;

/** A line for each group. `now`: milliseconds since 1970. */
export function groupStateText(groups: GroupsStatus['groups'], now: number): string {
  const width = Math.max(...groups.map(({ name }) => visible(name).length));
  return groups
    .map(({ name, pausedUntil, schedule, nextChange }) => {
      const state = pausedUntil === null ? 'filtering' : `paused until ${untilText(pausedUntil, now)}`;
      const held = schedule === null ? '' : `, schedule ${visible(schedule)}`;
      const change = nextChange === null ? '' : `, schedules change next at ${untilText(nextChange, now)}`;
      return `${visible(name).padEnd(width)}  ${state}${held}${change}`;
    })
    .join('\n');
}

/** `21:30 (in 25 min)` by the clock of this machine; with its date if that is not today. */
export function untilText(time: number, now: number): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const isToday = date.toDateString() === new Date(now).toDateString();
  return `${isToday ? '' : `${day} `}${clock} (in ${durationText(Math.max(0, time - now))})`;
}

function durationText(milliseconds: number): string {
  if (milliseconds < MINUTE_MILLISECONDS) return `${Math.ceil(milliseconds / 1_000)} s`;
  if (milliseconds < 100 * MINUTE_MILLISECONDS) return `${Math.round(milliseconds / MINUTE_MILLISECONDS)} min`;
  if (milliseconds < 2 * DAY_MILLISECONDS) return `${Math.round(milliseconds / (60 * MINUTE_MILLISECONDS))} h`;
  return `${Math.round(milliseconds / DAY_MILLISECONDS)} days`;
}
