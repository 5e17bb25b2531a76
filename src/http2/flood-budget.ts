// How much a peer, server or client, may send that asks nothing and answers nothing. What is useful, and time, pay the points back.

import { ERROR } from './frame.ts';

/** What frames of an upstream cost; a client's are in data-plane/listeners/abuse-costs.ts. */
export const COST = {
  /** PING, SETTINGS: it makes us send one back. */
  ACKNOWLEDGED: 5,
  /** A frame that changes nothing: empty DATA, PRIORITY, an unknown type, a stream long ended. */
  IDLE: 1,
} as const;

const BUDGET_POINTS = 1000;
const POINTS_BACK_PER_SECOND = 10;

export class FloodBudget {
  readonly #clock: () => number;
  #points = 0;
  #changedAt = 0;

  /** `clock`: monotonic milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** False: used up, the connection has to go. */
  charge(points: number): boolean {
    const now = this.#clock();
    const back = ((now - this.#changedAt) / 1000) * POINTS_BACK_PER_SECOND;
    this.#changedAt = now;
    this.#points = Math.max(0, this.#points - back) + points;
    return this.#points <= BUDGET_POINTS;
  }

  /** The same for who reads frames: the error code with which the connection has to go, or NO_ERROR. */
  chargeFrame(points: number): number {
    return this.charge(points) ? ERROR.NO_ERROR : ERROR.ENHANCE_YOUR_CALM;
  }

  /** Something useful came. */
  earn(): void {
    if (this.#points > 0) this.#points -= 1;
  }
}
