// Whether a message is a reply to a query. What else is wrong with it is for the one who asked to see.

import { sameQuestion } from '../../../wire/answer-reader.ts';
import {
  FLAG_QR,
  HEADER_BYTES,
  MESSAGE_MAX_BYTES,
  opcodeOf,
  readFlags,
  readId,
  readQuestionCount,
} from '../../../wire/header.ts';
import { skipName } from '../../../wire/name.ts';
import { OPCODE } from '../../../wire/numbers.ts';

/** The right ID and direction, and no other question. No question at all is how some servers refuse a query. */
export function isReply(query: Uint8Array, message: Uint8Array): boolean {
  if (message.length < HEADER_BYTES || message.length > MESSAGE_MAX_BYTES) return false;
  const flags = readFlags(message);
  if (readId(message) !== readId(query) || (flags & FLAG_QR) === 0 || opcodeOf(flags) !== OPCODE.QUERY) return false;
  const hasReadableQuestion = readQuestionCount(message) > 0 && skipName(message, HEADER_BYTES, message.length) !== -1;
  return !hasReadableQuestion || sameQuestion(query, message);
}
