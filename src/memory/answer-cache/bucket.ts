// One bucket of the index: a cache line of links to entries, with a mark of the eviction rule for each and four bytes of its memory.
// Free functions over (words, bucket), `bucket` being the position of its first word. README.md has the picture.

import type { AnswerKey } from './cached-answer.ts';
import { isFiledUnder } from './entry.ts';
import type { EvictionRule } from './eviction-rule.ts';
import { BUCKET_SLOTS, BUCKET_WORDS, STRIPE, TAG_SHIFT, UNIT_MASK, UNIT_WORDS } from './layout.ts';

type SharedWords = Int32Array<SharedArrayBuffer>;

// Copies of its own: V8 knows the value of a module's constants, not that of imported ones.
const SLOTS = BUCKET_SLOTS;
const WORDS_OF_BUCKET = BUCKET_WORDS;
const WORDS_OF_UNIT = UNIT_WORDS;
const SHIFT_OF_TAG = TAG_SHIFT;
const MASK_OF_UNIT = UNIT_MASK;

/** Position of a stripe's bucket. */
export function bucketAt(stripe: number, bucketIndex: number): number {
  return stripe + STRIPE.INDEX + bucketIndex * WORDS_OF_BUCKET;
}

/** Byte position of a slot's mark. */
export function markAt(bucket: number, slot: number): number {
  return (bucket + SLOTS) * 4 + slot;
}

/** Byte position of the rule's four bytes for a bucket. */
export function memoryAt(bucket: number): number {
  return (bucket + WORDS_OF_BUCKET - 1) * 4;
}

/** Slot of the answer to `key`, whose tag is `tag`, in the arena [arena, arenaEnd); -1: none. */
export function slotOfKey(
  words: SharedWords,
  bucket: number,
  tag: number,
  arena: number,
  arenaEnd: number,
  key: AnswerKey,
): number {
  for (let slot = 0; slot < SLOTS; slot++) {
    const link = words[bucket + slot]!;
    if (link >>> SHIFT_OF_TAG !== tag) continue;
    if (isFiledUnder(words, arena + (link & MASK_OF_UNIT) * WORDS_OF_UNIT, arenaEnd, key)) return slot;
  }
  return -1;
}

/** Slot that links the entry at `unit`; -1 if the entry was replaced or given up before. */
export function slotLinkedTo(words: SharedWords, bucket: number, unit: number): number {
  for (let slot = 0; slot < SLOTS; slot++) {
    const link = words[bucket + slot]!;
    if (link !== 0 && (link & MASK_OF_UNIT) === unit) return slot;
  }
  return -1;
}

/** -1: the bucket is full. */
export function freeSlot(words: SharedWords, bucket: number): number {
  for (let slot = 0; slot < SLOTS; slot++) if (words[bucket + slot] === 0) return slot;
  return -1;
}

/** The entry of a slot leaves. `isFromNursery`: without ever having been in the main ring. */
export function unlink(
  words: SharedWords,
  rule: EvictionRule,
  bucket: number,
  slot: number,
  isFromNursery: boolean,
): void {
  const tag = words[bucket + slot]! >>> SHIFT_OF_TAG;
  Atomics.store(words, bucket + slot, 0);
  rule.noteGone(markAt(bucket, slot), memoryAt(bucket), tag, isFromNursery);
}
