// THE list: everything that happens to a query, in order, each line with the reason why it stands there.

import type { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import type { ThreadCounters } from '../memory/counters/counters.ts';
import type { AnswerInspector } from './answer-inspector.ts';
import type { PendingQuestions } from './pending-questions.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { AnswerStep, ReplyStep, Step } from './step.ts';
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
  readonly onQuery: readonly Step[];
  readonly onAnswer: readonly AnswerStep[];
  readonly onReply: readonly ReplyStep[];
}

export interface PipelineParts {
  readonly inForce: PolicyInForce;
  readonly cache: AnswerCache;
  readonly inspector: AnswerInspector;
  readonly pending: PendingQuestions;
  readonly counters: ThreadCounters;
}

export function buildPipeline({ inForce, cache, inspector, pending, counters }: PipelineParts): Pipeline {
  return {
    onQuery: [
      checkHeader, // first: what is no query gets silence, from whomever it comes
      limitAccess(inForce.access), // before anything a stranger sent is parsed
      checkPacket, // everything below trusts the question
      answerLocally, // before policy: these names are ours to answer, listed or not
      applyPolicy(inForce), // before the cache: a rule made a second ago holds for what was cached an hour ago
      answerFromCache(cache, inForce, inspector), // before joining: only a miss may cost an allocation
      joinPending(pending), // last: everything that reaches it leaves the host
    ],
    onAnswer: [
      checkAnswer(inspector), // first: cuts off what was for us alone
      inspectAnswer(inspector), // before storing: the finding is filed with the answer
      storeAnswer(cache, inForce, inspector, counters), // also when blocked: a later policy may allow it
    ],
    onReply: [
      restoreQuestion, // first: what follows appends to the client's own message
      appendEdns, // before fitting: OPT counts towards the size
      fitTransport, // last to change the message: nothing may grow it afterwards
      count(counters), // outside of everything: what is counted is what was sent
    ],
  };
}
