// Runs the pipeline: once for a query, once for each answer that comes back. A bug in a step costs one answer
// (SERVFAIL), never the listener.

import type { AnswerCache } from '../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
import type { Clock } from '../memory/monotonic-clock.ts';
import { Reachability } from '../memory/upstream-notes/reachability.ts';
import { RefreshClaims } from '../memory/upstream-notes/refresh-claims.ts';
import { readQuery } from '../wire/query-reader.ts';
import { AnswerInspector } from './answers/answer-inspector.ts';
import type { WaysOut } from './questions/ask-upstream.ts';
import { FailureCache } from './fallback/failure-cache.ts';
import type { QueryHandler } from './listeners/listener.ts';
import { LanQuestions } from './questions/lan-questions.ts';
import { judgeAgain } from './questions/judge-again.ts';
import { PendingQuestions } from './questions/pending-questions.ts';
import { buildPipeline } from './pipeline.ts';
import type { PolicyInForce } from './policy-in-force.ts';
import { prefetch } from './questions/prefetch.ts';
import { OUTCOME, Query, VERDICT, type Verdict } from './query.ts';
import { QuestionSettler } from './questions/question-settler.ts';
import { replyInternalError } from './refusals.ts';
import type { ServerCookies } from './server-cookies.ts';
import { StaleAnswers } from './fallback/stale-answers.ts';
import { Superseder } from './fallback/supersede.ts';
import { Sightings } from '../memory/sightings/sightings.ts';
import type { LanZone } from '../upstream/lan-resolver/lan-zone.ts';
import { leadsElsewhere } from './derivation/cut-off-alias.ts';
import { wantsIpv4 } from './derivation/synthesis.ts';
import { beginAgain, restoreWaiter, type Waiter } from './questions/waiter.ts';

export interface QueryHandlerParts extends WaysOut {
  readonly hashKey: Uint8Array;
  readonly inForce: PolicyInForce;
  readonly cache: AnswerCache;
  /** Of createUpstreamNotes. */
  readonly upstreamNotes: SharedArrayBuffer;
  /** Of createSightings. */
  readonly sightings: SharedArrayBuffer;
  readonly counters: ThreadCounters;
  readonly clock: Clock;
  readonly cookies: ServerCookies;
  /** Of the LAN resolvers, by number. */
  readonly zones: readonly LanZone[];
  /** A zone's own resolver asked what it is being asked. */
  onLoop(zone: LanZone): void;
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
  const { counters, cache, clock, inForce } = parts;
  const query = new Query(parts.hashKey);
  const inspector = new AnswerInspector(inForce, parts.hashKey);
  const reachability = new Reachability(parts.upstreamNotes);
  const claims = new RefreshClaims(parts.upstreamNotes);
  const failures = new FailureCache(cache, reachability);
  const stale = new StaleAnswers(cache, inForce, inspector);
  const superseder = new Superseder(cache);
  const lanQuestions = new LanQuestions(cache, parts.zones);
  const settler = new QuestionSettler({
    ways: parts,
    inForce,
    inspector,
    failures,
    stale,
    superseder,
    reachability,
    claims,
    lanQuestions,
    nowSeconds,
    onAnswer: (answer) => onAnswer(answer),
    answerWaiter,
    note,
  });
  const pending = new PendingQuestions(settler, counters, clock);
  settler.pending = pending;
  const { onQuery, onOtherName, onOtherType, onOtherAnswer, onAnswer, onReply } = buildPipeline({
    inForce,
    cache,
    inspector,
    pending,
    counters,
    cookies: parts.cookies,
    failures,
    stale,
    zones: parts.zones,
    lanQuestions,
    onLoop: (zone) => parts.onLoop(zone),
    superseder,
    sightings: new Sightings(parts.sightings),
    prefetch: prefetch({ cache, claims, inForce, pending, counters }),
  });

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
  function finish(firstVerdict: number): void {
    const { dns64 } = inForce.live;
    let verdict = firstVerdict;
    if (
      verdict === VERDICT.ELSEWHERE ||
      (verdict === VERDICT.REPLY && (query.local.forwarder >= 0 || dns64 !== undefined))
    )
      verdict = goOn(verdict);
    if (verdict === VERDICT.WAIT) return;
    if (verdict === VERDICT.REPLY) prepareReply();
    else counters.increment(query.outcome === OUTCOME.BLOCKED ? DROPPED : IGNORED);
    try {
      if (query.outcome === OUTCOME.STALE) query.sink.noteStale?.(query.returnPath);
      if (verdict === VERDICT.REPLY) query.sink.answer(query.returnPath, query.reply, query.replyLength);
      else query.sink.drop(query.returnPath);
    } catch (error) {
      note(error);
    }
  }

  /**
   * What was found may not be the end of it: a rule about its addresses leads elsewhere; the resolver of a zone has stopped at an alias,
   * which is followed on; a name without IPv6 address is answered by way of its IPv4 addresses. What is asked then may have to be waited for.
   */
  function goOn(firstVerdict: number): number {
    const { dns64 } = inForce.live;
    try {
      let verdict = firstVerdict;
      for (;;) {
        if (verdict === VERDICT.ELSEWHERE) verdict = onOtherAnswer(query);
        else if (verdict !== VERDICT.REPLY) return verdict;
        else if (query.local.forwarder >= 0 && leadsElsewhere(query)) verdict = onOtherName(query);
        else if (dns64 !== undefined && wantsIpv4(query, dns64)) verdict = onOtherType(query);
        else return verdict;
      }
    } catch (error) {
      return internalError(error);
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

  function answerWaiter(waiter: Waiter, reply: (query: Query) => Verdict): boolean {
    beginAgain(query, waiter, nowSeconds());
    let verdict: number;
    try {
      restoreWaiter(query, waiter);
      verdict = judgeAgain(query, waiter, inForce, onOtherName) || reply(query);
    } catch (error) {
      verdict = internalError(error);
    }
    if (verdict === VERDICT.PASS) return false;
    finish(verdict);
    return true;
  }

  return {
    handler,
    get waiting() {
      return pending.waiterCount;
    },
  };
}
