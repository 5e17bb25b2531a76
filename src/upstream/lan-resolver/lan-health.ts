// Whether the resolvers of a [[zone]] table answer, as one thread sees it; for the operator, nobody is asked otherwise for it.

import type { UpstreamFailureCode } from '../upstream.ts';

export interface LanEvents {
  /** No question gets an answer any more. Once, until `onUp`. */
  onDown(code: UpstreamFailureCode, detail: string): void;
  /** The first question was answered, at the start or since. */
  onUp(): void;
  /** One of them names other servers in place of an answer: it does not recurse. Once. */
  onReferral(): void;
}

/** A single name may be slow for reasons of its own. */
const FAILURES_TO_BE_DOWN = 2;

export class LanHealth {
  readonly #events: LanEvents;
  #isUp: boolean | undefined;
  #failuresInRow = 0;
  #hasReferred = false;
  /** Grows with each question that was answered. */
  answers = 0;

  constructor(events: LanEvents) {
    this.#events = events;
  }

  /** Also of a refusal: somebody is there. */
  noteAnswer(): void {
    this.answers++;
    this.#failuresInRow = 0;
    if (this.#isUp === true) return;
    this.#isUp = true;
    this.#events.onUp();
  }

  noteReferral(): void {
    this.noteAnswer();
    if (!this.#hasReferred) this.#events.onReferral();
    this.#hasReferred = true;
  }

  /** A question got no answer at any address. `answersBefore`: of the time when it was asked. */
  noteFailure(code: UpstreamFailureCode, detail: string, answersBefore: number): void {
    if (this.answers !== answersBefore || this.#isUp === false) return;
    // What the system says at once needs no second opinion.
    if (++this.#failuresInRow < FAILURES_TO_BE_DOWN && code !== 'unreachable') return;
    this.#isUp = false;
    this.#events.onDown(code, detail);
  }
}
