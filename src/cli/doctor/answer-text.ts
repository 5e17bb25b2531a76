// What the doctor reads in an answer.

import { AnswerFacts, ANSWER_FAULT, readAnswer } from '../../wire/answer-reader.ts';
import { readFlags } from '../../wire/header.ts';
import { TYPE } from '../../wire/numbers.ts';
import { isStructurallySound } from '../../wire/structure-guard.ts';
import { readSections } from '../query/print/sections.ts';

/** The lower 4 bits. */
export function readRcode(message: Uint8Array): number {
  return readFlags(message) & 0xf;
}

/** The strings of its TXT records, put together for each record. */
export function textsIn(message: Uint8Array): readonly string[] {
  if (!isStructurallySound(message)) return [];
  const records = readSections(message).answers.filter(({ type }) => type === TYPE.TXT);
  return records.map(({ rdataStart, rdataEnd }) => {
    const parts: string[] = [];
    for (let position = rdataStart; position < rdataEnd; position += 1 + message[position]!)
      parts.push(Buffer.from(message.subarray(position + 1, position + 1 + message[position]!)).toString('latin1'));
    return parts.join('');
  });
}

/** The octets of its question name, as they came: with their case. Undefined unless there is just one question, and all is sound. */
export function askedNameIn(message: Uint8Array): Uint8Array | undefined {
  const facts = new AnswerFacts();
  if (readAnswer(message, message.length, facts) !== ANSWER_FAULT.NONE) return undefined;
  return message.subarray(12, facts.questionEnd - 4);
}
