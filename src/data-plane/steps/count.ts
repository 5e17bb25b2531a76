// Counts how each answer came to be, in this thread's own row.

import { type CounterName, counterIndex, type ThreadCounters } from '../../memory/counters/counters.ts';
import type { ReplyStep } from '../step.ts';
import { OUTCOME, type Outcome } from '../query.ts';

const NAMES: Record<Outcome, CounterName> = {
  [OUTCOME.MALFORMED]: 'queriesMalformed',
  [OUTCOME.ACCESS_REFUSED]: 'accessRefused',
  [OUTCOME.LOCAL]: 'answersLocal',
  [OUTCOME.BLOCKED]: 'answersBlocked',
  [OUTCOME.NOT_READY]: 'answersNotReady',
  [OUTCOME.CACHE]: 'answersFromCache',
  [OUTCOME.UPSTREAM]: 'answersFromUpstream',
  [OUTCOME.UPSTREAM_FAILURE]: 'upstreamFailures',
  [OUTCOME.UPSTREAM_BLOCK]: 'upstreamBlocked',
  [OUTCOME.STALE]: 'answersStale',
  [OUTCOME.KEPT_FAILURE]: 'failuresFromCache',
};
const INDEX_OF_OUTCOME = Object.values(OUTCOME).map((outcome) => counterIndex(NAMES[outcome]));

export function count(counters: ThreadCounters): ReplyStep {
  return {
    name: 'count',
    run(query) {
      counters.increment(INDEX_OF_OUTCOME[query.outcome]!);
    },
  };
}
