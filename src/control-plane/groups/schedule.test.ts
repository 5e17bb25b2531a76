import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ScheduleWindow } from '../settings/group-settings.ts';
import { Schedule } from './schedule.ts';
import { TimeZone } from './time-zone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const [SUNDAY, FRIDAY, SATURDAY] = [0, 5, 6];

function window(from: string, to: string, days: readonly number[] = EVERY_DAY): ScheduleWindow {
  const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
  return { days, fromMinutes: minutes(from), toMinutes: minutes(to) };
}

function schedule(timeZone: string, ...windows: readonly ScheduleWindow[]): Schedule {
  return new Schedule({ name: 'test', timeZone, windows });
}

/** The stretches in which it holds between two instants, as it tells itself when it changes. */
function stretches(one: Schedule, from: string, to: string): string[] {
  const found: string[] = [];
  const text = (instant: number) => new Date(instant).toISOString().slice(5, 16);
  for (let now = Date.parse(from); now < Date.parse(to); ) {
    const { holds, until } = one.at(now);
    assert.ok(until > now);
    if (holds) found.push(`${text(now)} to ${text(until)}`);
    now = until;
  }
  return found;
}

describe('a schedule', () => {
  test('holds within its windows, by the clock of its time zone', () => {
    const school = schedule('Asia/Kolkata', window('08:00', '12:30'), window('14:00', '16:00'));
    assert.deepEqual(stretches(school, '2026-06-01T00:00Z', '2026-06-02T00:00Z'), [
      '06-01T02:30 to 06-01T07:00',
      '06-01T08:30 to 06-01T10:30',
    ]);
  });

  test('holds over midnight, and on the days on which it begins', () => {
    const weekend = schedule('UTC', window('21:00', '07:00', [FRIDAY, SATURDAY]));
    // 2026-06-05 is a Friday.
    assert.deepEqual(stretches(weekend, '2026-06-01T00:00Z', '2026-06-09T00:00Z'), [
      '06-05T21:00 to 06-06T07:00',
      '06-06T21:00 to 06-07T07:00',
    ]);
    assert.ok(weekend.at(Date.parse('2026-06-07T06:59:59.999Z')).holds);
    assert.ok(!weekend.at(Date.parse('2026-06-07T07:00Z')).holds);
    assert.ok(!weekend.at(Date.parse('2026-06-05T20:59:59.999Z')).holds);
  });

  test('goes on where one window begins as another one ends, or in the middle of it', () => {
    const long = schedule(
      'UTC',
      window('22:00', '24:00', [FRIDAY]),
      window('00:00', '10:00', [SATURDAY]),
      window('09:00', '11:00', [SATURDAY]),
    );
    assert.deepEqual(stretches(long, '2026-06-01T00:00Z', '2026-06-08T00:00Z'), ['06-05T22:00 to 06-06T11:00']);
  });

  test('that always holds never ends', () => {
    const always = schedule('Europe/Berlin', window('00:00', '24:00'));
    for (let now = Date.parse('2026-01-01T00:00Z'); now < Date.parse('2027-01-01T00:00Z'); now += 7 * HOUR)
      assert.ok(always.at(now).holds);
  });

  for (const [what, holdsAlways, windows] of [
    ['whole days', true, [window('00:00', '24:00')]],
    ['whole days but Sunday', false, [window('00:00', '24:00', [1, 2, 3, 4, 5, 6])]],
    ['a window that leaves a minute out', false, [window('12:00', '11:59')]],
    ['days and nights', true, [window('18:00', '06:00'), window('06:00', '18:00')]],
    [
      'days, and nights but that of Sunday',
      false,
      [window('18:00', '06:00', [1, 2, 3, 4, 5, 6]), window('06:00', '18:00')],
    ],
    ['one night after Saturday', false, [window('18:00', '06:00', [SATURDAY])]],
  ] as const)
    test(`of ${what} ${holdsAlways ? 'always holds' : 'does not always hold'}`, () => {
      assert.equal(schedule('UTC', ...windows).holdsAlways, holdsAlways);
    });

  test('of one day a week knows the next one six days before', () => {
    const sunday = schedule('UTC', window('10:00', '11:00', [SUNDAY]));
    assert.equal(sunday.at(Date.parse('2026-06-07T11:00Z')).until, Date.parse('2026-06-14T10:00Z'));
  });

  test('is right where the clock jumps in either direction', () => {
    const night = schedule('UTC', window('21:00', '07:00'));
    for (const [at, holds] of [
      ['2026-06-01T22:00Z', true],
      ['2026-05-01T12:00Z', false],
      ['2030-05-01T23:00Z', true],
      ['2026-06-01T12:00Z', false],
      ['2026-06-01T06:00Z', true],
    ] as const)
      assert.equal(night.at(Date.parse(at)).holds, holds, at);
  });
});

