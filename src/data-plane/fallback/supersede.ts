// A fresh answer outdates what is filed under the other keys that speak of the same name: no stale answer may contradict it later
// (RFC 8767 section 4). The cache forgets nothing on demand, so something is stored in its place that nobody finds.

import { type AnswerCache, type AnswerKey, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import { readFlags, writeFlags } from '../../wire/header.ts';
import {
  EVERY_TYPE,
  FLAG_NEVER_STALE,
  VARIANT_CHECKING_DISABLED,
  VARIANT_DNSSEC_OK,
  VARIANTS_OF_ASKERS,
} from '../answers/answer-filing.ts';
import { blankKey, turnKeyTo } from '../answers/answer-key.ts';

/** Expired at any time. */
const NEVER_SECONDS = -0x8000_0000;

/** What is found in the cache may be given though it has expired. */
export function mayBeStale({ message, messageLength }: CachedAnswer): boolean {
  // Without a message: something newer is known that was not to be kept.
  return messageLength > 0 && (readFlags(message) & FLAG_NEVER_STALE) === 0;
}

/**
 * Whether what the asker `teller` was told tells something to the asker `listener` as well (variants). What was told to somebody who
 * wants no checking may be forged: for those who want it, nothing follows.
 */
export function speaksTo(listener: number, teller: number): boolean {
  return (teller & VARIANT_CHECKING_DISABLED) === 0 || (listener & VARIANT_CHECKING_DISABLED) !== 0;
}

export class Superseder {
  readonly #cache: AnswerCache;
  readonly #entry = new CachedAnswer();
  readonly #key = blankKey();

  constructor(cache: AnswerCache) {
    this.#cache = cache;
  }

  /** The name exists: an NXDOMAIN for all its types is no longer true. `since`: what expired before is found by nobody. */
  nameExists(question: AnswerKey, nowSeconds: number, since: number): void {
    const variant = question.variant & ~VARIANTS_OF_ASKERS;
    for (let asker = 0; asker <= VARIANTS_OF_ASKERS; asker++) {
      if (speaksTo(asker, question.variant)) {
        this.#forget(question, EVERY_TYPE, variant | asker, nowSeconds, since);
      }
    }
  }

  /** There is a newer answer to this question, one that is not filed in place of the old one. */
  answerIsOutdated(question: AnswerKey, nowSeconds: number, since: number): void {
    this.#forget(question, question.type, question.variant, nowSeconds, since);
  }

  /** The name does not exist, which is not kept either: what is filed under any of its types is outdated. */
  nameErrorIsNotKept(question: AnswerKey, nowSeconds: number): void {
    this.#store(turnKeyTo(this.#key, question, EVERY_TYPE, question.variant), nowSeconds, nowSeconds);
  }

  /** What was known is found forged by now: nobody gets it any more, with or without signatures, nor what is still fresh. */
  answerIsWithdrawn(question: AnswerKey, nowSeconds: number, since: number): void {
    for (const variant of [question.variant & ~VARIANT_DNSSEC_OK, question.variant | VARIANT_DNSSEC_OK]) {
      this.#forget(question, question.type, variant, nowSeconds, since);
      this.#forget(question, EVERY_TYPE, variant, nowSeconds, since);
    }
  }

  /** The upstream withholds the answer on purpose by now: what was known lives out its time, and is not given afterwards. */
  answerIsNotGivenStale(question: AnswerKey, since: number): void {
    for (const variant of [question.variant & ~VARIANT_DNSSEC_OK, question.variant | VARIANT_DNSSEC_OK]) {
      this.#endWithItsTime(question, question.type, variant, since);
      this.#endWithItsTime(question, EVERY_TYPE, variant, since);
    }
  }

  #endWithItsTime(question: AnswerKey, type: number, variant: number, since: number): void {
    const entry = this.#entry;
    const key = turnKeyTo(this.#key, question, type, variant);
    if (!this.#cache.find(key, since, entry) || entry.messageLength === 0) return;
    writeFlags(entry.message, readFlags(entry.message) | FLAG_NEVER_STALE);
    this.#cache.store(key, entry);
  }

  #forget(question: AnswerKey, type: number, variant: number, nowSeconds: number, since: number): void {
    const key = turnKeyTo(this.#key, question, type, variant);
    if (this.#cache.find(key, since, this.#entry)) this.#store(key, nowSeconds, NEVER_SECONDS);
  }

  #store(key: AnswerKey, nowSeconds: number, expiresAtSeconds: number): void {
    this.#entry.becomeNote(0, nowSeconds, expiresAtSeconds);
    this.#cache.store(key, this.#entry);
  }
}
