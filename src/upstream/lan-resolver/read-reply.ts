// What a message from a LAN resolver's address is worth as the answer to a query: anybody in the LAN may have forged it.

import { ANSWER_FAULT, AnswerFacts, readAnswer, sameQuestion } from '../../wire/answer-reader.ts';
import { FLAG_AD, FLAG_QR, FLAG_TC, HEADER_BYTES, rcodeOf, readFlags, readId, writeFlags } from '../../wire/header.ts';
import { RCODE } from '../../wire/numbers.ts';
import { isReferral } from '../../wire/referral.ts';

export const LAN_REPLY = {
  /** Not the answer: wrong ID, another question, malformed. The right one may still come. */
  WRONG: 0,
  ANSWER: 1,
  /** The whole answer is to be had over TCP (TC=1). */
  TRUNCATED: 2,
  /** The server failed, declines, or names others to ask in its place; another one may know. */
  REFUSAL: 3,
  /** The server does not know EDNS (RFC 6891 section 7). */
  NO_EDNS: 4,
} as const;
export type LanReply = (typeof LAN_REPLY)[keyof typeof LAN_REPLY];

const facts = new AnswerFacts();

/** `hasEdns`: the query had an OPT record. Never throws. */
export function readLanReply(query: Uint8Array, message: Uint8Array, hasEdns: boolean): LanReply {
  if (message.length < HEADER_BYTES || readId(message) !== readId(query)) return LAN_REPLY.WRONG;
  const flags = readFlags(message);
  if ((flags & FLAG_QR) === 0) return LAN_REPLY.WRONG;
  const rcode = rcodeOf(flags);
  // Some that do not know OPT send back nothing but a header.
  if (hasEdns && (rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP)) return LAN_REPLY.NO_EDNS;
  if (!sameQuestion(query, message)) return LAN_REPLY.WRONG;
  // Before its records are read: they may end anywhere.
  if ((flags & FLAG_TC) !== 0) return LAN_REPLY.TRUNCATED;
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return LAN_REPLY.WRONG;
  if (facts.rcode !== RCODE.NOERROR && facts.rcode !== RCODE.NXDOMAIN) return LAN_REPLY.REFUSAL;
  if (isReferral(message, facts)) return LAN_REPLY.REFUSAL;
  // Nothing authenticates what comes in plain text (RFC 6840 section 5.8).
  writeFlags(message, flags & ~FLAG_AD);
  return LAN_REPLY.ANSWER;
}
