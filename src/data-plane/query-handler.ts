// Runs the pipeline: once for a query, once for each answer that comes back. A bug in a step costs one answer
// (SERVFAIL), never the listener.

import type { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
import type { Clock } from '../memory/monotonic-clock.ts';
import type { AsksUpstream, UpstreamFailureCode } from '../upstream/upstream.ts';
import { buildQuery } from '../wire/query-builder.ts';
import { readQuery } from '../wire/query-reader.ts';
import type { Answer } from './answer.ts';
import { VARIANT_CHECKING_DISABLED, VARIANT_DNSSEC_OK } from './answer-filing.ts';
import { AnswerInspector, CLEAN } from './answer-inspector.ts';
import type { QueryHandler } from './listeners/listener.ts';
import { type PendingQuestion, PendingQuestions, type Waiter } from './pending-questions.ts';
import { buildPipeline, type Pipeline } from './pipeline.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { NO_TEXT, OUTCOME, Query, VERDICT } from './query.ts';
import { replyInspected, replyInternalError, replyUpstreamFailure } from './refusals.ts';

export interface QueryHandlerParts {
  readonly hashKey: Uint8Array;
  readonly inForce: PolicyInForce;
  readonly cache: AnswerCache;
  readonly counters: ThreadCounters;
  readonly upstream: AsksUpstream;
  readonly clock: Clock;
  /** A bug was caught; never carries names or addresses. */
  onInternalError(error: unknown): void;
}

const INTERNAL_ERRORS = counterIndex('internalErrors');
const DROPPED = counterIndex('queriesDropped');
const IGNORED = counterIndex('queriesIgnored');
const FIRST_TRANSPORT = counterIndex('queriesUdp');

export interface HandlesQueries {
  readonly handler: QueryHandler;
  /** Queries that wait for the upstream right now. */
  readonly waiting: number;
}

export function createQueryHandler(parts: QueryHandlerParts): HandlesQueries {
  const { counters, upstream, clock, inForce } = parts;
  const query = new Query(parts.hashKey);
  const inspector = new AnswerInspector(inForce, parts.hashKey);
  const pending = new PendingQuestions(
    {
      ask,
      onAnswer: (question, message) => settle(question, takeIn(question, message), 'bad-reply'),
      onFailure: (question, { code }) => settle(question, undefined, code),
    },
    counters,
  );
  const pipeline: Pipeline = buildPipeline({ inForce, cache: parts.cache, inspector, pending, counters });
  const { onQuery, onAnswer, onReply } = pipeline;

  const handler: QueryHandler = (sink, returnPath, message, length, clientAddress) => {
    query.begin(sink, returnPath, message, length, clientAddress, nowSeconds());
    counters.increment(FIRST_TRANSPORT + sink.transport.index);
    let verdict: number;
    try {
      verdict = onQuery(query);
    } catch (error) {
      verdict = internalError(error);
    }
    finish(verdict);
  };

  function nowSeconds(): number {
    return Math.floor(clock() / 1000);
  }

  /** The one place where a query leaves: the sink is called once, whatever happens. */
  function finish(verdict: number): void {
    if (verdict === VERDICT.WAIT) return;
    if (verdict === VERDICT.REPLY) prepareReply();
    else counters.increment(query.outcome === OUTCOME.BLOCKED ? DROPPED : IGNORED);
    try {
      if (verdict === VERDICT.REPLY) query.sink.answer(query.returnPath, query.reply, query.replyLength);
      else query.sink.drop(query.returnPath);
    } catch (error) {
      note(error);
    }
  }

  function prepareReply(): void {
    try {
      onReply(query);
    } catch (error) {
      internalError(error);
    }
  }

  function note(error: unknown): void {
    counters.increment(INTERNAL_ERRORS);
    parts.onInternalError(error);
  }

  function internalError(error: unknown): number {
    note(error);
    // What failed may have come before this query was read: the facts would be those of another.
    readQuery(query.message, query.length, query.facts);
    return replyInternalError(query);
  }

  /** Ends in `settle`, whatever happens: else the question and all who join it would wait for ever. */
  function ask(question: PendingQuestion): void {
    try {
      upstream.ask(outgoingQuery(question), question);
    } catch (error) {
      note(error);
      queueMicrotask(() => settle(question, undefined, 'bad-reply'));
    }
  }

  function outgoingQuery({ question }: PendingQuestion): Uint8Array {
    return buildQuery({
      name: question.name,
      nameLength: question.nameLength,
      type: question.type,
      class: question.class,
      dnssecOk: (question.variant & VARIANT_DNSSEC_OK) !== 0,
      checkingDisabled: (question.variant & VARIANT_CHECKING_DISABLED) !== 0,
    });
  }

  function settle(question: PendingQuestion, answer: Answer | undefined, failure: UpstreamFailureCode): void {
    for (const waiter of pending.settle(question)) {
      query.begin(
        waiter.sink,
        waiter.returnPath,
        waiter.message,
        waiter.message.length,
        waiter.clientAddress,
        nowSeconds(),
      );
      let verdict: number;
      try {
        verdict = deliver(waiter, answer, failure);
      } catch (error) {
        verdict = internalError(error);
      }
      finish(verdict);
    }
  }

  function takeIn({ question }: PendingQuestion, message: Uint8Array): Answer | undefined {
    const answer: Answer = {
      question,
      message,
      length: message.length,
      nowSeconds: nowSeconds(),
      inspection: CLEAN,
      extendedErrorCode: -1,
      extendedErrorText: NO_TEXT,
      isFaulty: false,
    };
    try {
      onAnswer(answer);
      return answer.isFaulty ? undefined : answer;
    } catch (error) {
      note(error);
      return undefined;
    }
  }

  function deliver(waiter: Waiter, answer: Answer | undefined, failure: UpstreamFailureCode): number {
    readQuery(waiter.message, waiter.message.length, query.facts);
    if (answer === undefined) return replyUpstreamFailure(query, failure);
    if (answer.inspection !== CLEAN) return replyInspected(query, inForce, answer.inspection);
    query.reply.set(answer.message.subarray(0, answer.length));
    query.replyLength = answer.length;
    query.replyIsRelayed = true;
    query.outcome = OUTCOME.UPSTREAM;
    query.explain(answer.extendedErrorCode, answer.extendedErrorText);
    return VERDICT.REPLY;
  }

  return {
    handler,
    get waiting() {
      return pending.waiterCount;
    },
  };
}
