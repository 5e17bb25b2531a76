// A message cut into questions and records, with their names as text. Only for messages that wire/structure-guard.ts let pass.

import {
  HEADER_BYTES,
  readAdditionalCount,
  readAnswerCount,
  readAuthorityCount,
  readQuestionCount,
  readUint16,
  readUint32,
} from '../../../wire/header.ts';
import { expandName, NAME_MAX_BYTES, skipName } from '../../../wire/name.ts';
import { nameToText } from '../../../wire/name-text.ts';
import { TYPE } from '../../../wire/numbers.ts';
import {
  QUESTION_FIXED_BYTES,
  RECORD_CLASS,
  RECORD_FIXED_BYTES,
  RECORD_RDLENGTH,
  RECORD_TTL,
  RECORD_TYPE,
} from '../../../wire/resource-record.ts';

export interface AskedName {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface ResourceRecord {
  readonly owner: string;
  readonly type: number;
  readonly class: number;
  readonly ttlSeconds: number;
  readonly rdataStart: number;
  readonly rdataEnd: number;
}

export interface Sections {
  readonly questions: readonly AskedName[];
  readonly answers: readonly ResourceRecord[];
  readonly authorities: readonly ResourceRecord[];
  /** Without OPT. */
  readonly additionals: readonly ResourceRecord[];
  readonly opt: ResourceRecord | undefined;
}

export function readSections(message: Uint8Array): Sections {
  let position = HEADER_BYTES;
  const questions: AskedName[] = [];
  for (let left = readQuestionCount(message); left > 0; left--) {
    const nameEnd = skipName(message, position, message.length);
    const name = nameAt(message, position, message.length);
    questions.push({ name, type: readUint16(message, nameEnd), class: readUint16(message, nameEnd + 2) });
    position = nameEnd + QUESTION_FIXED_BYTES;
  }
  const readRecords = (count: number): ResourceRecord[] => {
    const records: ResourceRecord[] = [];
    for (let left = count; left > 0; left--) {
      const record = readRecord(message, position);
      records.push(record);
      position = record.rdataEnd;
    }
    return records;
  };
  const answers = readRecords(readAnswerCount(message));
  const authorities = readRecords(readAuthorityCount(message));
  const additionals = readRecords(readAdditionalCount(message));
  return {
    questions,
    answers,
    authorities,
    additionals: additionals.filter(({ type }) => type !== TYPE.OPT),
    opt: additionals.find(({ type }) => type === TYPE.OPT),
  };
}

function readRecord(message: Uint8Array, position: number): ResourceRecord {
  const ownerEnd = skipName(message, position, message.length);
  const rdataStart = ownerEnd + RECORD_FIXED_BYTES;
  return {
    owner: nameAt(message, position, message.length),
    type: readUint16(message, ownerEnd + RECORD_TYPE),
    class: readUint16(message, ownerEnd + RECORD_CLASS),
    ttlSeconds: readUint32(message, ownerEnd + RECORD_TTL),
    rdataStart,
    rdataEnd: rdataStart + readUint16(message, ownerEnd + RECORD_RDLENGTH),
  };
}

const expanded = new Uint8Array(NAME_MAX_BYTES);

/** The name at `offset` in presentation form with its final dot. Throws RangeError if none can be read there. */
export function nameAt(message: Uint8Array, offset: number, end: number): string {
  const length = expandName(message, offset, end, expanded);
  if (length < 0) throw new RangeError(`no name at ${offset}`);
  return length === 1 ? '.' : `${nameToText(expanded)}.`;
}
