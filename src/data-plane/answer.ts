// An upstream's answer on its way into the cache and out to everyone who waits for it. One per exchange.

import type { AnswerKey } from '../memory/answer-cache/answer-cache.ts';

export interface Answer {
  /** The question it answers. */
  readonly question: AnswerKey;
  readonly message: Uint8Array;
  /** Octets of `message` that may be cached and relayed: set by check-answer. */
  length: number;
  readonly nowSeconds: number;
  /** What inspect-answer found (answer-inspector.ts). */
  inspection: number;
  /** The upstream's own Extended DNS Error, -1 for none. */
  extendedErrorCode: number;
  extendedErrorText: Uint8Array;
  /** Set by check-answer when the message turns out unusable after all. */
  isFaulty: boolean;
}
