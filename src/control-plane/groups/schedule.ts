// When a schedule holds. A window begins when the clock on the wall first shows its beginning and ends when it last shows its end, so that
// an hour that comes twice lies in a window once, and one that is left out opens and closes it at the same time.

import type { ScheduleSettings, ScheduleWindow } from '../settings/group-settings.ts';
import { TimeZone } from './time-zone.ts';

const MINUTE_MILLISECONDS = 60_000;
const DAY_MILLISECONDS = 86_400_000;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 4;
/** A window lasts a day at most, and one more is for the hours that clocks are put back. */
const DAYS_BACK = 2;
const DAYS_AHEAD = 8;
const MINUTES_PER_DAY = 1_440;
const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY;

/** What is known of a schedule from one instant up to another, in milliseconds since 1970. */
export interface ScheduleState {
  readonly holds: boolean;
  readonly since: number;
  /** The first instant at which that may be different. */
  readonly until: number;
}

interface Interval {
  readonly start: number;
  readonly end: number;
}

export class Schedule {
  readonly settings: ScheduleSettings;
  /** Its windows leave no minute of the week out, so that it never changes. */
  readonly holdsAlways: boolean;
  readonly #timeZone: TimeZone;
  #state: ScheduleState = { holds: false, since: 0, until: 0 };

  constructor(settings: ScheduleSettings) {
    this.settings = settings;
    this.holdsAlways = fillTheWeek(settings.windows);
    this.#timeZone = new TimeZone(settings.timeZone);
  }

  /** Calculated once for each stretch, so it may be asked often; `now` may jump in either direction. */
  at(now: number): ScheduleState {
    const { since, until } = this.#state;
    if (now < since || now >= until) this.#state = this.#calculate(now);
    return this.#state;
  }

  #calculate(now: number): ScheduleState {
    const intervals = this.#intervalsAround(now).sort((a, b) => a.start - b.start);
    let end = now;
    // One that begins where another one ends goes on.
    for (const interval of intervals) if (interval.start <= end && interval.end > end) end = interval.end;
    if (end > now) return { holds: true, since: now, until: end };
    const next = intervals.find(({ start }) => start > now);
    return { holds: false, since: now, until: next?.start ?? now + (DAYS_AHEAD - 1) * DAY_MILLISECONDS };
  }

  #intervalsAround(now: number): Interval[] {
    const today = Math.floor(this.#timeZone.localTimeAt(now) / DAY_MILLISECONDS);
    const intervals: Interval[] = [];
    for (let day = today - DAYS_BACK; day <= today + DAYS_AHEAD; day++) {
      const weekday = (day + FIRST_WEEKDAY) % 7;
      const midnight = day * DAY_MILLISECONDS;
      for (const { days, fromMinutes, toMinutes } of this.settings.windows) {
        if (!days.includes(weekday)) continue;
        const endMidnight = toMinutes <= fromMinutes ? midnight + DAY_MILLISECONDS : midnight;
        const start = this.#timeZone.firstInstantOf(midnight + fromMinutes * MINUTE_MILLISECONDS);
        const end = this.#timeZone.lastInstantOf(endMidnight + toMinutes * MINUTE_MILLISECONDS);
        if (start < end) intervals.push({ start, end });
      }
    }
    return intervals;
  }
}

function fillTheWeek(windows: readonly ScheduleWindow[]): boolean {
  const isFilled = new Uint8Array(MINUTES_PER_WEEK);
  for (const { days, fromMinutes, toMinutes } of windows)
    for (const day of days) {
      const start = day * MINUTES_PER_DAY + fromMinutes;
      const end = day * MINUTES_PER_DAY + toMinutes + (toMinutes <= fromMinutes ? MINUTES_PER_DAY : 0);
      isFilled.fill(1, start, end);
      // Behind Saturday comes Sunday.
      isFilled.fill(1, 0, Math.max(0, end - MINUTES_PER_WEEK));
    }
  return !isFilled.includes(0);
}