describe('where clocks are changed, a schedule', () => {
  // Berlin: 2026-03-29 02:00 becomes 03:00 (01:00 UTC), 2026-10-25 03:00 becomes 02:00 (01:00 UTC).
  for (const [what, from, to, day, expected] of [
    ['keeps to the clock over the night of spring', '21:00', '07:00', '2026-03-28', '03-28T20:00 to 03-29T05:00'],
    ['keeps to the clock over the night of autumn', '21:00', '07:00', '2026-10-24', '10-24T19:00 to 10-25T06:00'],
    [
      'begins at the change where its beginning is left out',
      '02:30',
      '04:00',
      '2026-03-29',
      '03-29T01:00 to 03-29T02:00',
    ],
    ['ends at the change where its end is left out', '01:00', '02:30', '2026-03-29', '03-29T00:00 to 03-29T01:00'],
    ['does not hold in an hour that is left out', '02:15', '02:45', '2026-03-29', undefined],
    ['begins once where its beginning comes twice', '02:30', '04:00', '2026-10-25', '10-25T00:30 to 10-25T03:00'],
    ['ends once where its end comes twice', '01:00', '02:30', '2026-10-25', '10-24T23:00 to 10-25T01:30'],
    [
      'holds through both where it lies in the hour that comes twice',
      '02:15',
      '02:45',
      '2026-10-25',
      '10-25T00:15 to 10-25T01:45',
    ],
  ] as const)
    test(what, () => {
      const days = [new Date(`${day}T12:00Z`).getUTCDay()];
      // From two hours before the day, for what begins just behind midnight.
      const begin = new Date(Date.parse(`${day}T00:00Z`) - 2 * HOUR).toISOString();
      const found = stretches(schedule('Europe/Berlin', window(from, to, days)), begin, `${day}T23:00Z`);
      assert.deepEqual(found, expected === undefined ? [] : [expected]);
    });

  test('is not troubled by a day that a country left out', () => {
    // Samoa went from December 29 to December 31, 2011.
    const noon = schedule('Pacific/Apia', window('11:00', '13:00'));
    assert.deepEqual(stretches(noon, '2011-12-29T10:00Z', '2011-12-31T12:00Z'), [
      '12-29T21:00 to 12-29T23:00',
      '12-30T21:00 to 12-30T23:00',
    ]);
  });

  test('agrees with the clock on the wall wherever that shows each time once', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Pacific/Apia',
      'America/Sao_Paulo',
    ];
    const minute = fc.integer({ min: 0, max: 1_439 });
    const anyWindow = fc
      .record({
        days: fc.subarray(EVERY_DAY, { minLength: 1 }),
        fromMinutes: minute,
        toMinutes: minute.map((at) => at + 1),
      })
      .filter(({ fromMinutes, toMinutes }) => fromMinutes !== toMinutes);
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.array(anyWindow, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: Date.parse('2010-01-01'), max: Date.parse('2040-01-01') }),
        (zone, windows, now) => {
          const timeZone = new TimeZone(zone);
          const offset = (instant: number) => timeZone.localTimeAt(instant) - instant;
          // Clocks that are about to be changed, or just were, are tested above.
          fc.pre([-2, -1, 1, 2].every((days) => offset(now + days * DAY) === offset(now)));
          const state = schedule(zone, ...windows).at(now);
          assert.equal(state.holds, showsWindow(timeZone.localTimeAt(now), windows));
          if (state.until < now + DAY)
            assert.equal(showsWindow(timeZone.localTimeAt(state.until), windows), !state.holds);
        },
      ),
      { numRuns: 400, seed: 6 },
    );
  });
});

/** Whether a clock that shows `localTime` shows one of a window. */
function showsWindow(localTime: number, windows: readonly ScheduleWindow[]): boolean {
  const day = new Date(localTime).getUTCDay();
  const minutes = (((localTime % DAY) + DAY) % DAY) / MINUTE;
  return windows.some(({ days, fromMinutes, toMinutes }) => {
    if (toMinutes > fromMinutes) return days.includes(day) && minutes >= fromMinutes && minutes < toMinutes;
    return (days.includes(day) && minutes >= fromMinutes) || (days.includes((day + 6) % 7) && minutes < toMinutes);
  });
}
