// The names and addresses that an answer leads a client to, in the order in which they are judged.

import { readMappedAddress } from '../../policy/mapped-address.ts';
import type { AnswerFacts } from '../../wire/answer-reader.ts';
import { targetCount, type TargetKind, targetKind, targetOffset } from '../../wire/answer-targets.ts';
import { expandName, foldName, NAME_MAX_BYTES } from '../../wire/name.ts';
import type { ReadAnswer } from './read-answer.ts';

export interface ReachedName {
  readonly kind: TargetKind;
  /** Lower-case wire name. */
  readonly name: Uint8Array;
}

export function reachedNames({ message, facts }: ReadAnswer): readonly ReachedName[] {
  return Array.from({ length: targetCount(facts) }, (_, index) => index).flatMap((index) => {
    const name = nameAt(message, targetOffset(facts, index));
    return name === undefined ? [] : [{ kind: targetKind(facts, index), name }];
  });
}

/** 16 octets each. */
export function reachedAddresses({ message, facts }: ReadAnswer): readonly Uint8Array[] {
  return Array.from({ length: facts.addressCount }, (_, index) => addressAt(message, facts, index));
}

function addressAt(message: Uint8Array, { addressOffsets, addressBytes }: AnswerFacts, index: number): Uint8Array {
  const address = new Uint8Array(16);
  readMappedAddress(message, addressOffsets[index]!, addressBytes[index]!, address);
  return address;
}

/** Undefined for one that is longer than a name can be: nobody can follow it. */
function nameAt(message: Uint8Array, offset: number): Uint8Array | undefined {
  const name = new Uint8Array(NAME_MAX_BYTES + 1);
  const length = expandName(message, offset, message.length, name);
  if (length < 0) return undefined;
  foldName(name, length);
  return name.subarray(0, length);
}
