// The oldest entry goes first. Readers write nothing, so a hit costs other threads no cache line.

import type { EvictionRule } from './eviction-rule.ts';

export function fifoEviction(): EvictionRule {
  return {
    noteHit() {},
    noteStore() {},
    keeps() {
      return false;
    },
  };
}
