// An upstream's answer as the data plane reads it before it looks at anything else in it: cut down to what belongs to its question.

import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { isReferral } from '../../wire/referral.ts';
import { ScopedAnswer } from '../../wire/scoped-answer.ts';

export interface ReadAnswer {
  readonly message: Uint8Array;
  readonly facts: AnswerFacts;
}

/** Undefined for one that no client gets. */
export function readUpstreamAnswer(message: Uint8Array): ReadAnswer | undefined {
  const facts = new AnswerFacts();
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE || isReferral(message, facts)) return undefined;
  const { rcode } = facts;
  const scoped = new ScopedAnswer();
  if (!scoped.cut(message, facts, false)) return undefined;
  facts.rcode = rcode;
  return { message: scoped.message.subarray(0, scoped.length), facts };
}
