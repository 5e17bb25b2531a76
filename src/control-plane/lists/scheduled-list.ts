// One list and its tries to bring it up to date: what became of them, what is told, and when the next one is due. Main thread.

import type { LookupFunction } from 'node:net';
import type { DownloadLimits } from './download.ts';
import type { KeptList, RefreshOutcome } from './kept-list.ts';
import type { ListClock } from './list-clock.ts';
import type { ListEvent } from './list-events.ts';
import { asListFailure, type ListFailure } from './list-failure.ts';
import { refreshMilliseconds } from './refresh-interval.ts';
import { retryDelayMilliseconds } from './retry-delay.ts';

const PROGRESS_MILLISECONDS = 1_000;
/** No try begins sooner than this after one that went well, whatever ages and clocks say. */
const REST_MILLISECONDS = 5_000;

export interface TryOptions {
  readonly clock: ListClock;
  readonly random: () => number;
  /** 16 octets, the installation's. */
  readonly hashKey: Uint8Array;
  readonly lookup: LookupFunction;
  readonly limits: DownloadLimits;
  readonly onEvent: (event: ListEvent) => void;
  /** A kept copy has new content. */
  readonly onChanged: () => void;
}

interface Try {
  readonly controller: AbortController;
  /** As the clock's `elapsed`. */
  readonly begunAt: number;
  receivedBytes: number;
  totalBytes: number | undefined;
  /** Not a failure: it is begun again, or everything ends. */
  isGivenUp: boolean;
}

export interface FinishedTry {
  /** From 1, since the gateway started. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  readonly outcome: RefreshOutcome | 'failed';
}

export class ScheduledList {
  readonly list: KeptList;
  current: Try | undefined;
  failure: ListFailure | undefined;
  /** How many tries have begun, and how the last one ended. */
  tries = 0;
  lastTry: FinishedTry | undefined;
  /** Milliseconds since 1970; undefined while a try is under way or waits for its turn. The schedule's, as what follows. */
  nextTryAt: number | undefined;
  /** The same as the clock's `elapsed`, which nobody sets. */
  waitsUntil = 0;
  cancelTimer: (() => void) | undefined;
  /** When its file first changed after the last try had begun, as the clock's `elapsed`; undefined: it did not. */
  fileChangedAt: number | undefined;
  readonly #options: TryOptions;
  readonly #refreshMilliseconds: number;
  /** The reason that was told last, so that the same one is not told at every try. */
  #toldReason: string | undefined;
  #failuresInARow = 0;

  constructor(list: KeptList, options: TryOptions) {
    this.list = list;
    this.#options = options;
    this.#refreshMilliseconds = refreshMilliseconds(list.settings, options.hashKey);
  }

  /** At its age. A copy from the future (the clock was set back) is as good as none. */
  dueAt(): number {
    const now = this.#options.clock.now();
    const { copy, holdBack } = this.list;
    if (copy === undefined) return now;
    const fetchedAt = holdBack.version?.metadata.fetchedAt ?? copy.fetchedAt;
    return fetchedAt > now ? now : fetchedAt + this.#refreshMilliseconds;
  }

  /** Ends the try under way, which counts neither as failure nor as success. */
  giveUp(reason: ListFailure): void {
    if (this.current === undefined) return;
    this.current.isGivenUp = true;
    this.current.controller.abort(reason);
  }

  /** What still fails after this is told again. */
  forgetTold(): void {
    this.#toldReason = undefined;
  }

  /** One try, its events, and when the next one is due. Never rejects. */
  async attempt(): Promise<number> {
    const { clock, lookup, limits } = this.#options;
    const current: Try = {
      controller: new AbortController(),
      begunAt: clock.elapsed(),
      receivedBytes: 0,
      totalBytes: undefined,
      isGivenUp: false,
    };
    this.current = current;
    this.tries++;
    this.fileChangedAt = undefined;
    const progress = setInterval(() => this.#tellProgress(current), PROGRESS_MILLISECONDS).unref();
    const onReceived = (bytes: number, totalBytes: number | undefined) => {
      current.receivedBytes = bytes;
      current.totalBytes = totalBytes;
    };
    try {
      const { signal } = current.controller;
      const outcome = await this.list.refresh({ lookup, limits, signal, now: clock.now(), onReceived });
      this.#ended(outcome);
      this.#succeeded(outcome);
      return Math.max(this.dueAt(), clock.now() + REST_MILLISECONDS);
    } catch (error) {
      if (current.isGivenUp) return clock.now();
      this.#ended('failed');
      return this.#failed(asListFailure(error));
    } finally {
      clearInterval(progress);
      this.current = undefined;
    }
  }

  #ended(outcome: FinishedTry['outcome']): void {
    this.lastTry = { number: this.tries, endedAt: this.#options.clock.now(), outcome };
  }

  #succeeded(outcome: RefreshOutcome): void {
    const { onEvent, onChanged } = this.#options;
    const { name } = this.list.settings;
    if (outcome === 'unchanged') onEvent({ kind: 'list-unchanged', list: name });
    if (this.failure !== undefined) onEvent({ kind: 'list-recovered', list: name });
    this.failure = undefined;
    this.#toldReason = undefined;
    this.#failuresInARow = 0;
    if (outcome === 'changed') onChanged();
  }

  /** Tells a reason once, however often it comes back (but again after a change of network); returns when to try again. */
  #failed(failure: ListFailure): number {
    const { clock, random, onEvent } = this.#options;
    const { message: reason, kind: failureKind, retryAfterMilliseconds = 0 } = failure;
    const told = this.#toldReason === reason;
    this.failure = failure;
    this.#toldReason = reason;
    this.#failuresInARow++;
    const retryMilliseconds = Math.max(retryDelayMilliseconds(this.#failuresInARow, random), retryAfterMilliseconds);
    if (!told) {
      const { copy, settings } = this.list;
      const copyFetchedAt = copy?.fetchedAt;
      onEvent({ kind: 'list-failed', list: settings.name, reason, failureKind, copyFetchedAt, retryMilliseconds });
    }
    return clock.now() + retryMilliseconds;
  }

  #tellProgress({ receivedBytes, totalBytes }: Try): void {
    const { holdBack, settings } = this.list;
    const state = holdBack.isComparing ? 'comparing' : receivedBytes === 0 ? 'connecting' : 'receiving';
    this.#options.onEvent({ kind: 'progress', list: settings.name, state, receivedBytes, totalBytes });
  }
}
