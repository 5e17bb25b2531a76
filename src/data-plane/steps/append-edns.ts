// OPT if and only if the query had one (RFC 6891 section 7), with the Extended DNS Error that explains the answer. The text
// is the first thing to go where room is short (RFC 8914 section 3); for OPT itself check-answer.ts leaves room.

import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';
import { appendOpt, optBytes } from '../../wire/reply-builder.ts';
import { datagramLimitBytes } from '../datagram-limit.ts';
import type { ReplyStep } from '../step.ts';
import { NO_TEXT } from '../query.ts';

export const appendEdns: ReplyStep = {
  name: 'append-edns',
  run(query) {
    if (!query.facts.hasOpt) return;
    const { opt } = query;
    opt.dnssecOk = query.facts.dnssecOk;
    const limitBytes = query.sink.transport.datagram ? datagramLimitBytes(query) : MESSAGE_MAX_BYTES;
    if (query.replyLength + optBytes(opt) > limitBytes) opt.extendedErrorText = NO_TEXT;
    if (query.replyLength + optBytes(opt) > limitBytes) opt.extendedErrorCode = -1;
    query.replyLength = appendOpt(query.reply, query.replyLength, opt);
  },
};
