// Why an order did not come to its end, and what that means for the next try.

import { shortText } from './plain-text.ts';

/**
 * network: the CA could not be reached, or is in trouble itself. authorization: it could not convince itself that the names are
 * ours. rate-limited: it has had enough of us for now. account: it does not know our account. refused: it does not want to do
 * this at all. local: something on this side.
 */
export type AcmeFailureKind = 'network' | 'authorization' | 'rate-limited' | 'account' | 'refused' | 'local';

export class AcmeFailure extends Error {
  override readonly name = 'AcmeFailure';
  readonly kind: AcmeFailureKind;
  /** The CA asks not to be asked again before this. */
  readonly retryAfterSeconds: number | undefined;
  /** Of a problem document, without the common prefix: "badCSR", "alreadyReplaced". */
  readonly problem: string | undefined;

  /** `message`: may quote whatever a CA or a provider said; it is made plain and short here. */
  constructor(
    kind: AcmeFailureKind,
    message: string,
    facts: { readonly retryAfterSeconds?: number | undefined; readonly problem?: string | undefined } = {},
  ) {
    super(shortText(message));
    this.kind = kind;
    this.retryAfterSeconds = facts.retryAfterSeconds;
    this.problem = facts.problem;
  }
}

export function asAcmeFailure(error: unknown): AcmeFailure {
  if (error instanceof AcmeFailure) return error;
  return new AcmeFailure('local', error instanceof Error ? error.message : String(error));
}
