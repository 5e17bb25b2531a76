// Which answers leave when room is wanted. New answers go into the nursery, a small ring, and from there into the main ring or out;
// rings meet entries in the order in which they were written. All threads on one cache must use the same rule.
//
// A rule has one byte for each index slot, its mark, and four for each bucket, its memory; all are 0 at first.

export interface EvictionRule {
  /**
   * A reader had a hit; runs without the stripe. Whatever a rule writes here goes into marks only, may be lost, and must be
   * right whatever the byte was: the mark may belong to another entry by now.
   */
  noteHit(mark: number): void;

  /** An entry was linked in a slot that had another key's or none: its mark is what was left behind. The stripe is held. */
  noteNew(mark: number): void;

  /** A newer answer to the same key took this entry's place. The stripe is held. */
  noteReplaced(mark: number): void;

  /** Whether an answer under `tag` that the cache does not have goes straight into the main ring. The stripe is held. */
  isProven(memory: number, tag: number): boolean;

  /** Room is wanted in the nursery where this entry stands. True moves it to the main ring. The stripe is held. */
  promotes(mark: number): boolean;

  /** Room is wanted in the main ring where this entry stands. True keeps it: it moves to the front. The stripe is held. */
  keeps(mark: number): boolean;

  /** This entry leaves. `isFromNursery`: without ever having been in the main ring. The stripe is held. */
  noteGone(mark: number, memory: number, tag: number, isFromNursery: boolean): void;

  /** A full bucket gives up the entry that is worth least. The stripe is held. */
  worth(mark: number): number;
}

/** `bytes`: the whole cache, of which only marks and memories, at the positions handed to the methods, are the rule's. */
export type EvictionRuleMaker = (bytes: Uint8Array<SharedArrayBuffer>) => EvictionRule;
