// Which answers leave when room is wanted. Arenas are rings: the sweep meets entries in the order they were written, and the
// rule decides for each whether it goes or moves on to the front. All threads on one cache must use the same rule.

export interface EvictionRule {
  /**
   * A reader had a hit; runs without the stripe. Whatever a rule writes here goes into marks only, may be lost, and must be
   * right whatever the byte was: the mark may belong to another entry by now.
   */
  noteHit(mark: number): void;

  /**
   * A new entry was linked; the stripe is held. `replaces`: it took the place of the older answer to the same key, whose mark
   * still stands there; else the mark is whatever was left behind.
   */
  noteStore(mark: number, replaces: boolean): void;

  /**
   * Room is wanted where this entry stands (or its bucket is full); the stripe is held. True keeps it: the sweep moves it to the
   * front. A store moves at most 16 entries; then the others go unasked.
   */
  keeps(mark: number): boolean;
}

/** `marks`: one byte to each index slot, at the positions handed to the methods; 0 at first, and the rule's alone. */
export type EvictionRuleMaker = (marks: Uint8Array<SharedArrayBuffer>) => EvictionRule;
