// Runs the pipeline: one flat loop for a query, one for each answer that comes back. A bug in a step costs one answer
// (SERVFAIL), never the listener.

import type { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
import type { Clock } from '../memory/monotonic-clock.ts';
import type { Upstream, UpstreamOutcome } from '../upstream/upstream.ts';
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
  readonly upstream: Upstream;
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
  const pending = new PendingQuestions(ask, counters);
  const pipeline: Pipeline = buildPipeline({ inForce, cache: parts.cache, inspector, pending, counters });
  const { onQuery, onAnswer, onReply } = pipeline;

  const handler: QueryHandler = (sink, returnPath, message, length, clientAddress) => {
    query.begin(sink, returnPath, message, length, clientAddress, nowSeconds());
    counters.increment(FIRST_TRANSPORT + sink.transport.index);
    let verdict: number = VERDICT.PASS;
    try {
      for (let i = 0; verdict === VERDICT.PASS && i < onQuery.length; i++) verdict = onQuery[i]!.run(query);
    } catch (error) {
      verdict = internalError(error);
    }
    if (verdict === VERDICT.REPLY) reply();
    else if (verdict === VERDICT.DROP) drop();
  };

  function nowSeconds(): number {
    return Math.floor(clock() / 1000);
  }

  function reply(): void {
    try {
      for (let i = 0; i < onReply.length; i++) onReply[i]!.run(query);
    } catch (error) {
      internalError(error);
    }
    query.sink.answer(query.returnPath, query.reply, query.replyLength);
  }

  function drop(): void {
    counters.increment(query.outcome === OUTCOME.BLOCKED ? DROPPED : IGNORED);
    query.sink.drop(query.returnPath);
  }

  function internalError(error: unknown): number {
    counters.increment(INTERNAL_ERRORS);
    parts.onInternalError(error);
    return replyInternalError(query);
  }

  function ask(pendingQuestion: PendingQuestion): void {
    const { question } = pendingQuestion;
    const outgoing = buildQuery({
      name: question.name,
      nameLength: question.nameLength,
      type: question.type,
      class: question.class,
      dnssecOk: (question.variant & VARIANT_DNSSEC_OK) !== 0,
      checkingDisabled: (question.variant & VARIANT_CHECKING_DISABLED) !== 0,
    });
    void upstream.exchange(outgoing).then(
      (outcome) => settle(pendingQuestion, outcome),
      (error: unknown) => {
        counters.increment(INTERNAL_ERRORS);
        parts.onInternalError(error);
        settle(pendingQuestion, { ok: false, code: 'bad-reply', detail: 'internal error' });
      },
    );
  }

  function settle(pendingQuestion: PendingQuestion, outcome: UpstreamOutcome): void {
    const answer = outcome.ok ? takeIn(pendingQuestion, outcome.message) : undefined;
    for (const waiter of pending.settle(pendingQuestion)) {
      query.begin(
        waiter.sink,
        waiter.returnPath,
        waiter.message,
        waiter.message.length,
        waiter.clientAddress,
        nowSeconds(),
      );
      try {
        deliver(waiter, answer, outcome);
      } catch (error) {
        internalError(error);
        reply();
      }
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
      for (const step of onAnswer) step.run(answer);
      return answer.isFaulty ? undefined : answer;
    } catch (error) {
      counters.increment(INTERNAL_ERRORS);
      parts.onInternalError(error);
      return undefined;
    }
  }

  function deliver(waiter: Waiter, answer: Answer | undefined, outcome: UpstreamOutcome): void {
    readQuery(waiter.message, waiter.message.length, query.facts);
    let verdict: number = VERDICT.REPLY;
    if (answer === undefined) verdict = replyUpstreamFailure(query, outcome.ok ? 'bad-reply' : outcome.code);
    else if (answer.inspection !== CLEAN) verdict = replyInspected(query, inForce, answer.inspection);
    else {
      query.ownReply.set(answer.message.subarray(0, answer.length));
      query.replyLength = answer.length;
      query.replyIsRelayed = true;
      query.outcome = OUTCOME.UPSTREAM;
      query.explain(answer.extendedErrorCode, answer.extendedErrorText);
    }
    if (verdict === VERDICT.DROP) drop();
    else reply();
  }

  return {
    handler,
    get waiting() {
      return pending.waiterCount;
    },
  };
}
