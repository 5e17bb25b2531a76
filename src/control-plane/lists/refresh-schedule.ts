// When which list is refreshed: at its age, after failures with growing delays, at once when the network is back; a few at a
// time. Main thread.

import type { LookupFunction } from 'node:net';
import type { DownloadLimits } from './download.ts';
import type { KeptList } from './kept-list.ts';
import type { ListEvent } from './list-events.ts';
import { asListFailure, ListFailure } from './list-failure.ts';
import { retryDelayMilliseconds } from './retry-delay.ts';

const AT_ONCE_MAX = 4;
const PROGRESS_MILLISECONDS = 1_000;
/** Timers are looked at anew at least so often: the machine may have slept, the clock may have been set. */
const TIMER_MAX_MILLISECONDS = 3_600_000;
/** A try that is younger than this need not be begun again when the network comes back. */
const FRESH_MILLISECONDS = 3_000;

/** Time as the schedule sees it; tests bring their own. */
export interface ListClock {
  /** Milliseconds since 1970: ages are kept over restarts. */
  now(): number;
  /** Runs the task later; the result cancels it. */
  after(milliseconds: number, task: () => void): () => void;
}

export const systemListClock: ListClock = {
  now: () => Date.now(),
  after(milliseconds, task) {
    const timer = setTimeout(task, milliseconds).unref();
    return () => clearTimeout(timer);
  },
};

export interface RefreshScheduleOptions {
  readonly clock: ListClock;
  readonly random: () => number;
  readonly lookup: LookupFunction;
  readonly limits: DownloadLimits;
  readonly onEvent: (event: ListEvent) => void;
  /** A kept copy has new content. */
  readonly onChanged: () => void;
}

interface Try {
  readonly controller: AbortController;
  readonly begunAt: number;
  receivedBytes: number;
  totalBytes: number | undefined;
  /** Given up only to be begun again: not a failure. */
  again: boolean;
}

/** Where one list stands. */
export interface ScheduledList {
  readonly list: KeptList;
  current: Try | undefined;
  failure: ListFailure | undefined;
  /** The reason that was told last, so that the same one is not told at every try. */
  toldReason: string | undefined;
  failuresInARow: number;
  /** Milliseconds since 1970; undefined while a try is under way or waits for its turn. */
  nextTryAt: number | undefined;
  cancelTimer: (() => void) | undefined;
}

export class RefreshSchedule {
  readonly lists: readonly ScheduledList[];
  private readonly options: RefreshScheduleOptions;
  private readonly turns: ScheduledList[] = [];
  private readonly running = new Set<Promise<void>>();
  private stopped = false;

  constructor(lists: readonly KeptList[], options: RefreshScheduleOptions) {
    this.options = options;
    this.lists = lists.map((list) => ({
      list,
      current: undefined,
      failure: undefined,
      toldReason: undefined,
      failuresInARow: 0,
      nextTryAt: undefined,
      cancelTimer: undefined,
    }));
  }

  /** Begins what is due and sets the timers for the rest. */
  start(): void {
    for (const scheduled of this.lists) this.schedule(scheduled, scheduled.nextTryAt ?? this.dueAt(scheduled));
  }

  /** Tries one list now, outside of turns: for the lists that are files, before the first table. */
  async refreshNow(scheduled: ScheduledList): Promise<void> {
    scheduled.nextTryAt = await this.attempt(scheduled);
  }

  /** Fetches a list anew whatever its age. */
  refreshSoon(list: KeptList): void {
    const scheduled = this.lists.find((candidate) => candidate.list === list);
    if (scheduled !== undefined) this.schedule(scheduled, this.options.clock.now());
  }

