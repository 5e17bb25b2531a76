// Answers that have expired, for when no fresh one can be had (RFC 8767). The cache has no list of them: an expired answer stays
// where it is until its room is needed. One per query thread.

import { type AnswerCache, type AnswerKey, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { FLAG_AD, rcodeOf, readAnswerCount, readFlags, writeFlags, writeUint32 } from '../../wire/header.ts';
import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { EVERY_TYPE, VARIANTS_OF_ASKERS } from '../answers/answer-filing.ts';
import { blankKey, turnKeyTo } from '../answers/answer-key.ts';
import { type AnswerInspector, FINDING } from '../answers/answer-inspector.ts';
import { isUpstreamBlock } from '../../policy/upstream-block.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { NO_TEXT, OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { replyInspected } from '../reply-inspected.ts';
import { replyUpstreamBlock } from '../refusals.ts';
import { mayBeStale, speaksTo } from './supersede.ts';

/** RFC 8767 section 4. */
const TTL_SECONDS = 30;

export class StaleAnswers {
  readonly #cache: AnswerCache;
  readonly #inForce: PolicyInForce;
  readonly #inspector: AnswerInspector;
  readonly #scratch = new CachedAnswer();
  readonly #everyType = blankKey();
  readonly #otherAsker = blankKey();

  constructor(cache: AnswerCache, inForce: PolicyInForce, inspector: AnswerInspector) {
    this.#cache = cache;
    this.#inForce = inForce;
    this.#inspector = inspector;
  }

  /** `cache.stale` is not "0s". */
  get areGiven(): boolean {
    return this.#inForce.live.cache.staleSeconds > 0;
  }

  /** Whether `reply` would find one. */
  isThere(question: AnswerKey, nowSeconds: number): boolean {
    return this.areGiven && this.#find(question, nowSeconds, this.#scratch);
  }

  /** Answers `query` with what was known last about `question`, as the policy in force says; PASS if nothing is known. */
  reply(query: Query, question: AnswerKey): Verdict {
    const { cached } = query;
    if (!this.areGiven || !this.#find(question, query.nowSeconds, cached)) return VERDICT.PASS;
    const verdict = this.#withhold(query, question);
    if (verdict !== VERDICT.PASS) return verdict;
    for (let i = 0; i < cached.ttlCount; i++) writeUint32(cached.message, cached.ttlOffsets[i]!, TTL_SECONDS);
    const flags = readFlags(cached.message);
    // What was authentic then may have been signed until then.
    writeFlags(cached.message, flags & ~FLAG_AD);
    query.replyLength = cached.messageLength;
    query.replyIsRelayed = true;
    query.outcome = OUTCOME.STALE;
    const isNameError = rcodeOf(flags) === RCODE.NXDOMAIN;
    query.explain(isNameError ? EXTENDED_ERROR.STALE_NXDOMAIN_ANSWER : EXTENDED_ERROR.STALE_ANSWER, NO_TEXT);
    return VERDICT.REPLY;
  }

  /** Answers in its stead where it is not for this client. */
  #withhold(query: Query, question: AnswerKey): Verdict {
    const { cached } = query;
    if (isUpstreamBlock(cached.inspection)) return replyUpstreamBlock(query, this.#inForce, cached.inspection);
    if (query.isAllowedByName) return VERDICT.PASS;
    const finding = this.#inspector.findInCached(cached, question, query, query.isOverStream);
    return finding === FINDING.CLEAN ? VERDICT.PASS : replyInspected(query, this.#inForce, this.#inspector, finding);
  }

  /** The newest of what is known: an NXDOMAIN outdates what was known of any type before. */
  #find(question: AnswerKey, nowSeconds: number, into: CachedAnswer): boolean {
    const cache = this.#cache;
    const since = nowSeconds - this.#inForce.live.cache.staleSeconds;
    const everyType = turnKeyTo(this.#everyType, question, EVERY_TYPE, question.variant);
    const knownAtSeconds = cache.find(question, since, into) ? into.storedAtSeconds : Number.NEGATIVE_INFINITY;
    const isNameErrorNewer = cache.find(everyType, since, into) && into.storedAtSeconds >= knownAtSeconds;
    if (!isNameErrorNewer) {
      if (this.#isDenied(question, since, knownAtSeconds, into) || !cache.find(question, since, into)) return false;
    }
    return mayBeStale(into);
  }

  /** Somebody who asked for more or fewer signatures has heard since then that there is no such name, or nothing of this type. */
  #isDenied(question: AnswerKey, since: number, knownAtSeconds: number, into: CachedAnswer): boolean {
    const cache = this.#cache;
    for (let asker = 0; asker <= VARIANTS_OF_ASKERS; asker++) {
      const variant = (question.variant & ~VARIANTS_OF_ASKERS) | asker;
      if (variant === question.variant || !speaksTo(question.variant, variant)) continue;
      const everyType = turnKeyTo(this.#otherAsker, question, EVERY_TYPE, variant);
      if (cache.find(everyType, since, into) && into.storedAtSeconds >= knownAtSeconds) return true;
      const thisType = turnKeyTo(this.#otherAsker, question, question.type, variant);
      const isNewer = cache.find(thisType, since, into) && into.storedAtSeconds >= knownAtSeconds;
      if (isNewer && readAnswerCount(into.message) === 0) return true;
    }
    return false;
  }
}
