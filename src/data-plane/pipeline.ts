// THE list: everything that happens to a query, in order, each line with the reason why it stands there.

import type { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import type { ThreadCounters } from '../memory/counters/counters.ts';
import type { Sightings } from '../memory/sightings/sightings.ts';
import type { LanZone } from '../upstream/lan-resolver/lan-zone.ts';
import type { Answer } from './answers/answer.ts';
import type { AnswerInspector } from './answers/answer-inspector.ts';
import type { FailureCache } from './fallback/failure-cache.ts';
import type { LanQuestions } from './questions/lan-questions.ts';
import type { PendingQuestions } from './questions/pending-questions.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import type { Prefetch } from './questions/prefetch.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from './query.ts';
import type { ServerCookies } from './server-cookies.ts';
import type { StaleAnswers } from './fallback/stale-answers.ts';
import { replyInternalError } from './refusals.ts';
import { answerFromCache } from './steps/answer-from-cache.ts';
import { answerFromFailure } from './steps/answer-from-failure.ts';
import { answerLocally } from './steps/answer-locally.ts';
import { appendEdns } from './steps/append-edns.ts';
import { applyPolicy } from './steps/apply-policy.ts';
import { checkAnswer } from './steps/check-answer.ts';
import { checkCookie } from './steps/check-cookie.ts';
import { checkHeader } from './steps/check-header.ts';
import { checkPacket } from './steps/check-packet.ts';
import { checkQuestion } from './steps/check-question.ts';
import { count } from './steps/count.ts';
import { deriveAnswer } from './steps/derive-answer.ts';
import { dns64Reverse } from './steps/dns64-reverse.ts';
import { fitTransport } from './steps/fit-transport.ts';
import { followAlias, followAliasOfRule } from './steps/follow-alias.ts';
import { identifyClient } from './steps/identify-client.ts';
import { inspectAnswer } from './steps/inspect-answer.ts';
import { joinPending } from './steps/join-pending.ts';
import { limitAccess } from './steps/limit-access.ts';
import { outdateAnswers } from './steps/outdate-answers.ts';
import { restoreQuestion } from './steps/restore-question.ts';
import { storeAnswer } from './steps/store-answer.ts';
import { refuseLoop } from './steps/refuse-loop.ts';
import { OPTION_BIT } from '../wire/query-option.ts';
import type { Superseder } from './fallback/supersede.ts';

const { PASS } = VERDICT;
const { COOKIE } = OPTION_BIT;

export interface Pipeline {
  /** The first verdict that is not PASS. */
  onQuery(query: Query): Verdict;
  /** The same for a query that was answered, and now asks for another type in place of the client's (synthesis.ts). */
  onOtherType(query: Query): Verdict;
  /** The same for a query whose answer was an alias, and which now asks for its target (cut-off-alias.ts). */
  onOtherName(query: Query): Verdict;
  /** The same for a query whose answer a rule about addresses has led elsewhere (reply-inspected.ts). */
  onOtherAnswer(query: Query): Verdict;
  onAnswer(answer: Answer): void;
  onReply(query: Query): void;
}

export interface PipelineParts {
  readonly inForce: PolicyInForce;
  readonly cache: AnswerCache;
  readonly inspector: AnswerInspector;
  readonly pending: PendingQuestions;
  readonly counters: ThreadCounters;
  readonly cookies: ServerCookies;
  readonly failures: FailureCache;
  readonly stale: StaleAnswers;
  readonly superseder: Superseder;
  readonly prefetch: Prefetch;
  readonly sightings: Sightings;
  readonly zones: readonly LanZone[];
  readonly lanQuestions: LanQuestions;
  /** A zone's own resolver asked what it is being asked. */
  onLoop(zone: LanZone): void;
}

/**
 * Spelled out as calls, not as arrays: each call site then knows one step, which the compiler can call directly or inline. What most
 * queries have no need of is not even called.
 */
export function buildPipeline(parts: PipelineParts): Pipeline {
  const { inForce, cache, inspector, pending, counters, cookies, failures, stale } = parts;
  const answerOurs = answerLocally(inForce, parts.sightings);
  const mapReverse = dns64Reverse(inForce);
  const goAlong = followAlias(inForce);
  const goAlongBehindRule = followAliasOfRule(inForce);
  const breakLoop = refuseLoop(parts.zones, parts.lanQuestions, parts.onLoop);
  const admit = limitAccess(inForce.access);
  const identify = identifyClient(inForce);
  const readPacket = checkPacket(cookies);
  const lookAtCookie = checkCookie(cookies);
  const judge = applyPolicy(inForce);
  const recall = answerFromCache(cache, inForce, inspector, parts.prefetch);
  const recallFailure = answerFromFailure(failures, stale);
  const join = joinPending(pending, stale, inForce);
  const check = checkAnswer(inspector, inForce);
  const inspect = inspectAnswer(inspector);
  const store = storeAnswer(cache, inForce, inspector, counters);
  const outdate = outdateAnswers(parts.superseder, inForce, inspector);
  const speakEdns = appendEdns(cookies);
  const tally = count(counters);

  function goOn(query: Query): Verdict {
    return answerOurs.run(query) || (query.local.aliasLength === 0 ? PASS : goAlongBehindRule.run(query));
  }

  return {
    onQuery: (query) =>
      checkHeader.run(query) || // first: what is no query gets silence, from whomever it comes
      admit.run(query) || // before anything a stranger sent is parsed
      readPacket.run(query) || // everything below trusts the question
      // Before any answer: where cookies are required, a forged address gets none.
      ((query.facts.options & COOKIE) === 0 ? PASS : lookAtCookie.run(query)) ||
      // Before anything that is not the same for everybody.
      (inForce.tellsClientsApart ? identify.run(query) : PASS) ||
      checkQuestion.run(query) || // before any work: everything below has a question to work on
      // Before our names: what it leads to may be one of them.
      (inForce.live.dns64 === undefined ? PASS : mapReverse.run(query)) ||
      answerOurs.run(query) || // before policy: these names are ours to answer, listed or not
      // Before policy: it is the target that is asked, and judged.
      (query.local.aliasLength === 0 ? PASS : goAlong.run(query)) ||
      judge.run(query) || // before the cache: a rule made a second ago holds for what was cached an hour ago
      // A rule has led to another name, which may be one of ours.
      (query.decision.response?.kind === 'alias' ? goOn(query) : PASS) ||
      recall.run(query) || // before joining: only a miss may cost an allocation
      recallFailure.run(query) || // behind the cache: an answer that somebody got meanwhile ends a failure
      // Behind everything that is known here, which whoever asks may hear; before somebody is asked.
      (query.local.forwarder < 0 ? PASS : breakLoop.run(query)) ||
      join.run(query), // last: everything that reaches it leaves the host
    onOtherType: (query) =>
      query.outcome === OUTCOME.LOCAL
        ? answerOurs.run(query) || replyInternalError(query) // a name that is ours is so with every type
        : recall.run(query) || recallFailure.run(query) || breakLoop.run(query) || join.run(query),
    onOtherName: (query) =>
      answerOurs.run(query) || // as if a client had asked for it
      (query.local.aliasLength === 0 ? PASS : goAlong.run(query)) ||
      // Where the name before was allowed by name, so is its target.
      (query.derivation.isAllowed
        ? PASS
        : judge.run(query) || (query.decision.response?.kind === 'alias' ? goOn(query) : PASS)) ||
      recall.run(query) ||
      recallFailure.run(query) ||
      breakLoop.run(query) ||
      join.run(query),
    onOtherAnswer(query) {
      query.askAsClient(); // the answer that was left may have been one to another question
      return goOn(query) || recall.run(query) || recallFailure.run(query) || breakLoop.run(query) || join.run(query);
    },
    onAnswer(answer) {
      check.run(answer); // first: cuts off what was for us alone
      inspect.run(answer); // before storing: the finding is filed with the answer
      store.run(answer); // also when blocked: a later policy may allow it
      outdate.run(answer); // last: it looks for what the answer outdates
    },
    onReply(query) {
      deriveAnswer.run(query); // first: what follows sees the answer to the client's own question
      restoreQuestion.run(query); // then: what follows appends to the client's own message
      speakEdns.run(query); // before fitting: OPT counts towards the size
      fitTransport.run(query); // last to change the message: nothing may grow it afterwards
      tally.run(query); // outside of everything: what is counted is what was sent
    },
  };
}