  networkIsBack(): void {
    const now = this.options.clock.now();
    for (const scheduled of this.lists) {
      const { current, failure } = scheduled;
      // What still fails with a network has another cause, whatever its reason is called.
      if (failure?.kind === 'network') scheduled.toldReason = undefined;
      if (current !== undefined) {
        if (current.receivedBytes > 0 || now - current.begunAt < FRESH_MILLISECONDS) continue;
        current.again = true;
        current.controller.abort(new ListFailure('network', 'the network changed'));
      } else if (failure?.kind === 'network') {
        this.schedule(scheduled, now);
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.turns.length = 0;
    for (const scheduled of this.lists) {
      scheduled.cancelTimer?.();
      scheduled.current?.controller.abort(new ListFailure('network', 'stopped'));
    }
    await Promise.allSettled(this.running);
  }

  /** At its age. A copy from the future (the clock was set back) is as good as none. */
  private dueAt({ list }: ScheduledList): number {
    const now = this.options.clock.now();
    const { copy, settings } = list;
    if (copy === undefined || copy.fetchedAt > now) return now;
    return copy.fetchedAt + settings.refreshSeconds * 1000;
  }

  private schedule(scheduled: ScheduledList, at: number): void {
    if (this.stopped) return;
    scheduled.cancelTimer?.();
    scheduled.cancelTimer = undefined;
    const wait = at - this.options.clock.now();
    scheduled.nextTryAt = at;
    if (wait <= 0) this.queue(scheduled);
    else {
      const task = () => this.schedule(scheduled, at);
      scheduled.cancelTimer = this.options.clock.after(Math.min(wait, TIMER_MAX_MILLISECONDS), task);
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
      const attempt = this.attempt(scheduled).then((next) => {
        this.running.delete(attempt);
        this.schedule(scheduled, next);
        this.takeTurns();
      });
      this.running.add(attempt);
    }
  }

  /** One try, its events, and when the next one is due. Never rejects. */
  private async attempt(scheduled: ScheduledList): Promise<number> {
    const { clock, lookup, limits } = this.options;
    const { list } = scheduled;
    const current: Try = {
      controller: new AbortController(),
      begunAt: clock.now(),
      receivedBytes: 0,
      totalBytes: undefined,
      again: false,
    };
    scheduled.current = current;
    const progress = setInterval(() => this.tellProgress(list, current), PROGRESS_MILLISECONDS).unref();
    const onReceived = (bytes: number, totalBytes: number | undefined) => {
      current.receivedBytes = bytes;
      current.totalBytes = totalBytes;
    };
    try {
      const { signal } = current.controller;
      const outcome = await list.refresh({ lookup, limits, signal, now: clock.now(), onReceived });
      this.succeeded(scheduled, outcome);
      return this.dueAt(scheduled);
    } catch (error) {
      if (current.again || this.stopped) return clock.now();
      return this.failed(scheduled, asListFailure(error));
    } finally {
      clearInterval(progress);
      scheduled.current = undefined;
    }
  }

  private succeeded(scheduled: ScheduledList, outcome: 'changed' | 'unchanged'): void {
    const list = scheduled.list.settings.name;
    if (outcome === 'unchanged') this.options.onEvent({ kind: 'list-unchanged', list });
    if (scheduled.failure !== undefined) this.options.onEvent({ kind: 'list-recovered', list });
    scheduled.failure = undefined;
    scheduled.toldReason = undefined;
    scheduled.failuresInARow = 0;
    if (outcome === 'changed') this.options.onChanged();
  }

  /** Tells a reason once, however often it comes back (but again after a change of network); returns when to try again. */
  private failed(scheduled: ScheduledList, failure: ListFailure): number {
    const { list } = scheduled;
    const told = scheduled.toldReason === failure.message;
    scheduled.failure = failure;
    scheduled.toldReason = failure.message;
    scheduled.failuresInARow++;
    const retryMilliseconds = retryDelayMilliseconds(scheduled.failuresInARow, this.options.random);
    if (!told) {
      const copyFetchedAt = list.copy?.fetchedAt;
      const { name } = list.settings;
      this.options.onEvent({
        kind: 'list-failed',
        list: name,
        reason: failure.message,
        failureKind: failure.kind,
        copyFetchedAt,
        retryMilliseconds,
      });
    }
    return this.options.clock.now() + retryMilliseconds;
  }

  private tellProgress(list: KeptList, { receivedBytes, totalBytes }: Try): void {
    const state = receivedBytes === 0 ? 'connecting' : 'receiving';
    this.options.onEvent({ kind: 'progress', list: list.settings.name, state, receivedBytes, totalBytes });
  }
}
