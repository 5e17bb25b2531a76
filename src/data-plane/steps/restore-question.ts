// Makes an answer that was stored or fetched for somebody else this client's own: its ID, its spelling of the name (0x20),
// its flags. AD is given only to those who asked for it (RFC 6840 section 5.8), RA always, AA never.

import { FLAG_AD, FLAG_CD, FLAG_QR, FLAG_RA, FLAG_RD, readFlags, writeFlags, writeId } from '../../wire/header.ts';
import { copyQuestionWords } from '../../wire/reply-builder.ts';
import type { ReplyStep } from '../step.ts';

export const restoreQuestion: ReplyStep = {
  name: 'restore-question',
  run(query) {
    if (!query.replyIsRelayed) return;
    const { reply, facts, cached } = query;
    const relayed = readFlags(reply);
    const wantsAuthenticData = facts.dnssecOk || (facts.flags & FLAG_AD) !== 0;
    writeId(reply, facts.id);
    writeFlags(
      reply,
      FLAG_QR |
        FLAG_RA |
        (facts.flags & (FLAG_RD | FLAG_CD)) |
        (wantsAuthenticData ? relayed & FLAG_AD : 0) |
        (relayed & 0xf),
    );
    query.opt.rcode = relayed & 0xf;
    copyQuestionWords(facts, reply, cached.messageWords);
  },
};
