// What nobody here knows goes to the upstream, once: identical questions already on their way are joined.

import type { PendingQuestions } from '../pending-questions.ts';
import { VERDICT } from '../query.ts';
import type { Step } from '../step.ts';
import { replyBusy } from '../refusals.ts';

export function joinPending(pending: PendingQuestions): Step {
  return {
    name: 'join-pending',
    run(query) {
      return pending.join(query) ? VERDICT.WAIT : replyBusy(query);
    },
  };
}
