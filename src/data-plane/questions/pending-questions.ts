// The bounded pool of questions on their way to the upstream. Here, and only here, a query waits: it is copied out of the
// thread's Query, and everyone who asks the same meanwhile joins it.

import type { AnswerKey } from '../../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../../memory/counters/counters.ts';
import type { Clock } from '../../memory/monotonic-clock.ts';
import { copyKey, isSameKey } from '../answers/answer-key.ts';
import { PendingQuestion, type QuestionOwner } from './pending-question.ts';
import type { Query } from '../query.ts';
import { QuestionsByAge } from './questions-by-age.ts';
import { keepWaiter, type Waiter } from './waiter.ts';

export const QUESTIONS_MAX = 2_000;
export const WAITERS_PER_QUESTION_MAX = 500;
/** All waiters of the thread: at most 334 octets of a message each (wire/query-copy.ts). */
export const WAITERS_MAX = 10_000;

/** Nothing is refreshed while so many are asked: it would take the room of clients. */
const BUSY_QUESTIONS = 200;

const JOINED = counterIndex('questionsJoined');
/** Places of the table; a power of two, and twice as many as there are questions. */
const PLACES = 4096;

export class PendingQuestions {
  /** By the hash of the name, which is keyed: nobody outside can fill one place. */
  readonly #places: (PendingQuestion | undefined)[] = new Array<undefined>(PLACES).fill(undefined);
  readonly #owner: QuestionOwner;
  readonly #counters: ThreadCounters;
  readonly #byAge: QuestionsByAge;
  #questionCount = 0;
  #waiterCount = 0;

  constructor(owner: QuestionOwner, counters: ThreadCounters, clock: Clock) {
    this.#owner = owner;
    this.#counters = counters;
    this.#byAge = new QuestionsByAge(clock, (question) => owner.onLate(question));
  }

  get waiterCount(): number {
    return this.#waiterCount;
  }

  find(asked: AnswerKey): PendingQuestion | undefined {
    let pending = this.#places[placeOf(asked)];
    while (pending !== undefined && !isSameKey(pending.question, asked)) pending = pending.next;
    return pending;
  }

  /** Copies the query out and lets it wait; false if the pool is full. `pending`: what `find` says of its question. */
  join(query: Query, pending: PendingQuestion | undefined): boolean {
    if (this.#waiterCount >= WAITERS_MAX) return false;
    if (pending !== undefined) {
      if (pending.waiters.length >= WAITERS_PER_QUESTION_MAX) return false;
      this.#counters.increment(JOINED);
      this.#addWaiter(pending, query);
      return true;
    }
    if (this.#questionCount >= QUESTIONS_MAX) return false;
    const question = this.#questionOf(query);
    // First: a sink that throws must not leave a question behind that nobody asks and all others join.
    this.#addWaiter(question, query);
    this.#ask(question);
    return true;
  }

  /** Asks what nobody waits for; false if that is under way already, or clients need the room. `claim`: see refresh-claims.ts. */
  refresh(query: Query, claim: number): boolean {
    if (this.#questionCount >= BUSY_QUESTIONS || this.find(query.asked) !== undefined) return false;
    const question = this.#questionOf(query);
    question.claim = claim;
    this.#ask(question);
    return true;
  }

  /** Who waits so far is the caller's to answer, or to give back; the question stays. */
  takeWaiters(question: PendingQuestion): readonly Waiter[] {
    const { waiters } = question;
    question.waiters = [];
    this.#waiterCount -= waiters.length;
    return waiters;
  }

  giveBack(question: PendingQuestion, waiter: Waiter): void {
    question.waiters.push(waiter);
    this.#waiterCount++;
  }

  /** Takes the question out of the pool; its waiters are the caller's to answer. None if that was done before. */
  settle(question: PendingQuestion): readonly Waiter[] {
    const place = placeOf(question.question);
    let before: PendingQuestion | undefined;
    let found = this.#places[place];
    while (found !== undefined && found !== question) {
      before = found;
      found = found.next;
    }
    if (found === undefined) return NOBODY;
    if (before === undefined) this.#places[place] = found.next;
    else before.next = found.next;
    this.#questionCount--;
    this.#byAge.remove(question);
    this.#waiterCount -= question.waiters.length;
    return question.waiters;
  }

  #questionOf({ asked, local, groupIndex }: Query): PendingQuestion {
    return new PendingQuestion(copyKey(asked), local.forwarder, groupIndex, this.#owner);
  }

  #ask(question: PendingQuestion): void {
    const place = placeOf(question.question);
    question.next = this.#places[place];
    this.#places[place] = question;
    this.#questionCount++;
    this.#byAge.add(question);
    this.#owner.ask(question);
  }

  #addWaiter(pending: PendingQuestion, query: Query): void {
    pending.waiters.push(keepWaiter(query, pending.question));
    pending.isWanted = true;
    this.#waiterCount++;
  }
}

const NOBODY: readonly Waiter[] = [];

function placeOf({ hashLow }: AnswerKey): number {
  return hashLow & (PLACES - 1);
}
