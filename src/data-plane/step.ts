// The three kinds of steps: values, not classes; called one after the other in the order of pipeline.ts.

import type { Answer } from './answers/answer.ts';
import type { Query, Verdict } from './query.ts';

/** A client's query on its way in. */
export interface Step {
  readonly name: string;
  run(query: Query): Verdict;
}

/** An upstream's answer, once for all who wait for it. */
export interface AnswerStep {
  readonly name: string;
  run(answer: Answer): void;
}

/** A client's answer on its way out: it has no say in whether the answer is sent. */
export interface ReplyStep {
  readonly name: string;
  run(query: Query): void;
}
