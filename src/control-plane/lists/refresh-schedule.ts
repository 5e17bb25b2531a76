// When which list is refreshed: at its age, after failures with growing delays, at once when the network is back, and soon after
// its file has changed; a few at a time. Main thread.

import type { KeptList } from './kept-list.ts';
import { ListFailure } from './list-failure.ts';
import { ScheduledList, type TryOptions } from './scheduled-list.ts';

const AT_ONCE_MAX = 4;
/** Timers are looked at anew at least so often: the machine may have slept, which they do not count. */
const TIMER_MAX_MILLISECONDS = 3_600_000;
/** A try that is younger than this need not be begun again when the network comes back. */
const FRESH_MILLISECONDS = 3_000;
/** A file that has changed is left alone for so long: it may still be written, by a download for instance. */
const FILE_RESTS_MILLISECONDS = 2_000;
/** One that never rests is looked at so long after the first change. */
const FILE_WAITS_MILLISECONDS = 60_000;

export class RefreshSchedule {
  readonly lists: readonly ScheduledList[];
  private readonly options: TryOptions;
  private readonly turns: ScheduledList[] = [];
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(lists: readonly KeptList[], options: TryOptions) {
    this.options = options;
    this.lists = lists.map((list) => new ScheduledList(list, options));
  }

  /** Begins what is due and sets the timers for the rest. */
  start(): void {
    for (const scheduled of this.lists) {
      if (scheduled.nextTryAt === undefined) this.schedule(scheduled, scheduled.dueAt());
      else this.wait(scheduled);
    }
  }

  /** Tries one list now, outside of turns: for the lists that are files, before the first table. */
  async refreshNow(scheduled: ScheduledList): Promise<void> {
    this.note(scheduled, await scheduled.attempt());
  }

  /** Looks whether there is a new version of a list, whatever its age; returns the number of the try that says so. */
  refreshSoon(list: KeptList): number {
    const scheduled = this.lists.find((candidate) => candidate.list === list);
    if (scheduled === undefined) return 0;
    if (scheduled.current !== undefined) return scheduled.tries;
    this.schedule(scheduled, this.options.clock.now());
    // It may have begun.
    return scheduled.current === undefined ? scheduled.tries + 1 : scheduled.tries;
  }

  /** The file of a list has changed: it is looked at once it rests. */
  fileChanged(scheduled: ScheduledList): void {
    scheduled.fileChangedAt ??= this.options.clock.elapsed();
    if (scheduled.current !== undefined || this.turns.includes(scheduled)) return;
    this.schedule(scheduled, this.fileRestsAt(scheduled.fileChangedAt));
  }

  networkIsBack(): void {
    const { clock } = this.options;
    for (const scheduled of this.lists) {
      const { current, failure } = scheduled;
      // What still fails with a network has another cause, whatever its reason is called.
      if (failure?.kind === 'network') scheduled.forgetTold();
      if (current !== undefined) {
        if (current.receivedBytes > 0 || clock.elapsed() - current.begunAt < FRESH_MILLISECONDS) continue;
        scheduled.giveUp(new ListFailure('network', 'the network changed'));
      } else if (failure?.kind === 'network') {
        this.schedule(scheduled, clock.now());
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.turns.length = 0;
    for (const scheduled of this.lists) {
      scheduled.cancelTimer?.();
      scheduled.giveUp(new ListFailure('network', 'stopped'));
    }
    await Promise.allSettled(this.running);
  }

  private fileRestsAt(changedAt: number): number {
    const { clock } = this.options;
    const patience = changedAt + FILE_WAITS_MILLISECONDS - clock.elapsed();
    return clock.now() + Math.min(FILE_RESTS_MILLISECONDS, patience);
  }

  private schedule(scheduled: ScheduledList, at: number): void {
    this.note(scheduled, at);
    this.wait(scheduled);
  }

  private note(scheduled: ScheduledList, at: number): void {
    const { clock } = this.options;
    scheduled.nextTryAt = at;
    scheduled.waitsUntil = clock.elapsed() + at - clock.now();
  }

  /** Until the time of day says so, or so much time has gone by: a clock that is set back must not make a list wait for years. */
  private wait(scheduled: ScheduledList): void {
    const { clock } = this.options;
    if (this.stopped) return;
    scheduled.cancelTimer?.();
    scheduled.cancelTimer = undefined;
    const now = clock.now();
    const nextTryAt = Math.min(scheduled.nextTryAt ?? now, now + Math.round(scheduled.waitsUntil - clock.elapsed()));
    scheduled.nextTryAt = nextTryAt;
    if (nextTryAt <= now) this.queue(scheduled);
    else {
      const milliseconds = Math.min(nextTryAt - now, TIMER_MAX_MILLISECONDS);
      scheduled.cancelTimer = clock.after(milliseconds, () => this.wait(scheduled));
    }
  }

  private queue(scheduled: ScheduledList): void {
    scheduled.nextTryAt = undefined;
    if (scheduled.current !== undefined || this.turns.includes(scheduled)) return;
    this.turns.push(scheduled);
    this.takeTurns();
  }

  private takeTurns(): void {
    while (this.running.size < AT_ONCE_MAX && !this.stopped) {
      const scheduled = this.turns.shift();
      if (scheduled === undefined) return;
      const attempt = scheduled.attempt().then((next) => {
        this.running.delete(attempt);
        const { fileChangedAt } = scheduled;
        this.schedule(scheduled, fileChangedAt === undefined ? next : this.fileRestsAt(fileChangedAt));
        this.takeTurns();
      });
      this.running.add(attempt);
    }
  }
}
