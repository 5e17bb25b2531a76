// Makes the client's answer out of the answer to what was asked for it: behind aliases, and with IPv4 addresses as IPv6 addresses.

import { writeDerivedAnswer } from '../../wire/derived-answer.ts';
import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { OUTCOME } from '../query.ts';
import { replyInternalError } from '../refusals.ts';
import type { ReplyStep } from '../step.ts';

/** A thread's own: nothing waits between writing and copying. */
let scratch: Uint8Array | undefined;

export const deriveAnswer: ReplyStep = {
  name: 'derive-answer',
  run(query) {
    const { derivation, reply } = query;
    if (!derivation.isInUse) return;
    // A refusal, block or failure is about the client's own question already.
    if (!query.replyIsRelayed && query.outcome !== OUTCOME.LOCAL) return;
    scratch ??= new Uint8Array(MESSAGE_MAX_BYTES);
    const length = writeDerivedAnswer(reply, query.replyLength, query.facts, derivation, scratch);
    if (length < 0) {
      replyInternalError(query);
      return;
    }
    // No view of it: that would be an object for each answer.
    for (let i = 0; i < length; i++) reply[i] = scratch[i]!;
    query.replyLength = length;
  },
};
