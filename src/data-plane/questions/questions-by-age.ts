// The questions of a thread that are on their way, oldest first, and the one timer that tells which have taken long. It costs a
// question two links.

import type { Clock } from '../../memory/monotonic-clock.ts';
import type { PendingQuestion } from './pending-question.ts';

/** RFC 8767 section 5: what a client is kept waiting for a fresh answer where an old one is at hand. */
export const LATE_MILLISECONDS = 1_800;
/** The clock is a coarse one, and lags by as much. */
const TOLERANCE_MILLISECONDS = 50;

export class QuestionsByAge {
  #oldest: PendingQuestion | undefined;
  #youngest: PendingQuestion | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #clock: Clock;
  readonly #onLate: (question: PendingQuestion) => void;

  /** `onLate`: called once for a question that has taken 1.8 s. */
  constructor(clock: Clock, onLate: (question: PendingQuestion) => void) {
    this.#clock = clock;
    this.#onLate = onLate;
  }

  /** It is asked now. */
  add(question: PendingQuestion): void {
    question.askedAtMilliseconds = this.#clock();
    question.isAging = true;
    question.older = this.#youngest;
    if (this.#youngest === undefined) this.#oldest = question;
    else this.#youngest.younger = question;
    this.#youngest = question;
    if (this.#timer === undefined) this.#arm(LATE_MILLISECONDS);
  }

  /** It has its answer. */
  remove(question: PendingQuestion): void {
    if (!question.isAging) return;
    const { older, younger } = question;
    if (older === undefined) this.#oldest = younger;
    else older.younger = younger;
    if (younger === undefined) this.#youngest = older;
    else younger.older = older;
    question.older = undefined;
    question.younger = undefined;
    question.isAging = false;
  }

  #arm(milliseconds: number): void {
    this.#timer = setTimeout(this.#onTimer, milliseconds);
    // Who waits for an answer keeps the process up (upstream/exchange-set.ts).
    this.#timer.unref();
  }

  readonly #onTimer = (): void => {
    const now = this.#clock();
    // Meanwhile `#timer` is the one that has just fired: what is asked by those who are told sets no other.
    for (let question = this.#oldest; question !== undefined; question = this.#oldest) {
      const left = question.askedAtMilliseconds + LATE_MILLISECONDS - now;
      if (left > TOLERANCE_MILLISECONDS) {
        this.#arm(left);
        return;
      }
      this.remove(question);
      this.#onLate(question);
    }
    this.#timer = undefined;
  };
}
