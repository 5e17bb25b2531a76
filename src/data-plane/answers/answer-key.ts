// Keys of the answer cache that stand for the same question in another respect: reused objects, so that nothing is allocated.

import type { AnswerKey } from '../../memory/answer-cache/answer-cache.ts';
import { NO_TEXT } from '../query.ts';

export function blankKey(): AnswerKey {
  return { name: NO_TEXT, nameLength: 0, type: 0, class: 0, variant: 0, hashLow: 0, hashHigh: 0 };
}

/** Makes `key` the key of `question` under another type and variant. The name is shared, not copied. */
export function turnKeyTo(key: AnswerKey, question: AnswerKey, type: number, variant: number): AnswerKey {
  key.name = question.name;
  key.nameLength = question.nameLength;
  key.type = type;
  key.class = question.class;
  key.variant = variant;
  key.hashLow = question.hashLow;
  key.hashHigh = question.hashHigh;
  return key;
}

export function isSameKey(a: AnswerKey, b: AnswerKey): boolean {
  if (a.hashLow !== b.hashLow || a.hashHigh !== b.hashHigh || a.nameLength !== b.nameLength) return false;
  if (a.type !== b.type || a.class !== b.class || a.variant !== b.variant) return false;
  for (let i = 0; i < a.nameLength; i++) if (a.name[i] !== b.name[i]) return false;
  return true;
}

/** A key of its own, name included. */
export function copyKey({
  name,
  nameLength,
  type,
  class: questionClass,
  variant,
  hashLow,
  hashHigh,
}: AnswerKey): AnswerKey {
  const copy = new Uint8Array(nameLength);
  for (let i = 0; i < nameLength; i++) copy[i] = name[i]!;
  return { name: copy, nameLength, type, class: questionClass, variant, hashLow, hashHigh };
}
