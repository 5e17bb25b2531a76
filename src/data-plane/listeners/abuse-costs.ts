// How much one HTTP connection may cost without asking anything: requests refused, streams reset, PING and SETTINGS frames.
// Useful queries and the passing of time pay the points back.

export const COST = {
  /** A request refused with a 4xx status. */
  REFUSED_REQUEST: 10,
  /** A stream that the client reset before its answer. */
  RESET: 3,
  /** A PING or SETTINGS frame: it makes us send one back. */
  CONTROL_FRAME: 5,
} as const;

const BUDGET_POINTS = 1000;
const POINTS_BACK_PER_SECOND = 10;

export class AbuseBudget {
  readonly #now: () => number;
  #points = 0;
  #changedAt: number;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#changedAt = now();
  }

  /** False: the budget is used up, the connection has to go. */
  charge(points: number): boolean {
    const now = this.#now();
    const back = ((now - this.#changedAt) / 1000) * POINTS_BACK_PER_SECOND;
    this.#changedAt = now;
    this.#points = Math.max(0, this.#points - back) + points;
    return this.#points <= BUDGET_POINTS;
  }

  /** A query was answered. */
  earn(): void {
    if (this.#points > 0) this.#points -= 1;
  }
}
