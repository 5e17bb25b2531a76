// Who is asked what for a question that nobody here can answer.

import type { AsksUpstream } from '../../upstream/upstream.ts';
import { buildQuery } from '../../wire/query-builder.ts';
import { upstreamsOf, VARIANT_CHECKING_DISABLED, VARIANT_DNSSEC_OK } from '../answers/answer-filing.ts';
import type { PendingQuestion } from './pending-question.ts';

export interface WaysOut {
  /** The encrypted upstream. */
  readonly upstream: AsksUpstream;
  /** Resolvers of the local network, by number. */
  readonly lanResolvers: readonly AsksUpstream[];
}

/** Asks whoever answers this question. */
export function askUpstream(pending: PendingQuestion, { upstream, lanResolvers }: WaysOut): void {
  const { forwarder, question } = pending;
  if (forwarder < 0) upstream.ask(outgoingQuery(pending), pending, upstreamsOf(question));
  // A number that nobody stands behind is a bug of ours: it ends in SERVFAIL, not at somebody else's door.
  else lanResolvers[forwarder]!.ask(outgoingQuery(pending), pending);
}

/** The message that asks it. */
function outgoingQuery({ question }: PendingQuestion): Uint8Array {
  return buildQuery({
    name: question.name,
    nameLength: question.nameLength,
    type: question.type,
    class: question.class,
    dnssecOk: (question.variant & VARIANT_DNSSEC_OK) !== 0,
    checkingDisabled: (question.variant & VARIANT_CHECKING_DISABLED) !== 0,
  });
}
