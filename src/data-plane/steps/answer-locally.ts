// Answers special-use names itself, whoever lists them (policy/special-use.ts says which and why).

import { SPECIAL_USE, specialUseOf } from '../../policy/special-use.ts';
import { RCODE, TYPE } from '../../wire/numbers.ts';
import { appendAddress, appendNegativeSoa, startReply } from '../../wire/reply-builder.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import type { Step } from '../step.ts';

const TTL_SECONDS = 10_800;
const LOOPBACK_IPV4 = Uint8Array.of(127, 0, 0, 1);
const LOOPBACK_IPV6 = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

export const answerLocally: Step = {
  name: 'answer-locally',
  run(query) {
    const { name, nameLength, type } = query.asked;
    switch (specialUseOf(name, nameLength, type, query.hasher)) {
      case SPECIAL_USE.NONE:
        return VERDICT.PASS;
      case SPECIAL_USE.LOOPBACK:
        if (type === TYPE.A) return replyAddress(query, LOOPBACK_IPV4);
        if (type === TYPE.AAAA) return replyAddress(query, LOOPBACK_IPV6);
        return replyNegative(query, RCODE.NOERROR);
      case SPECIAL_USE.NO_DATA:
        return replyNegative(query, RCODE.NOERROR);
      default:
        return replyNegative(query, RCODE.NXDOMAIN);
    }
  },
};

function replyAddress(query: Query, address: Uint8Array): Verdict {
  query.outcome = OUTCOME.LOCAL;
  const length = startReply(query.facts, RCODE.NOERROR, query.reply);
  query.replyLength = appendAddress(query.reply, length, address, TTL_SECONDS);
  return VERDICT.REPLY;
}

function replyNegative(query: Query, rcode: number): Verdict {
  query.outcome = OUTCOME.LOCAL;
  query.opt.rcode = rcode;
  const length = startReply(query.facts, rcode, query.reply);
  query.replyLength = appendNegativeSoa(query.reply, length, TTL_SECONDS);
  return VERDICT.REPLY;
}
