// Files a fresh answer in the shared cache for as long as check-answer says that it holds.

import { type AnswerCache, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { counterIndex, type ThreadCounters } from '../../memory/counters/counters.ts';
import type { AnswerFacts } from '../../wire/answer-reader.ts';
import { readFlags, writeFlags } from '../../wire/header.ts';
import { RCODE } from '../../wire/numbers.ts';
import type { Answer } from '../answers/answer.ts';
import { EVERY_TYPE, FLAG_NEVER_STALE, VARIANT_NO_CACHE } from '../answers/answer-filing.ts';
import { blankKey, turnKeyTo } from '../answers/answer-key.ts';
import type { AnswerInspector } from '../answers/answer-inspector.ts';
import { isUpstreamBlock } from '../../policy/upstream-block.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import type { AnswerStep } from '../step.ts';

const STORES = counterIndex('cacheStores');
const GIVEN_UP = counterIndex('cacheStoresGivenUp');

export function storeAnswer(
  cache: AnswerCache,
  inForce: PolicyInForce,
  { facts }: AnswerInspector,
  counters: ThreadCounters,
): AnswerStep {
  const entry = new CachedAnswer();
  const key = blankKey();
  return {
    name: 'store-answer',
    run(answer) {
      if (answer.isFaulty || answer.lifetimeSeconds <= 0) return;
      const { question } = answer;
      if ((question.variant & VARIANT_NO_CACHE) !== 0) return;
      turnKeyTo(key, question, question.type, question.variant);
      if (isForEveryType(answer, facts)) key.type = EVERY_TYPE;
      fill(entry, answer, facts);
      entry.policyGeneration = inForce.live.policyGeneration;
      entry.expiresAtSeconds = answer.nowSeconds + answer.lifetimeSeconds;
      answer.isStored = cache.store(key, entry);
      counters.increment(answer.isStored ? STORES : GIVEN_UP);
    },
  };
}

/**
 * A bare NXDOMAIN says that the name does not exist, whatever the type (RFC 2308 section 5). Behind a CNAME it speaks of the target,
 * and an upstream that blocks spoke of one question alone.
 */
function isForEveryType(answer: Answer, facts: AnswerFacts): boolean {
  return facts.rcode === RCODE.NXDOMAIN && facts.answerCount === 0 && !isUpstreamBlock(answer.inspection);
}

function fill(entry: CachedAnswer, answer: Answer, facts: AnswerFacts): void {
  entry.message.set(answer.message.subarray(0, answer.length));
  writeFlags(entry.message, readFlags(entry.message) & ~FLAG_NEVER_STALE);
  entry.messageLength = answer.length;
  entry.ttlOffsets.set(facts.ttlOffsets.subarray(0, facts.ttlCount));
  entry.ttlCount = facts.ttlCount;
  entry.storedAtSeconds = answer.nowSeconds;
  entry.inspection = answer.inspection;
  entry.cleanGroups = answer.cleanGroups;
  entry.otherCleanGroup = answer.otherCleanGroup;
}
