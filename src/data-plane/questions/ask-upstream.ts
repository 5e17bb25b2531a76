// Who is asked what for a question that nobody here can answer.

import type { AsksUpstream } from '../../upstream/upstream.ts';
import { buildQuery } from '../../wire/query-builder.ts';
import { VARIANT_CHECKING_DISABLED, VARIANT_DNSSEC_OK } from '../answers/answer-filing.ts';
import type { PendingQuestion } from './pending-question.ts';

export interface WaysOut {
  /** The encrypted upstream. */
  readonly upstream: AsksUpstream;
  /** Resolvers of the local network, by number. */
  readonly lanResolvers: readonly AsksUpstream[];
}

/** Who answers this question. */
export function asksUpstream({ forwarder }: PendingQuestion, { upstream, lanResolvers }: WaysOut): AsksUpstream {
  // A number that nobody stands behind is a bug of ours: it ends in SERVFAIL, not at somebody else's door.
  return forwarder < 0 ? upstream : lanResolvers[forwarder]!;
}

/** The message that asks it. */
export function outgoingQuery({ question }: PendingQuestion): Uint8Array {
  return buildQuery({
    name: question.name,
    nameLength: question.nameLength,
    type: question.type,
    class: question.class,
    dnssecOk: (question.variant & VARIANT_DNSSEC_OK) !== 0,
    checkingDisabled: (question.variant & VARIANT_CHECKING_DISABLED) !== 0,
  });
}
