// Answers that a later "no such name" has outdated which was itself not to be kept. In the cache a note stands for it
// (data-plane/fallback/supersede.ts), so that nobody gets them stale; a file has no notes, so it does without such answers. Main
// thread.

import { AnswerCache } from '../../memory/answer-cache/answer-cache.ts';
import { type AnswerKey, CachedAnswer, emptyKey } from '../../memory/answer-cache/cached-answer.ts';
import { CONTROL_PLANE_OWNER } from '../../memory/answer-cache/flush.ts';
import { NameHasher } from '../../memory/name-hash/name-hasher.ts';

/** Type under which a "no such name" and a note of one are filed for all types. */
const EVERY_TYPE = 0;
/** Of AnswerKey.variant: DO and CD, by which askers differ. */
const VARIANTS_OF_ASKERS = 0b11;
const VARIANT_CHECKING_DISABLED = 0b10;
/** Before any time but that of notes which stand for nothing. */
const LONG_AGO_SECONDS = -0x7fff_ffff;

/** Reused for all answers of a walk. */
export class OutdatedAnswers {
  readonly #cache: AnswerCache;
  readonly #hasher: NameHasher;
  readonly #key: AnswerKey = emptyKey();
  readonly #found = new CachedAnswer();

  /** `hashKey`: 16 octets, those of the query threads. */
  constructor(cache: SharedArrayBuffer, hashKey: Uint8Array) {
    this.#cache = new AnswerCache(cache, CONTROL_PLANE_OWNER);
    this.#hasher = new NameHasher(hashKey);
  }

  /** Whether a note outdates the answer; hashes of the key are not needed. Another "no such name" contradicts no note. */
  has({ name, nameLength, type, class: questionClass, variant }: AnswerKey, storedAtSeconds: number): boolean {
    if (type === EVERY_TYPE) return false;
    const key = this.#key;
    this.#hasher.hash(name, nameLength);
    key.name = name;
    key.nameLength = nameLength;
    key.type = EVERY_TYPE;
    key.class = questionClass;
    key.hashLow = this.#hasher.fullLow;
    key.hashHigh = this.#hasher.fullHigh;
    // What was told to somebody who wants no checking says nothing to the others.
    const last = (variant & VARIANT_CHECKING_DISABLED) === 0 ? VARIANT_CHECKING_DISABLED - 1 : VARIANTS_OF_ASKERS;
    for (let asker = 0; asker <= last; asker++) {
      key.variant = (variant & ~VARIANTS_OF_ASKERS) | asker;
      const found = this.#found;
      const isThere = this.#cache.find(key, LONG_AGO_SECONDS, found);
      if (isThere && found.messageLength === 0 && found.storedAtSeconds >= storedAtSeconds) return true;
    }
    return false;
  }
}
