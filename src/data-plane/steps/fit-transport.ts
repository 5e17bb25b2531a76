// A datagram must fit what the client can take, and never more than travels unfragmented (RFC 9715): else TC=1 with an empty
// answer, and the client asks again over TCP (RFC 2181 section 9).

import { FLAG_TC, readFlags, writeCounts, writeFlags } from '../../wire/header.ts';
import { appendOpt } from '../../wire/reply-builder.ts';
import { datagramLimitBytes } from '../datagram-limit.ts';
import type { ReplyStep } from '../step.ts';
import { NO_TEXT } from '../query.ts';

export const fitTransport: ReplyStep = {
  name: 'fit-transport',
  run(query) {
    if (!query.sink.transport.datagram || query.replyLength <= datagramLimitBytes(query)) return;
    const { reply, opt, facts } = query;
    writeFlags(reply, readFlags(reply) | FLAG_TC);
    writeCounts(reply, 1, 0, 0, 0);
    query.replyLength = facts.questionEnd;
    if (!facts.hasOpt) return;
    opt.extendedErrorCode = -1;
    opt.extendedErrorText = NO_TEXT;
    query.replyLength = appendOpt(reply, query.replyLength, opt);
  },
};
