// What becomes of questions that were asked: an answer is checked and filed, a failure is kept, and whoever waits gets the best there
// is: the answer, else what was known before, else the failure.

import type { Reachability } from '../../memory/upstream-notes/reachability.ts';
import type { RefreshClaims } from '../../memory/upstream-notes/refresh-claims.ts';
import type { UpstreamFailed } from '../../upstream/upstream.ts';
import { DEFAULT_GROUP } from '../../policy/group-policy.ts';
import { rcodeOf, readFlags } from '../../wire/header.ts';
import { RCODE } from '../../wire/numbers.ts';
import type { Answer } from '../answers/answer.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import { NO_UPSTREAM_BLOCK } from '../../policy/upstream-block.ts';
import { askUpstream, type WaysOut } from './ask-upstream.ts';
import { deliverAnswer } from './deliver-answer.ts';
import {
  allowsStale,
  FAILURE_KIND,
  type Failure,
  type FailureKind,
  failureByReferral,
  failureSaid,
  failureToAnswer,
  isBogus,
} from '../fallback/failure.ts';
import type { FailureCache } from '../fallback/failure-cache.ts';
import type { LanQuestions } from './lan-questions.ts';
import type { PendingQuestion, QuestionOwner } from './pending-question.ts';
import type { PendingQuestions } from './pending-questions.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { NO_TEXT, type Query, VERDICT, type Verdict } from '../query.ts';
import { replyUpstreamFailure } from '../refusals.ts';
import type { StaleAnswers } from '../fallback/stale-answers.ts';
import type { Superseder } from '../fallback/supersede.ts';
import type { Waiter } from './waiter.ts';

export interface QuestionSettlerParts {
  readonly ways: WaysOut;
  readonly inForce: PolicyInForce;
  readonly inspector: AnswerInspector;
  readonly failures: FailureCache;
  readonly stale: StaleAnswers;
  readonly superseder: Superseder;
  readonly reachability: Reachability;
  readonly claims: RefreshClaims;
  readonly lanQuestions: LanQuestions;
  nowSeconds(): number;
  /** The steps of the pipeline for answers. */
  onAnswer(answer: Answer): void;
  /** Makes the thread's Query the waiter's again, has it answered by `reply`, and sends that. False if `reply` had nothing: PASS. */
  answerWaiter(waiter: Waiter, reply: (query: Query) => Verdict): boolean;
  /** A bug was caught. */
  note(error: unknown): void;
}

export class QuestionSettler implements QuestionOwner {
  readonly #parts: QuestionSettlerParts;
  /** Set once both are made. */
  pending!: PendingQuestions;

  constructor(parts: QuestionSettlerParts) {
    this.#parts = parts;
  }

