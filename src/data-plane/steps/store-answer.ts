// Files a fresh answer in the shared cache for as long as its records say (RFC 2181 section 8, RFC 2308 section 5).

import { type AnswerCache, type AnswerKey, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../../memory/counters/counters.ts';
import type { AnswerFacts } from '../../wire/answer-reader.ts';
import { RCODE } from '../../wire/numbers.ts';
import type { Answer } from '../answer.ts';
import type { AnswerStep } from '../step.ts';
import { EVERY_TYPE, NEGATIVE_TTL_MAX_SECONDS, TTL_MAX_SECONDS } from '../answer-filing.ts';
import type { AnswerInspector } from '../answer-inspector.ts';
import type { PolicyInForce } from '../policy-in-force.ts';

const STORES = counterIndex('cacheStores');
const GIVEN_UP = counterIndex('cacheStoresGivenUp');

export function storeAnswer(
  cache: AnswerCache,
  inForce: PolicyInForce,
  { facts }: AnswerInspector,
  counters: ThreadCounters,
): AnswerStep {
  const entry = new CachedAnswer();
  const key: AnswerKey = {
    name: new Uint8Array(0),
    nameLength: 0,
    type: 0,
    class: 0,
    variant: 0,
    hashLow: 0,
    hashHigh: 0,
  };
  return {
    name: 'store-answer',
    run(answer) {
      if (answer.isFaulty) return;
      const ttlSeconds = lifetimeSeconds(facts);
      if (ttlSeconds <= 0) return;
      Object.assign(key, answer.question);
      // A bare NXDOMAIN says that the name does not exist, whatever the type; behind a CNAME it speaks of the target.
      if (facts.rcode === RCODE.NXDOMAIN && facts.answerCount === 0) key.type = EVERY_TYPE;
      fill(entry, answer, facts);
      entry.policyGeneration = inForce.live.policyGeneration;
      entry.expiresAtSeconds = answer.nowSeconds + ttlSeconds;
      counters.increment(cache.store(key, entry) ? STORES : GIVEN_UP);
    },
  };
}

/** Seconds an answer may be kept, 0 for not at all. */
export function lifetimeSeconds(facts: AnswerFacts): number {
  const isNegative = facts.rcode === RCODE.NXDOMAIN || (facts.rcode === RCODE.NOERROR && facts.answerCount === 0);
  if (facts.rcode !== RCODE.NOERROR && !isNegative) return 0;
  if (facts.negativeTtlSeconds >= 0)
    return Math.min(facts.minimumTtlSeconds, facts.negativeTtlSeconds, NEGATIVE_TTL_MAX_SECONDS);
  // Without SOA a "no" says nothing about how long it holds (RFC 2308 section 5).
  return isNegative ? 0 : Math.min(facts.minimumTtlSeconds, TTL_MAX_SECONDS);
}

function fill(entry: CachedAnswer, answer: Answer, facts: AnswerFacts): void {
  entry.message.set(answer.message.subarray(0, answer.length));
  entry.messageLength = answer.length;
  entry.ttlOffsets.set(facts.ttlOffsets.subarray(0, facts.ttlCount));
  entry.ttlCount = facts.ttlCount;
  entry.storedAtSeconds = answer.nowSeconds;
  entry.inspection = answer.inspection;
}
