// An upstream's answer on its way into the cache and out to everyone who waits for it. One per exchange.

import type { AnswerKey } from '../../memory/answer-cache/answer-cache.ts';

export interface Answer {
  /** The question it answers. */
  readonly question: AnswerKey;
  /** Index of the `[[zone]]` whose resolver gave it, -1 for the upstream. */
  readonly forwarder: number;
  message: Uint8Array;
  /** Octets of `message` that may be cached and relayed: set by check-answer. */
  length: number;
  readonly nowSeconds: number;
  /** Who gave it, as the settings name it. */
  readonly server: string;
  /** For how long it may be kept, 0 for not at all: set by check-answer. */
  lifetimeSeconds: number;
  /** The cache has it: set by store-answer. */
  isStored: boolean;
  /** What check-answer found (upstream-block.ts), or else inspect-answer (filed-finding.ts). */
  inspection: number;
  /** Of who asked first. */
  readonly groupIndex: number;
  /** Which groups may have it, as far as inspect-answer has found out (known-groups.ts). */
  cleanGroups: number;
  otherCleanGroup: number;
  /** The upstream's own Extended DNS Error, -1 for none. */
  extendedErrorCode: number;
  extendedErrorText: Uint8Array;
  /** Set by check-answer when the message turns out unusable after all. */
  isFaulty: boolean;
  /** Why: it names servers to ask in place of an answer. */
  isReferral: boolean;
}
