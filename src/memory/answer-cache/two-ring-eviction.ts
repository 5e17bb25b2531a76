// The rule in use, after S3-FIFO: a new answer has to be asked for again while it is in the nursery, or soon after it left, to get
// into the main ring; there each hit, up to three, earns it another round. So a scan of names that nobody asks for again passes
// through the nursery alone. Readers write a mark only while it grows: a popular answer's line stays shared between processors.

import type { EvictionRule } from './eviction-rule.ts';
import { BUCKET_MEMORY_BYTES } from './layout.ts';

const MARK_MAX = 3;

export function twoRingEviction(bytes: Uint8Array<SharedArrayBuffer>): EvictionRule {
  return {
    noteHit(mark) {
      const count = bytes[mark]!;
      if (count < MARK_MAX) bytes[mark] = count + 1;
    },
    noteNew(mark) {
      bytes[mark] = 0;
    },
    noteReplaced(mark) {
      const count = bytes[mark]!;
      if (count < MARK_MAX) bytes[mark] = count + 1;
    },
    isProven(memory, tag) {
      const print = printOf(tag);
      for (let i = 0; i < BUCKET_MEMORY_BYTES; i++) if (bytes[memory + i] === print) return true;
      return false;
    },
    promotes(mark) {
      if (bytes[mark] === 0) return false;
      bytes[mark] = 0;
      return true;
    },
    keeps(mark) {
      const count = bytes[mark]!;
      if (count === 0) return false;
      bytes[mark] = Math.min(count, MARK_MAX) - 1;
      return true;
    },
    noteGone(mark, memory, tag, isFromNursery) {
      // What left the main ring unasked had its chance; what expired while popular is sure to come back.
      if (!isFromNursery && bytes[mark] === 0) return;
      for (let i = BUCKET_MEMORY_BYTES - 1; i > 0; i--) bytes[memory + i] = bytes[memory + i - 1]!;
      bytes[memory] = printOf(tag);
    },
    worth: (mark) => bytes[mark]!,
  };
}

/** 8 of the tag's 12 bits, never 0: one stranger in 64 is taken for one of the bucket's four. */
function printOf(tag: number): number {
  return tag & 0xff || 1;
}
