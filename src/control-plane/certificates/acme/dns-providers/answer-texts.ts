// The texts in the answer section of a message. Whose they are does not matter to those who look for a value that nobody can guess.

import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../../../wire/answer-reader.ts';
import { readUint16 } from '../../../../wire/header.ts';
import { skipName } from '../../../../wire/name.ts';
import { TYPE } from '../../../../wire/numbers.ts';
import { RECORD_FIXED_BYTES, RECORD_RDLENGTH, RECORD_TYPE } from '../../../../wire/resource-record.ts';

/** The character strings of each TXT record, joined (RFC 1035 section 3.3.14). None where the message is not well formed. */
export function textsOf(message: Uint8Array): string[] {
  const facts = new AnswerFacts();
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return [];
  const texts: string[] = [];
  let position = facts.questionEnd;
  for (let index = 0; index < facts.answerCount; index++) {
    const fixed = skipName(message, position, message.length);
    const rdataStart = fixed + RECORD_FIXED_BYTES;
    position = rdataStart + readUint16(message, fixed + RECORD_RDLENGTH);
    if (readUint16(message, fixed + RECORD_TYPE) === TYPE.TXT) texts.push(textAt(message, rdataStart, position));
  }
  return texts;
}

function textAt(message: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let offset = start; offset < end; ) {
    const next = Math.min(offset + 1 + message[offset]!, end);
    text += Buffer.from(message.subarray(offset + 1, next)).toString('latin1');
    offset = next;
  }
  return text;
}
