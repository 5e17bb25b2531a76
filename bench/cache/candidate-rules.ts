// The rules that were compared, all run by the real cache: what differs is the rule, and how much of the arena is nursery.

import { twoRingEviction } from '../../src/memory/answer-cache/two-ring-eviction.ts';
import type { EvictionRule, EvictionRuleMaker } from '../../src/memory/answer-cache/eviction-rule.ts';

export interface Candidate {
  readonly name: string;
  readonly nurseryPermille: number;
  readonly makeRule: EvictionRuleMaker;
  readonly isInUse?: boolean;
}

/** The oldest goes first. */
function fifo(): EvictionRule {
  return {
    noteHit() {},
    noteNew() {},
    noteReplaced() {},
    isProven: () => true,
    promotes: () => true,
    keeps: () => false,
    noteGone() {},
    worth: () => 0,
  };
}

/** A ring in which hits, up to `most`, earn an answer as many rounds more. */
function clock(most: number): EvictionRuleMaker {
  return (bytes) => {
    const count = (mark: number): void => {
      const hits = bytes[mark]!;
      if (hits < most) bytes[mark] = hits + 1;
    };
    return {
      ...fifo(),
      noteHit: count,
      noteReplaced: count,
      noteNew(mark) {
        bytes[mark] = 0;
      },
      keeps(mark) {
        const hits = bytes[mark]!;
        if (hits > 0) bytes[mark] = hits - 1;
        return hits > 0;
      },
      worth: (mark) => bytes[mark]!,
    };
  };
}

function withoutMemory(bytes: Uint8Array<SharedArrayBuffer>): EvictionRule {
  return { ...twoRingEviction(bytes), isProven: () => false };
}

export const CANDIDATES: readonly Candidate[] = [
  { name: 'FIFO', nurseryPermille: 0, makeRule: fifo },
  { name: 'CLOCK 1 bit', nurseryPermille: 0, makeRule: clock(1) },
  { name: 'CLOCK 2 bits', nurseryPermille: 0, makeRule: clock(3) },
  { name: 'CLOCK 3 bits', nurseryPermille: 0, makeRule: clock(7) },
  { name: 'two rings 20 %, no memory', nurseryPermille: 200, makeRule: withoutMemory },
  { name: 'two rings 10 %', nurseryPermille: 100, makeRule: twoRingEviction },
  { name: 'two rings 20 %', nurseryPermille: 200, makeRule: twoRingEviction, isInUse: true },
  { name: 'two rings 40 %', nurseryPermille: 400, makeRule: twoRingEviction },
];
