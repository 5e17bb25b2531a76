// Builder side: finds names already added, keeps the source set of each, and hands them out in hash order at the end without a
// sort.
//
// Open addressing in hash order, as in the finished table: an entry stands at its home slot or behind it, after every entry of
// a smaller hash (of the same hash: a smaller name). Keeping the order costs a short move per insertion.

import { rangeOf } from './block-table-layout.ts';
import type { NameArena } from './name-arena.ts';
import { EMPTY_SET } from './source-sets.ts';

/** Per slot: hash, reference into the arena (0: free), source set. */
const SLOT_WORDS = 3;
const REFERENCE = 1;
const SET = 2;

const FIRST_HOME_SLOTS = 1024;
const LOAD_MAX = 0.75;
/** Room behind the last home slot for what is pushed past it; running out of it only means growing early. */
const SPARE_SLOTS = 512;

export class NameIndex {
  count = 0;
  readonly #arena: NameArena;
  #homeSlots = FIRST_HOME_SLOTS;
  #slots = new Uint32Array(SLOT_WORDS * (FIRST_HOME_SLOTS + SPARE_SLOTS));

  constructor(arena: NameArena) {
    this.#arena = arena;
  }

  /**
   * The position of a name, copied into the arena with the empty set if it is new; valid until the next call. `hash`: its 32
   * bits, unsigned.
   */
  intern(hash: number, name: Uint8Array, length: number): number {
    const slots = this.#slots;
    let position = SLOT_WORDS * rangeOf(hash, this.#homeSlots);
    for (; position < slots.length; position += SLOT_WORDS) {
      const reference = slots[position + REFERENCE]!;
      if (reference === 0 || slots[position]! > hash) break;
      if (slots[position]! < hash) continue;
      const order = this.#arena.compare(reference, name, length);
      if (order === 0) return position;
      if (order > 0) break;
    }
    const gap = this.#firstFree(position);
    if (gap >= slots.length || this.count + 1 > LOAD_MAX * this.#homeSlots) {
      this.#grow();
      return this.intern(hash, name, length);
    }
    const reference = this.#arena.append(name, length);
    slots.copyWithin(position + SLOT_WORDS, position, gap);
    slots[position] = hash;
    slots[position + REFERENCE] = reference;
    slots[position + SET] = EMPTY_SET;
    this.count++;
    return position;
  }

  set(position: number): number {
    return this.#slots[position + SET]!;
  }

  changeSet(position: number, set: number): void {
    this.#slots[position + SET] = set;
  }

  /** Every name once, in the order of (hash, name): the same however the names came in. */
  forEach(visit: (hash: number, reference: number, set: number) => void): void {
    const slots = this.#slots;
    for (let position = 0; position < slots.length; position += SLOT_WORDS) {
      const reference = slots[position + REFERENCE]!;
      if (reference !== 0) visit(slots[position]!, reference, slots[position + SET]!);
    }
  }

  #firstFree(position: number): number {
    let gap = position;
    while (gap < this.#slots.length && this.#slots[gap + REFERENCE] !== 0) gap += SLOT_WORDS;
    return gap;
  }

  #grow(): void {
    const homeSlots = 2 * this.#homeSlots;
    const larger = new Uint32Array(SLOT_WORDS * (homeSlots + SPARE_SLOTS));
    let nextSlot = 0;
    this.forEach((hash, reference, set) => {
      const slot = Math.max(nextSlot, rangeOf(hash, homeSlots));
      larger[SLOT_WORDS * slot] = hash;
      larger[SLOT_WORDS * slot + REFERENCE] = reference;
      larger[SLOT_WORDS * slot + SET] = set;
      nextSlot = slot + 1;
    });
    this.#homeSlots = homeSlots;
    this.#slots = larger;
  }
}
