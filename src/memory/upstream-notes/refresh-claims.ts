// Who fetches an answer anew, so that of all threads one does. A claim is a word that says until when it holds: a thread that dies
// leaves nothing behind. Two answers may share a word: then one of them is fetched a little later.

import type { AnswerKey } from '../answer-cache/answer-cache.ts';
import { CLAIM_PLACES, CLAIMS_AT } from './upstream-notes.ts';

/** Longer than an exchange can last; after a failure, the pause before the next try. */
const CLAIM_SECONDS = 6;

export class RefreshClaims {
  readonly #words: Int32Array<SharedArrayBuffer>;

  /** `notes`: of createUpstreamNotes. */
  constructor(notes: SharedArrayBuffer) {
    this.#words = new Int32Array(notes);
  }

  /** The claim, to be released; 0 if it, or another one with the same word, is claimed already. `nowSeconds`: monotonic, whole. */
  claim(key: AnswerKey, nowSeconds: number): number {
    const place = placeOf(key);
    const until = Atomics.load(this.#words, place);
    // An end further away than a claim can last was written before a clock that began anew, or never.
    if (until > nowSeconds && until <= nowSeconds + CLAIM_SECONDS) return 0;
    const claim = nowSeconds + CLAIM_SECONDS;
    return Atomics.compareExchange(this.#words, place, until, claim) === until ? claim : 0;
  }

  /** It has been fetched. Where nothing came of that the claim is left to run out, so that not every hit tries again. */
  release(key: AnswerKey, claim: number): void {
    // One that took longer than it holds may be somebody else's by now.
    Atomics.compareExchange(this.#words, placeOf(key), claim, 0);
  }
}

function placeOf({ hashLow, type, variant }: AnswerKey): number {
  return CLAIMS_AT + ((hashLow ^ Math.imul(type, 0x9e37) ^ (variant << 7)) & (CLAIM_PLACES - 1));
}
