// What goes into the cache and comes out of it: the key an answer is filed under, and the answer.

import { ANSWER_RECORDS_MAX } from '../../wire/answer-reader.ts';
import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';

export const NAME_MAX_BYTES = 255;

/** What an answer is filed under. Reused by the caller. */
export interface AnswerKey {
  /** Lower-cased uncompressed wire name. */
  name: Uint8Array;
  nameLength: number;
  /** QTYPE; 0 files an NXDOMAIN for every type of the name (RFC 2308 section 5). */
  type: number;
  class: number;
  /** Bits of the data plane: bit 0 DO, bit 1 CD, bits 4 and 6 something else than an answer; from bit 8 on, 16 bits of who is asked. */
  variant: number;
  /** The name's keyed hash (NameHasher, whole name). The cache mixes the other fields in itself. */
  hashLow: number;
  hashHigh: number;
}

/** With room for any name. */
export function emptyKey(): AnswerKey {
  const name = new Uint8Array(NAME_MAX_BYTES + 1);
  return { name, nameLength: 0, type: 0, class: 0, variant: 0, hashLow: 0, hashHigh: 0 };
}

/** An answer on its way in or out. Reused by the caller; after a miss its content is garbage. */
export class CachedAnswer {
  /** The message as words, up to one octet longer: whole words are copied, so octets behind messageLength may change. */
  readonly messageWords: Int32Array<ArrayBuffer> = new Int32Array((MESSAGE_MAX_BYTES + 1) / 4);
  /** Raw message without OPT: ID 0, TTLs as they were at `storedAtSeconds`. */
  readonly message: Uint8Array<ArrayBuffer> = new Uint8Array(this.messageWords.buffer, 0, MESSAGE_MAX_BYTES);
  messageLength = 0;
  /** Offsets of the TTL fields in the message. */
  readonly ttlOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(ANSWER_RECORDS_MAX);
  readonly ttlOffsetWords: Int32Array<ArrayBuffer> = new Int32Array(this.ttlOffsets.buffer);
  ttlCount = 0;
  /** Monotonic whole seconds (memory/monotonic-clock.ts). */
  storedAtSeconds = 0;
  /** The first second in which the answer is not given any more. */
  expiresAtSeconds = 0;
  /** Policy generation under which groups of clients were found that may have the answer; of an older one nothing is known. */
  policyGeneration = 0;
  /** Which of the first 32 groups: a bit each. Comes back as a signed number. */
  cleanGroups = 0;
  /** And one of the others, 0 for none. */
  otherCleanGroup = 0;
  /** Opaque 32 bits of the data plane. Comes back as a signed number. */
  inspection = 0;

  /** Makes it a note of the data plane: what it says stands in `message`, as octets that are no message. */
  becomeNote(octets: number, storedAtSeconds: number, expiresAtSeconds: number): void {
    this.messageLength = octets;
    this.ttlCount = 0;
    this.storedAtSeconds = storedAtSeconds;
    this.expiresAtSeconds = expiresAtSeconds;
    this.policyGeneration = 0;
    this.cleanGroups = 0;
    this.otherCleanGroup = 0;
    this.inspection = 0;
  }
}
