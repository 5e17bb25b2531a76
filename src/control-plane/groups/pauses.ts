// For which groups filtering is paused, and until when. Kept in memory alone: a restart filters again.

/** Milliseconds since 1970, as the clock stood. */
interface Pause {
  readonly until: number;
  readonly milliseconds: number;
}

export class Pauses {
  readonly #pauses = new Map<number, Pause>();

  /** In place of a pause that the group has. */
  pause(groupIndex: number, milliseconds: number, now: number): void {
    this.#pauses.set(groupIndex, { until: now + milliseconds, milliseconds });
  }

  /** Whether it was paused. */
  resume(groupIndex: number): boolean {
    return this.#pauses.delete(groupIndex);
  }

  /** Ends what is over; the groups in question. */
  end(now: number): readonly number[] {
    const ended: number[] = [];
    for (const [groupIndex, { until, milliseconds }] of this.#pauses) {
      if (until <= now) {
        this.#pauses.delete(groupIndex);
        ended.push(groupIndex);
        // Where the clock was put back, nobody is to wait longer than was said.
      } else if (until - now > milliseconds) this.#pauses.set(groupIndex, { until: now + milliseconds, milliseconds });
    }
    return ended;
  }

  /** Undefined: it is not paused. */
  pausedUntil(groupIndex: number): number | undefined {
    return this.#pauses.get(groupIndex)?.until;
  }

  /** When the next one ends. */
  get nextEnd(): number | undefined {
    return this.#pauses.size === 0 ? undefined : Math.min(...[...this.#pauses.values()].map(({ until }) => until));
  }
}
