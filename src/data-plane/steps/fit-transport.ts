// A datagram must fit what the client can take, and never more than travels unfragmented (RFC 9715): else TC=1 with an empty
// answer, and the client asks again over TCP (RFC 2181 section 9).

import { FLAG_TC, readFlags, writeCounts, writeFlags } from '../../wire/header.ts';
import { datagramLimitBytes } from '../datagram-limit.ts';
import type { ReplyStep } from '../step.ts';

export const fitTransport: ReplyStep = {
  name: 'fit-transport',
  run(query) {
    if (!query.sink.transport.datagram || query.replyLength <= datagramLimitBytes(query)) return;
    const { reply, facts, optStart, replyLength } = query;
    const { hasOpt, questionEnd } = facts;
    writeFlags(reply, readFlags(reply) | FLAG_TC);
    writeCounts(reply, 1, 0, 0, hasOpt ? 1 : 0);
    query.replyLength = questionEnd;
    if (!hasOpt) return;
    // As it is, with a cookie perhaps; what was too long for the datagram has no explanations.
    reply.copyWithin(questionEnd, optStart, replyLength);
    query.replyLength += replyLength - optStart;
  },
};