  /** Ends in `settle`, whatever happens: else the question and all who join it would wait for ever. */
  ask(question: PendingQuestion): void {
    const { reachability, lanQuestions, nowSeconds } = this.#parts;
    question.askedInEpoch = reachability.epoch;
    try {
      lanQuestions.note(question, nowSeconds());
      askUpstream(question, this.#parts.ways);
    } catch (error) {
      this.#parts.note(error);
      queueMicrotask(() =>
        this.#fail(question, failureToAnswer('bad-reply', FAILURE_KIND.UNANSWERED, question.forwarder), false),
      );
    }
  }

  onAnswer(question: PendingQuestion, message: Uint8Array, server: string): void {
    const { claims, inForce, inspector, reachability, answerWaiter } = this.#parts;
    if (question.forwarder < 0) reachability.noteAnswer(this.#parts.nowSeconds());
    const answer = this.#takeIn(question, message, server);
    if (answer === undefined) {
      this.#fail(question, failureToAnswer('bad-reply', FAILURE_KIND.UNANSWERED, question.forwarder), true);
      return;
    }
    if (answer.isReferral) {
      this.#fail(question, failureByReferral(question.forwarder), true);
      return;
    }
    const rcode = rcodeOf(readFlags(answer.message));
    if (rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN) {
      this.#fail(question, failureSaid(rcode, answer, question.forwarder), true);
      return;
    }
    if (question.claim !== 0 && answer.isStored) claims.release(question.question, question.claim);
    for (const waiter of this.#settle(question)) {
      answerWaiter(waiter, (query) => deliverAnswer(query, answer, inForce, inspector));
    }
  }

  onFailure(question: PendingQuestion, { code }: UpstreamFailed): void {
    // Too much at once is our own trouble, and says nothing about the question.
    this.#fail(question, failureToAnswer(code, this.#kindOf(question), question.forwarder), code !== 'overloaded');
  }

  onLate(question: PendingQuestion): void {
    const { stale, answerWaiter } = this.#parts;
    question.isLate = true;
    if (!stale.areGiven) return;
    const reply = (query: Query): Verdict => stale.reply(query, question.question);
    for (const waiter of this.pending.takeWaiters(question)) {
      if (!answerWaiter(waiter, reply)) this.pending.giveBack(question, waiter);
    }
  }

  #fail(question: PendingQuestion, failure: Failure, isKept: boolean): void {
    const { failures, stale, superseder, inForce, answerWaiter, nowSeconds } = this.#parts;
    const key = question.question;
    const now = nowSeconds();
    const isStaleAllowed = allowsStale(failure);
    const hasStale = isStaleAllowed && stale.isThere(key, now);
    // Of a refresh nobody hears: its answer has not expired yet, and ends before its time only where it turns out to be forged.
    if (isKept && question.isWanted) failures.keep(key, failure, hasStale, now);
    const since = now - inForce.live.cache.staleSeconds;
    if (isBogus(failure.extendedErrorCode)) superseder.answerIsWithdrawn(key, now, since);
    // Nor is it given later, when the upstream is slow or says nothing at all.
    else if (!isStaleAllowed) superseder.answerIsNotGivenStale(key, since);
    const reply = (query: Query): Verdict => {
      const verdict = hasStale ? stale.reply(query, key) : VERDICT.PASS;
      return verdict === VERDICT.PASS ? replyUpstreamFailure(query, failure) : verdict;
    };
    for (const waiter of this.#settle(question)) answerWaiter(waiter, reply);
  }

  /** Whoever waited for it is the caller's to answer. */
  #settle(question: PendingQuestion): readonly Waiter[] {
    const { lanQuestions, nowSeconds } = this.#parts;
    lanQuestions.forget(question, nowSeconds());
    return this.pending.settle(question);
  }

  /** Nobody gets an answer; or others do since an outage ended, in which it was asked; or others do, and did all the while. */
  #kindOf({ forwarder, askedAtMilliseconds, askedInEpoch }: PendingQuestion): FailureKind {
    const { reachability } = this.#parts;
    if (forwarder >= 0) return FAILURE_KIND.UNANSWERED;
    const isNobodyAnswered = reachability.answeredAtSeconds <= Math.floor(askedAtMilliseconds / 1000);
    if (isNobodyAnswered || reachability.isOut) return FAILURE_KIND.OUTAGE;
    return reachability.epoch === askedInEpoch ? FAILURE_KIND.UNANSWERED : FAILURE_KIND.PAST_OUTAGE;
  }

  #takeIn(
    { question, forwarder, groupIndex }: PendingQuestion,
    message: Uint8Array,
    server: string,
  ): Answer | undefined {
    const answer: Answer = {
      question,
      forwarder,
      message,
      server,
      length: message.length,
      nowSeconds: this.#parts.nowSeconds(),
      lifetimeSeconds: 0,
      isStored: false,
      inspection: NO_UPSTREAM_BLOCK,
      groupIndex: this.#parts.inForce.isGroup(groupIndex) ? groupIndex : DEFAULT_GROUP,
      cleanGroups: 0,
      otherCleanGroup: 0,
      extendedErrorCode: -1,
      extendedErrorText: NO_TEXT,
      isFaulty: false,
      isReferral: false,
    };
    try {
      this.#parts.onAnswer(answer);
      return answer.isFaulty && !answer.isReferral ? undefined : answer;
    } catch (error) {
      this.#parts.note(error);
      return undefined;
    }
  }
}
