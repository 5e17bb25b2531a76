// Answers what the gateway knows itself: records of the configuration, hosts and lease files, special-use names, discovery.
// Also the first to know what else was said of a name: which resolver is to be asked, and whether its answers are kept.

import { appendLocalRecords, appendZoneSoa } from '../../memory/local-names/append-local-answer.ts';
import { LOCAL, type LocalNames } from '../../memory/local-names/local-names.ts';
import type { Sightings } from '../../memory/sightings/sightings.ts';
import { EXTENDED_ERROR, RCODE } from '../../wire/numbers.ts';
import { HEADER_BYTES, readFlags, writeFlags } from '../../wire/header.ts';
import { appendNegativeSoa, startReply } from '../../wire/reply-builder.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { OUTCOME, type Query, VERDICT, type Verdict } from '../query.ts';
import { CHAIN } from '../refusals.ts';
import type { Step } from '../step.ts';

/** For how long a "no" about a name of the operator's own that belongs to no zone of ours is kept. */
const OWN_NAME_NEGATIVE_TTL_SECONDS = 60;
const encoder = new TextEncoder();
const CANARY_TEXT = encoder.encode('this name asks whether a network filters; the answer says so');

/** Where an alias leads out of the local names it passes: see `LocalMatch` for what is left for the steps that follow. */
export function answerLocally(inForce: PolicyInForce, sightings: Sightings): Step {
  return {
    name: 'answer-locally',
    run(query) {
      const names = query.findLocally(inForce);
      return query.local.outcome === LOCAL.PASS ? VERDICT.PASS : reply(query, names, sightings);
    },
  };
}

/** `names`: as the client gets them. */
function reply(query: Query, names: LocalNames, sightings: Sightings): Verdict {
  const { local, reply: out, facts } = query;
  query.replyLength = startReply(facts, RCODE.NOERROR, out);
  if (local.outcome === LOCAL.RECORDS)
    query.replyLength = appendLocalRecords(names, local, query.asked.type, out, query.replyLength);
  switch (local.outcome) {
    case LOCAL.ALIAS:
      return VERDICT.PASS;
    case LOCAL.NO_DATA:
      return replyNegative(query, names, RCODE.NOERROR);
    case LOCAL.NON_EXISTENT:
      // Every such name is asked once: what is noted of it here costs nobody else anything.
      if (names.isCheck(local.zone)) sightings.note(query.asked.name, query.sink.transport.index, query.nowSeconds);
      return replyNegative(query, names, RCODE.NXDOMAIN);
    case LOCAL.LOOP:
      query.explain(EXTENDED_ERROR.OTHER, CHAIN);
      // Half a chain is no part of a failure.
      query.replyLength = startReply(facts, RCODE.NOERROR, out);
      return settle(query, RCODE.SERVFAIL);
    default:
      return settle(query, RCODE.NOERROR);
  }
}

function replyNegative(query: Query, names: LocalNames, rcode: number): Verdict {
  const { zone, aliasRecords } = query.local;
  // The "no" is one about the name that the aliases lead to.
  const nameAt = aliasRecords === 0 ? HEADER_BYTES : query.local.nameAt;
  if (names.isCanary(zone)) query.explain(EXTENDED_ERROR.BLOCKED, CANARY_TEXT);
  query.replyLength =
    zone === 0
      ? appendNegativeSoa(query.reply, query.replyLength, OWN_NAME_NEGATIVE_TTL_SECONDS, nameAt)
      : appendZoneSoa(names, zone, query.reply, query.replyLength);
  return settle(query, rcode);
}

function settle(query: Query, rcode: number): Verdict {
  query.outcome = OUTCOME.LOCAL;
  query.opt.rcode = rcode;
  writeFlags(query.reply, readFlags(query.reply) | rcode);
  return VERDICT.REPLY;
}
