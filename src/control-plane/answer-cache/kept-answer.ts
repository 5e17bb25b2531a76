// One answer as it stands in the file of kept answers, without any trust in what is read: the message is checked as one from the
// network, and the key is taken from its own question. Pure; main thread.
//
//   message octets 16 | type filed under 16 | variant 32 | age 32 | remaining 32, signed | message       big-endian, seconds

import { type AnswerKey, type CachedAnswer, NAME_MAX_BYTES } from '../../memory/answer-cache/cached-answer.ts';
import { VARIANT_OF_ANY_UPSTREAMS } from '../../memory/answer-cache/upstream-variant.ts';
import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { ANSWER_FAULT, AnswerFacts, readAnswer } from '../../wire/answer-reader.ts';
import { HEADER_BYTES, readUint16, readUint32, writeUint16, writeUint32 } from '../../wire/header.ts';
import { expandName, foldName } from '../../wire/name.ts';

export const KEPT_FIXED_BYTES = 16;
/** Bits of AnswerKey.variant that tell answers apart: DO, CD and who was asked. All others mark what is none or not to be kept. */
const VARIANTS_KEPT = 0b11 | VARIANT_OF_ANY_UPSTREAMS;
/** Type under which an NXDOMAIN is filed for all types. */
const EVERY_TYPE = 0;
const AGE_MAX_SECONDS = 2 ** 31 - 1;

const scratchName = new Uint8Array(NAME_MAX_BYTES);

/** Octets that `appendKept` would write, 0 for what is not to be kept. */
export function keptBytes(key: AnswerKey, answer: CachedAnswer): number {
  // Without a single record it is no answer, but a failure, or a note of the data plane's own.
  const isAnswer = (key.variant & ~VARIANTS_KEPT) === 0 && answer.ttlCount > 0;
  return isAnswer && isQuestionOf(key, answer) ? KEPT_FIXED_BYTES + answer.messageLength : 0;
}

/** Writes the answer to `out` at `offset`, where there is room for it; returns the end. */
export function appendKept(
  key: AnswerKey,
  answer: CachedAnswer,
  nowSeconds: number,
  out: Uint8Array,
  offset: number,
): number {
  writeUint16(out, offset, answer.messageLength);
  writeUint16(out, offset + 2, key.type);
  writeUint32(out, offset + 4, key.variant);
  writeUint32(out, offset + 8, Math.max(0, nowSeconds - answer.storedAtSeconds));
  writeUint32(out, offset + 12, answer.expiresAtSeconds - nowSeconds);
  out.set(answer.message.subarray(0, answer.messageLength), offset + KEPT_FIXED_BYTES);
  return offset + KEPT_FIXED_BYTES + answer.messageLength;
}

/** Reads answers one by one; reused. */
export class KeptAnswerReader {
  /** Of the message that was read last. */
  readonly facts: AnswerFacts = new AnswerFacts();
  readonly #hasher: NameHasher;

  constructor(hasher: NameHasher) {
    this.#hasher = hasher;
  }

  /**
   * Fills `key` and `answer`, whose times are then relative: age negated in `storedAtSeconds`, what remained in
   * `expiresAtSeconds`. Returns the end, or -1 if there is no such thing at `offset`.
   */
  read(bytes: Uint8Array, offset: number, end: number, key: AnswerKey, answer: CachedAnswer): number {
    if (offset + KEPT_FIXED_BYTES > end) return -1;
    const messageLength = readUint16(bytes, offset);
    const messageStart = offset + KEPT_FIXED_BYTES;
    const messageEnd = messageStart + messageLength;
    const ageSeconds = readUint32(bytes, offset + 8);
    key.type = readUint16(bytes, offset + 2);
    key.variant = readUint32(bytes, offset + 4);
    if (messageEnd > end || ageSeconds > AGE_MAX_SECONDS || (key.variant & ~VARIANTS_KEPT) !== 0) return -1;
    const { message } = answer;
    message.set(bytes.subarray(messageStart, messageEnd));
    answer.messageLength = messageLength;
    answer.storedAtSeconds = -ageSeconds;
    answer.expiresAtSeconds = readUint32(bytes, offset + 12) | 0;
    answer.inspection = 0;
    // Older than any policy: each is inspected before it is given out.
    answer.policyGeneration = 0;
    answer.cleanGroups = 0;
    answer.otherCleanGroup = 0;
    return this.#readMessage(key, answer) ? messageEnd : -1;
  }

  #readMessage(key: AnswerKey, answer: CachedAnswer): boolean {
    const { message, messageLength } = answer;
    const { facts } = this;
    if (readAnswer(message, messageLength, facts) !== ANSWER_FAULT.NONE) return false;
    if (facts.lengthWithoutOpt !== messageLength || facts.ttlCount === 0) return false;
    key.nameLength = expandName(message, HEADER_BYTES, messageLength, key.name);
    if (key.nameLength < 0) return false;
    foldName(key.name, key.nameLength);
    key.class = readUint16(message, facts.questionEnd - 2);
    if (key.type !== EVERY_TYPE && key.type !== readUint16(message, facts.questionEnd - 4)) return false;
    for (let i = 0; i < facts.ttlCount; i++) answer.ttlOffsets[i] = facts.ttlOffsets[i]!;
    answer.ttlCount = facts.ttlCount;
    this.#hasher.hash(key.name, key.nameLength);
    key.hashLow = this.#hasher.fullLow;
    key.hashHigh = this.#hasher.fullHigh;
    return true;
  }
}

/** Whether the message's question is what it is filed under: then the key need not be written. */
function isQuestionOf(key: AnswerKey, { message, messageLength }: CachedAnswer): boolean {
  const nameLength = expandName(message, HEADER_BYTES, messageLength, scratchName);
  if (nameLength !== key.nameLength || HEADER_BYTES + nameLength + 4 > messageLength) return false;
  foldName(scratchName, nameLength);
  for (let i = 0; i < nameLength; i++) if (scratchName[i] !== key.name[i]) return false;
  const type = readUint16(message, HEADER_BYTES + nameLength);
  return (
    (key.type === EVERY_TYPE || key.type === type) && key.class === readUint16(message, HEADER_BYTES + nameLength + 2)
  );
}
