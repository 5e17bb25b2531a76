// The bounded pool of questions on their way to the upstream. Here, and only here, a query waits: it is copied out of the
// thread's Query, and everyone who asks the same meanwhile joins it.

import type { AnswerKey } from '../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
import type { Asker, UpstreamFailed } from '../upstream/upstream.ts';
import { copyQuery } from '../wire/query-copy.ts';
import type { ReplySink } from './listeners/listener.ts';
import type { Query } from './query.ts';

export const QUESTIONS_MAX = 2_000;
export const WAITERS_PER_QUESTION_MAX = 500;
/** All waiters of the thread: less than 300 octets of a message each. */
export const WAITERS_MAX = 10_000;

export interface Waiter {
  readonly sink: ReplySink;
  readonly returnPath: object;
  /** What its answer depends on of the client's message (wire/query-copy.ts). */
  readonly message: Uint8Array;
  readonly clientAddress: Uint8Array;
}

/** Who asks the upstream. Must call `settle` for each question that it was told to ask, whatever happens. */
export interface QuestionOwner {
  /** Called once per new question, in the middle of its first query's pipeline; must not throw, nor settle before it returns. */
  ask(question: PendingQuestion): void;
  onAnswer(question: PendingQuestion, message: Uint8Array): void;
  onFailure(question: PendingQuestion, failure: UpstreamFailed): void;
}

/** A question that has been asked. */
export class PendingQuestion implements Asker {
  readonly question: AnswerKey;
  readonly waiters: Waiter[] = [];
  readonly #owner: QuestionOwner;
  /** Another one in the same place of the pool's table. */
  next: PendingQuestion | undefined;

  constructor(question: AnswerKey, owner: QuestionOwner) {
    this.question = question;
    this.#owner = owner;
  }

  onAnswer(message: Uint8Array): void {
    this.#owner.onAnswer(this, message);
  }

  onFailure(failure: UpstreamFailed): void {
    this.#owner.onFailure(this, failure);
  }
}

const JOINED = counterIndex('questionsJoined');
/** Places of the table; a power of two, and twice as many as there are questions. */
const PLACES = 4096;

export class PendingQuestions {
  /** By the hash of the name, which is keyed: nobody outside can fill one place. */
  readonly #places: (PendingQuestion | undefined)[] = new Array<undefined>(PLACES).fill(undefined);
  readonly #owner: QuestionOwner;
  readonly #counters: ThreadCounters;
  #questionCount = 0;
  #waiterCount = 0;

  constructor(owner: QuestionOwner, counters: ThreadCounters) {
    this.#owner = owner;
    this.#counters = counters;
  }

  get waiterCount(): number {
    return this.#waiterCount;
  }

  /** Copies the query out and lets it wait; false if the pool is full. */
  join(query: Query): boolean {
    if (this.#waiterCount >= WAITERS_MAX) return false;
    const { asked } = query;
    const place = placeOf(asked);
    let pending = this.#places[place];
    while (pending !== undefined && !isSame(pending.question, asked)) pending = pending.next;
    if (pending !== undefined) {
      if (pending.waiters.length >= WAITERS_PER_QUESTION_MAX) return false;
      this.#counters.increment(JOINED);
      this.#addWaiter(pending, query);
      return true;
    }
    if (this.#questionCount >= QUESTIONS_MAX) return false;
    const question = new PendingQuestion(copyKey(asked), this.#owner);
    // First: a sink that throws must not leave a question behind that nobody asks and all others join.
    this.#addWaiter(question, query);
    question.next = this.#places[place];
    this.#places[place] = question;
    this.#questionCount++;
    this.#owner.ask(question);
    return true;
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
    this.#waiterCount -= question.waiters.length;
    return question.waiters;
  }

  #addWaiter(pending: PendingQuestion, query: Query): void {
    pending.waiters.push({
      sink: query.sink,
      returnPath: query.sink.retain(query.returnPath),
      // Copies: the listener's buffers are about to be overwritten.
      message: copyQuery(query.message, query.facts),
      clientAddress: new Uint8Array(query.clientAddress),
    });
    this.#waiterCount++;
  }
}

const NOBODY: readonly Waiter[] = [];

function placeOf({ hashLow }: AnswerKey): number {
  return hashLow & (PLACES - 1);
}

function isSame(a: AnswerKey, b: AnswerKey): boolean {
  if (a.hashLow !== b.hashLow || a.hashHigh !== b.hashHigh || a.nameLength !== b.nameLength) return false;
  if (a.type !== b.type || a.class !== b.class || a.variant !== b.variant) return false;
  for (let i = 0; i < a.nameLength; i++) if (a.name[i] !== b.name[i]) return false;
  return true;
}

function copyKey({ name, nameLength, type, class: questionClass, variant, hashLow, hashHigh }: AnswerKey): AnswerKey {
  const copy = new Uint8Array(nameLength);
  for (let i = 0; i < nameLength; i++) copy[i] = name[i]!;
  return { name: copy, nameLength, type, class: questionClass, variant, hashLow, hashHigh };
}
