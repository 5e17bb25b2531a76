// Answers that are asked for often are fetched anew shortly before they expire, in the background: who asks meanwhile gets the old
// one, which is still good. Of all threads one fetches. Where that fails, the old one lives out its time, unless it is found forged.

import type { AnswerCache, AnswerKey } from '../../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../../memory/counters/counters.ts';
import type { RefreshClaims } from '../../memory/upstream-notes/refresh-claims.ts';
import { EVERY_TYPE } from '../answers/answer-filing.ts';
import { blankKey, turnKeyTo } from '../answers/answer-key.ts';
import type { PendingQuestions } from './pending-questions.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { Query } from '../query.ts';

const PREFETCHES = counterIndex('prefetches');
/** The eviction rule counts no further. */
const POPULAR = 3;
/** Shorter lives are over before it pays. */
const LIFETIME_MIN_SECONDS = 10;

export interface PrefetchParts {
  readonly cache: AnswerCache;
  readonly claims: RefreshClaims;
  readonly inForce: PolicyInForce;
  readonly pending: PendingQuestions;
  readonly counters: ThreadCounters;
}

/** To be called with a query whose answer, in `query.cached`, is about to expire. */
export type Prefetch = (query: Query) => void;

export function prefetch({ cache, claims, inForce, pending, counters }: PrefetchParts): Prefetch {
  const everyType = blankKey();

  /** An NXDOMAIN is filed for every type of the name. */
  function isPopular(asked: AnswerKey): boolean {
    if (cache.timesAsked(asked) >= POPULAR) return true;
    return cache.timesAsked(turnKeyTo(everyType, asked, EVERY_TYPE, asked.variant)) >= POPULAR;
  }

  return (query) => {
    const { asked, cached, nowSeconds } = query;
    if (!inForce.live.cache.prefetch) return;
    if (cached.expiresAtSeconds - cached.storedAtSeconds < LIFETIME_MIN_SECONDS || !isPopular(asked)) return;
    const claim = claims.claim(asked, nowSeconds);
    if (claim === 0 || !pending.refresh(query, claim)) return;
    counters.increment(PREFETCHES);
  };
}
