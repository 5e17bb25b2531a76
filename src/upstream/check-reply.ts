// Whether a message that an upstream sent is the answer to a query. One AnswerFacts per thread is enough: nothing here waits.

import { ANSWER_FAULT, AnswerFacts, readAnswer, sameQuestion } from '../wire/answer-reader.ts';
import { FLAG_TC, readId, readUint32, writeUint32 } from '../wire/header.ts';

const facts = new AnswerFacts();

/** What is wrong with `message` as the answer to `query`, in words; undefined if it counts. */
export function replyFault(query: Uint8Array, message: Uint8Array): string | undefined {
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return 'not a well-formed DNS response';
  // HTTP carries any length: a truncated reply has no excuse, and no other transport to go to.
  if ((facts.flags & FLAG_TC) !== 0) return 'truncated reply';
  if (readId(message) !== readId(query)) return 'reply with the wrong ID';
  if (!sameQuestion(query, message)) return 'reply to another question';
  return undefined;
}

/**
 * Lowers every TTL by the time that an HTTP cache held the message (the Age header; RFC 8484 section 5.1). `message` is the one
 * that `replyFault` has just accepted.
 */
export function subtractAge(message: Uint8Array, ageSeconds: number): void {
  for (let index = 0; index < facts.ttlCount; index++) {
    const offset = facts.ttlOffsets[index]!;
    writeUint32(message, offset, Math.max(0, readUint32(message, offset) - ageSeconds));
  }
}
