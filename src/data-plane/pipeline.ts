// THE list: everything that happens to a query, in order, each line with the reason why it stands there.

import type { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import type { ThreadCounters } from '../memory/counters/counters.ts';
import type { Answer } from './answer.ts';
import type { AnswerInspector } from './answer-inspector.ts';
import type { PendingQuestions } from './pending-questions.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { Query, Verdict } from './query.ts';
import { answerFromCache } from './steps/answer-from-cache.ts';
import { answerLocally } from './steps/answer-locally.ts';
import { appendEdns } from './steps/append-edns.ts';
import { applyPolicy } from './steps/apply-policy.ts';
import { checkAnswer } from './steps/check-answer.ts';
import { checkHeader } from './steps/check-header.ts';
import { checkPacket } from './steps/check-packet.ts';
import { count } from './steps/count.ts';
import { fitTransport } from './steps/fit-transport.ts';
import { inspectAnswer } from './steps/inspect-answer.ts';
import { joinPending } from './steps/join-pending.ts';
import { limitAccess } from './steps/limit-access.ts';
import { restoreQuestion } from './steps/restore-question.ts';
import { storeAnswer } from './steps/store-answer.ts';

export interface Pipeline {
  /** The first verdict that is not PASS. */
  onQuery(query: Query): Verdict;
  onAnswer(answer: Answer): void;
  onReply(query: Query): void;
}

export interface PipelineParts {
  readonly inForce: PolicyInForce;
  readonly cache: AnswerCache;
  readonly inspector: AnswerInspector;
  readonly pending: PendingQuestions;
  readonly counters: ThreadCounters;
}

/** Spelled out as calls, not as arrays: each call site then knows one step, which the compiler can call directly or inline. */
export function buildPipeline({ inForce, cache, inspector, pending, counters }: PipelineParts): Pipeline {
  const admit = limitAccess(inForce.access);
  const judge = applyPolicy(inForce);
  const recall = answerFromCache(cache, inForce, inspector);
  const join = joinPending(pending);
  const check = checkAnswer(inspector);
  const inspect = inspectAnswer(inspector);
  const store = storeAnswer(cache, inForce, inspector, counters);
  const tally = count(counters);
  return {
    onQuery: (query) =>
      checkHeader.run(query) || // first: what is no query gets silence, from whomever it comes
      admit.run(query) || // before anything a stranger sent is parsed
      checkPacket.run(query) || // everything below trusts the question
      answerLocally.run(query) || // before policy: these names are ours to answer, listed or not
      judge.run(query) || // before the cache: a rule made a second ago holds for what was cached an hour ago
      recall.run(query) || // before joining: only a miss may cost an allocation
      join.run(query), // last: everything that reaches it leaves the host
    onAnswer(answer) {
      check.run(answer); // first: cuts off what was for us alone
      inspect.run(answer); // before storing: the finding is filed with the answer
      store.run(answer); // also when blocked: a later policy may allow it
    },
    onReply(query) {
      restoreQuestion.run(query); // first: what follows appends to the client's own message
      appendEdns.run(query); // before fitting: OPT counts towards the size
      fitTransport.run(query); // last to change the message: nothing may grow it afterwards
      tally.run(query); // outside of everything: what is counted is what was sent
    },
  };
}
