// The exchanges of a thread that are under way, oldest first, and the one timer that looks after all of them.

import type { Clock } from '../memory/monotonic-clock.ts';
import type { Exchange } from './exchange.ts';
import type { UpstreamFailure } from './upstream-failure.ts';
import type { UpstreamLimits } from './upstream-limits.ts';

/** How late a try or an end may be, as a part of the time after which the next try is due. */
const TICKS_PER_TRY = 20;

export class ExchangeSet {
  readonly #exchanges = new Set<Exchange>();
  readonly #clock: Clock;
  readonly #untroubledMilliseconds: number;
  readonly #tickMilliseconds: number;
  #timer: NodeJS.Timeout | undefined;
  /** Of the tick that is under way. */
  #now = 0;

  constructor(limits: UpstreamLimits, clock: Clock) {
    this.#clock = clock;
    this.#untroubledMilliseconds = Math.min(limits.nextTryMilliseconds, limits.deadlineMilliseconds);
    this.#tickMilliseconds = Math.max(1, Math.floor(this.#untroubledMilliseconds / TICKS_PER_TRY));
  }

  get size(): number {
    return this.#exchanges.size;
  }

  add(exchange: Exchange): void {
    this.#exchanges.add(exchange);
    // Keeps the process up while somebody waits; it stops at a tick that finds nobody.
    if (this.#timer === undefined) this.#arm();
  }

  delete(exchange: Exchange): void {
    this.#exchanges.delete(exchange);
  }

  failAll(reason: UpstreamFailure): void {
    clearTimeout(this.#timer);
    for (const exchange of this.#exchanges) exchange.fail(reason);
  }

  #arm(): void {
    this.#timer = setTimeout(this.#onTimer, this.#tickMilliseconds);
  }

  /**
   * After a pause of the whole process, answers that already arrived are read before anything is held against a server: the time
   * is taken here, and judged when the sockets have been read.
   */
  readonly #onTimer = (): void => {
    this.#now = this.#clock();
    setImmediate(this.#onTick);
  };

  readonly #onTick = (): void => {
    const now = this.#now;
    for (const exchange of this.#exchanges) {
      // The rest is younger.
      if (now - exchange.startedAt < this.#untroubledMilliseconds) break;
      exchange.onTick(now);
    }
    if (this.#exchanges.size > 0) this.#arm();
    else this.#timer = undefined;
  };
}
