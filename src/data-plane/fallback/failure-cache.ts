// Failures kept in the shared answer cache (RFC 9520), under a variant of their own: per question, DO and CD apart. What the
// upstream says about a name is kept for longer with every repetition; what it could not be asked, never for more than 5 s, and
// not beyond its next answer. One per query thread.

import { type AnswerCache, type AnswerKey, CachedAnswer } from '../../memory/answer-cache/answer-cache.ts';
import type { Reachability } from '../../memory/upstream-notes/reachability.ts';
import { readUint16, writeUint16 } from '../../wire/header.ts';
import { EXTENDED_ERROR } from '../../wire/numbers.ts';
import { EVERY_TYPE, VARIANT_FAILURE } from '../answers/answer-filing.ts';
import { blankKey, turnKeyTo } from '../answers/answer-key.ts';
import { FAILURE_KIND, type Failure, type FailureKind } from './failure.ts';
import { NO_TEXT } from '../query.ts';

/** RFC 9520 section 3.2: at least 1 s, at most 5 min. */
const FIRST_SECONDS = 5;
const LONGEST_SECONDS = 300;
/** An outage that ends is believed at once, but for what RFC 9520 wants kept at least. */
const LEAST_SECONDS = 1;
/** A failure that comes so soon after the last one was forgotten is its repetition. */
const REPETITION_SECONDS = 30;
/** RFC 8767 section 5: how long stale answers are given before the upstream is asked again. */
const STALE_SECONDS = 30;

// What is filed instead of a message.
const KIND = 0;
const RCODE = 1;
const ALLOWS_STALE = 2;
const LIFETIME = 4;
const ERROR_CODE = 6;
const ERROR_TEXT = 8;

/** One that was found. Valid until the next look. */
export interface KeptFailure extends Failure {
  kind: FailureKind;
  rcode: number;
  extendedErrorCode: number;
  extendedErrorText: Uint8Array;
  /** An answer from before may be given in its stead. */
  allowsStale: boolean;
  /** The question itself is not asked again before this second. */
  untilSeconds: number;
}

export class FailureCache {
  readonly #cache: AnswerCache;
  readonly #reachability: Reachability;
  readonly #entry = new CachedAnswer();
  readonly #key = blankKey();
  readonly found: KeptFailure = { ...NO_FAILURE };

  constructor(cache: AnswerCache, reachability: Reachability) {
    this.#cache = cache;
    this.#reachability = reachability;
  }

  /** Whether `found` now holds a failure of this question that is in force. While there is none at all, it costs a comparison. */
  find(question: AnswerKey, nowSeconds: number): boolean {
    if (nowSeconds >= this.#reachability.failuresKeptUntilSeconds) return false;
    if (!this.#cache.find(this.#keyOf(question), nowSeconds, this.#entry)) return false;
    const { found } = this;
    readEntry(this.#entry, found);
    const isOver = found.kind === FAILURE_KIND.OUTAGE && this.#entry.inspection !== this.#reachability.epoch;
    // Whole seconds: in the first one after it was kept, less than one may have passed.
    return !isOver || nowSeconds - this.#entry.storedAtSeconds <= LEAST_SECONDS;
  }

  /** `hasStale`: an answer from before is there, and may be given in its stead. */
  keep(question: AnswerKey, failure: Failure, hasStale: boolean, nowSeconds: number): void {
    const epoch = this.#reachability.epoch;
    const lifetimeSeconds = this.#lifetimeSeconds(question, failure, nowSeconds);
    const entry = this.#entry;
    const octets = writeNote(entry.message, failure, hasStale, lifetimeSeconds);
    const isLongerStale = hasStale && failure.kind !== FAILURE_KIND.PAST_OUTAGE;
    const lastsSeconds = isLongerStale ? Math.max(lifetimeSeconds, STALE_SECONDS) : lifetimeSeconds;
    entry.becomeNote(octets, nowSeconds, nowSeconds + lastsSeconds);
    entry.inspection = epoch;
    if (!this.#cache.store(this.#keyOf(question), entry)) return;
    this.#reachability.noteFailureKept(entry.expiresAtSeconds, failure.kind === FAILURE_KIND.OUTAGE);
  }

  /** Twice as long as the last time, if that was a short while ago and no answer has come since. */
  #lifetimeSeconds(question: AnswerKey, failure: Failure, nowSeconds: number): number {
    // Whole seconds: of the first one, only a part is left.
    if (failure.kind === FAILURE_KIND.PAST_OUTAGE) return LEAST_SECONDS + 1;
    if (failure.kind !== FAILURE_KIND.SAID) return FIRST_SECONDS;
    const entry = this.#entry;
    const since = nowSeconds - LONGEST_SECONDS - REPETITION_SECONDS;
    if (!this.#cache.find(this.#keyOf(question), since, entry)) return FIRST_SECONDS;
    const { found } = this;
    readEntry(entry, found);
    const lastSeconds = found.untilSeconds - entry.storedAtSeconds;
    const isRepetition = nowSeconds - found.untilSeconds <= Math.max(lastSeconds, REPETITION_SECONDS);
    if (found.kind !== FAILURE_KIND.SAID || !isRepetition) return FIRST_SECONDS;
    const failedAtSeconds = entry.storedAtSeconds;
    if (this.#isAnsweredAfter(failedAtSeconds, question, since)) return FIRST_SECONDS;
    return Math.min(2 * lastSeconds, LONGEST_SECONDS);
  }

  /** By an answer of its own, or by an NXDOMAIN for every type of the name. */
  #isAnsweredAfter(failedAtSeconds: number, question: AnswerKey, since: number): boolean {
    const entry = this.#entry;
    if (this.#cache.find(question, since, entry) && entry.storedAtSeconds > failedAtSeconds) return true;
    const everyType = turnKeyTo(this.#key, question, EVERY_TYPE, question.variant);
    return this.#cache.find(everyType, since, entry) && entry.storedAtSeconds > failedAtSeconds;
  }

  #keyOf(question: AnswerKey): AnswerKey {
    return turnKeyTo(this.#key, question, question.type, question.variant | VARIANT_FAILURE);
  }
}

const NO_FAILURE: KeptFailure = {
  kind: FAILURE_KIND.SAID,
  rcode: 0,
  extendedErrorCode: EXTENDED_ERROR.OTHER,
  extendedErrorText: NO_TEXT,
  allowsStale: false,
  untilSeconds: 0,
};

/** Returns how many octets. */
function writeNote(message: Uint8Array, failure: Failure, hasStale: boolean, lifetimeSeconds: number): number {
  const { extendedErrorCode, extendedErrorText } = failure;
  message[KIND] = failure.kind;
  message[RCODE] = failure.rcode;
  writeUint16(message, ALLOWS_STALE, hasStale ? 1 : 0);
  writeUint16(message, LIFETIME, lifetimeSeconds);
  writeUint16(message, ERROR_CODE, extendedErrorCode);
  message.set(extendedErrorText, ERROR_TEXT);
  return ERROR_TEXT + extendedErrorText.length;
}

function readEntry(entry: CachedAnswer, found: KeptFailure): void {
  const { message } = entry;
  found.kind = message[KIND] as FailureKind;
  found.rcode = message[RCODE]!;
  found.extendedErrorCode = readUint16(message, ERROR_CODE);
  found.extendedErrorText = message.subarray(ERROR_TEXT, entry.messageLength);
  found.allowsStale = readUint16(message, ALLOWS_STALE) !== 0;
  found.untilSeconds = entry.storedAtSeconds + readUint16(message, LIFETIME);
}
