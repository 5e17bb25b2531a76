// A question on its way to the upstream, and everyone who waits for its answer.

import type { AnswerKey } from '../../memory/answer-cache/answer-cache.ts';
import type { Asker, UpstreamFailed } from '../../upstream/upstream.ts';
import type { Waiter } from './waiter.ts';

/** Who asks the upstream. Must call `settle` for each question that it was told to ask, whatever happens. */
export interface QuestionOwner {
  /** Called once per new question, in the middle of its first query's pipeline; must not throw, nor settle before it returns. */
  ask(question: PendingQuestion): void;
  onAnswer(question: PendingQuestion, message: Uint8Array, server: string): void;
  onFailure(question: PendingQuestion, failure: UpstreamFailed): void;
  /** It has taken 1.8 s. Called once at most. */
  onLate(question: PendingQuestion): void;
}

export class PendingQuestion implements Asker {
  readonly question: AnswerKey;
  waiters: Waiter[] = [];
  /** Of whoever asked first. */
  readonly groupIndex: number;
  readonly #owner: QuestionOwner;
  /** Who is asked: a LAN resolver by its number, or -1 for the upstream. */
  readonly forwarder: number;
  /** Another one in the same place of the pool's table. */
  next: PendingQuestion | undefined;
  /** A client has waited for it: it is not, or no longer, a refresh in the background alone. */
  isWanted = false;
  /** What allows it to fetch an answer anew (refresh-claims.ts), 0 where it is no refresh. */
  claim = 0;
  /** The epoch of the upstream (reachability.ts) in which it was asked. */
  askedInEpoch = 0;
  /** It takes long: who joins gets what was known before, if anything is (stale-answers.ts). */
  isLate = false;
  // questions-by-age.ts.
  askedAtMilliseconds = 0;
  isAging = false;
  older: PendingQuestion | undefined;
  younger: PendingQuestion | undefined;

  constructor(question: AnswerKey, forwarder: number, groupIndex: number, owner: QuestionOwner) {
    this.question = question;
    this.groupIndex = groupIndex;
    this.forwarder = forwarder;
    this.#owner = owner;
  }

  onAnswer(message: Uint8Array, server: string): void {
    this.#owner.onAnswer(this, message, server);
  }

  onFailure(failure: UpstreamFailed): void {
    this.#owner.onFailure(this, failure);
  }
}
