// How often one server may be asked by this thread: a token bucket that holds one second's worth.

import type { Clock } from '../memory/monotonic-clock.ts';

export class RateBudget {
  readonly #clock: Clock;
  readonly #perMillisecond: number;
  readonly #capacity: number;
  #tokens: number;
  #filledAt: number;

  /** `perSecond` undefined: no limit. */
  constructor(perSecond: number | undefined, clock: Clock) {
    this.#clock = clock;
    this.#perMillisecond = (perSecond ?? 0) / 1000;
    this.#capacity = perSecond === undefined ? Infinity : Math.max(1, perSecond);
    this.#tokens = this.#capacity;
    this.#filledAt = clock();
  }

  /** One more request may be sent now. */
  get available(): boolean {
    if (this.#capacity === Infinity) return true;
    const now = this.#clock();
    this.#tokens = Math.min(this.#capacity, this.#tokens + (now - this.#filledAt) * this.#perMillisecond);
    this.#filledAt = now;
    return this.#tokens >= 1;
  }

  /** Accounts for one request. */
  take(): void {
    this.#tokens -= 1;
  }
}
