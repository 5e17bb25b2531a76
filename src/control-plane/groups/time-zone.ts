// The clock on the wall of a time zone, and the instants at which it shows a time: none where it is put forward over it, two where it is put
// back. Instants are milliseconds since 1970; local times are counted likewise, as though the zone had no offset.

const DAY_MILLISECONDS = 86_400_000;
const SECOND_MILLISECONDS = 1_000;

export class TimeZone {
  readonly #format: Intl.DateTimeFormat;

  /** `name`: IANA. Throws RangeError for one that is none. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  }

  localTimeAt(instant: number): number {
    const [month, day, year, hour, minute, second] = this.#format.format(instant).match(/\d+/g)!.map(Number);
    const withinSecond = ((instant % SECOND_MILLISECONDS) + SECOND_MILLISECONDS) % SECOND_MILLISECONDS;
    return Date.UTC(year!, month! - 1, day, hour, minute, second) + withinSecond;
  }

  /** The first instant at which the clock shows `localTime`; where it is put forward over it, the instant of that. */
  firstInstantOf(localTime: number): number {
    return this.#instantsOf(localTime)[0];
  }

  /** The last one. */
  lastInstantOf(localTime: number): number {
    return this.#instantsOf(localTime)[1];
  }

  #instantsOf(localTime: number): readonly [first: number, last: number] {
    // Offsets are less than a day, and change less often than once in two.
    const before = this.#offsetAt(localTime - DAY_MILLISECONDS);
    const after = this.#offsetAt(localTime + DAY_MILLISECONDS);
    const candidates = [localTime - before, localTime - after].filter(
      (instant) => this.localTimeAt(instant) === localTime,
    );
    if (candidates.length > 0) return [Math.min(...candidates), Math.max(...candidates)];
    const change = this.#changeBetween(localTime - after, localTime - before);
    return [change, change];
  }

  #offsetAt(instant: number): number {
    return this.localTimeAt(instant) - instant;
  }

  /** The instant of the only change of the offset behind `from` and not behind `to`; clocks are changed on the second. */
  #changeBetween(from: number, to: number): number {
    const offset = this.#offsetAt(from);
    let low = Math.floor(from / SECOND_MILLISECONDS);
    let high = Math.ceil(to / SECOND_MILLISECONDS);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle * SECOND_MILLISECONDS) === offset) low = middle;
      else high = middle;
    }
    return high * SECOND_MILLISECONDS;
  }
}
