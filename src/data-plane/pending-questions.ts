// The bounded pool of questions on their way to the upstream. Here, and only here, a query waits: it is copied out of the
// thread's Query, and everyone who asks the same meanwhile joins it.

import type { AnswerKey } from '../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
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

export interface PendingQuestion {
  readonly id: string;
  readonly question: AnswerKey;
  readonly waiters: Waiter[];
}

const JOINED = counterIndex('questionsJoined');

export class PendingQuestions {
  readonly #questions = new Map<string, PendingQuestion>();
  readonly #ask: (question: PendingQuestion) => unknown;
  readonly #counters: ThreadCounters;
  #waiterCount = 0;

  /** `ask` is called once per new question; it must not throw, and must call `settle` later, whatever happens. */
  constructor(ask: (question: PendingQuestion) => unknown, counters: ThreadCounters) {
    this.#ask = ask;
    this.#counters = counters;
  }

  get waiterCount(): number {
    return this.#waiterCount;
  }

  /** Copies the query out and lets it wait; false if the pool is full. */
  join(query: Query): boolean {
    if (this.#waiterCount >= WAITERS_MAX) return false;
    const id = identify(query.asked);
    const pending = this.#questions.get(id);
    if (pending !== undefined) {
      if (pending.waiters.length >= WAITERS_PER_QUESTION_MAX) return false;
      this.#counters.increment(JOINED);
      this.#addWaiter(pending, query);
      return true;
    }
    if (this.#questions.size >= QUESTIONS_MAX) return false;
    const { asked } = query;
    const question = {
      id,
      question: { ...asked, name: new Uint8Array(asked.name.subarray(0, asked.nameLength)) },
      waiters: [],
    };
    this.#questions.set(id, question);
    this.#addWaiter(question, query);
    this.#ask(question);
    return true;
  }

  /** Takes the question out of the pool; its waiters are the caller's to answer. */
  settle(question: PendingQuestion): readonly Waiter[] {
    this.#questions.delete(question.id);
    this.#waiterCount -= question.waiters.length;
    return question.waiters;
  }

  #addWaiter(pending: PendingQuestion, query: Query): void {
    this.#waiterCount++;
    pending.waiters.push({
      sink: query.sink,
      returnPath: query.sink.retain(query.returnPath),
      // Copies: the listener's buffers are about to be overwritten.
      message: copyQuery(query.message, query.facts),
      clientAddress: new Uint8Array(query.clientAddress),
    });
  }
}

/** Octets as characters: names are octet strings, and a decoder would make different ones equal. */
function identify({ name, nameLength, type, class: questionClass, variant }: AnswerKey): string {
  return `${Buffer.from(name.buffer, name.byteOffset, nameLength).toString('latin1')} ${type} ${questionClass} ${variant}`;
}
