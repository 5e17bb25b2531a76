// The answer cache as a data-plane thread uses it. One SharedArrayBuffer for all threads; README.md has the layout.

import { ANSWER_RECORDS_MAX } from '../../wire/answer-reader.ts';
import { MESSAGE_MAX_BYTES } from '../../wire/header.ts';

/** What an answer is filed under. Reused by the caller. */
export interface AnswerKey {
  /** Lower-cased uncompressed wire name. */
  name: Uint8Array;
  nameLength: number;
  /** QTYPE; 0 files an NXDOMAIN for every type of the name (RFC 2308 section 5). */
  type: number;
  class: number;
  /** Bit 0: DO, bit 1: CD. */
  variant: number;
  /** The name's keyed hash (NameHasher, whole name). The cache mixes the other fields in itself. */
  hashLow: number;
  hashHigh: number;
}

/** An answer on its way in or out. Reused by the caller. */
export class CachedAnswer {
  /** Raw message without OPT: ID 0, TTLs as they were at `storedAtSeconds`. */
  readonly message: Uint8Array<ArrayBuffer> = new Uint8Array(MESSAGE_MAX_BYTES);
  messageLength = 0;
  /** Offsets of the TTL fields in the message. */
  readonly ttlOffsets: Uint16Array<ArrayBuffer> = new Uint16Array(ANSWER_RECORDS_MAX);
  ttlCount = 0;
  /** Monotonic seconds (memory/monotonic-clock.ts). */
  storedAtSeconds = 0;
  expiresAtSeconds = 0;
  /** Policy generation under which `inspection` was found; an older one is inspected again. */
  policyGeneration = 0;
  /** Opaque 32 bits of the data plane: what the policy found inside the answer. */
  inspection = 0;
}

export class AnswerCache {
  /** `threadSlot`: this thread's number, from 1 (0 means "no owner" in locks). */
  constructor(_buffer: SharedArrayBuffer, _threadSlot: number) {
    throw new Error('not built');
  }

  /**
   * Copies the unexpired answer for `key` into `into`; false on a miss (also when a writer was at work on it). Allocates and
   * awaits nothing. Everything copied has been verified against the key and a checksum.
   */
  find(_key: AnswerKey, _nowSeconds: number, _into: CachedAnswer): boolean {
    throw new Error('not built');
  }

  /** Stores or replaces; false if it was given up (too large, or another writer holds the stripe). Never waits. */
  store(_key: AnswerKey, _answer: CachedAnswer): boolean {
    throw new Error('not built');
  }
}

/** A new, empty cache of at most `maxBytes` in all; pages are touched only as used. Throws RangeError below 64 kB. */
export function createAnswerCache(_maxBytes: number): SharedArrayBuffer {
  throw new Error('not built');
}

/** Called by the control plane once thread `threadSlot` is dead: frees what it held, discards what it may have left half-written. */
export function recoverAfterThreadDeath(_buffer: SharedArrayBuffer, _threadSlot: number): void {
  throw new Error('not built');
}
