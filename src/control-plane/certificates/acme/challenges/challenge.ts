// One way to show a CA that a name is ours (RFC 8555 section 8).

import type { AcmeChallengeKind } from '../../../settings/acme-settings.ts';

/** What is to be shown for one name or address. */
export interface ChallengeTask {
  readonly identifierType: 'dns' | 'ip';
  /** Without the "*." of a wildcard. */
  readonly identifier: string;
  readonly token: string;
  /** For dns-01 the text of the record, for the others the key authorization. */
  readonly proof: string;
}

export interface Challenge {
  readonly kind: AcmeChallengeKind;
  /**
   * All proofs of an order. Resolves once the CA may look; the result takes them away again, and rejects if one cannot be. Rejects with
   * an AcmeFailure and leaves nothing behind.
   */
  prepare(tasks: readonly ChallengeTask[]): Promise<() => Promise<void>>;
}
