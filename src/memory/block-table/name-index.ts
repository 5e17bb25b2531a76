// Builder side: finds names already added, and hands them out in hash order at the end without a sort.
//
// Open addressing in hash order, as in the finished table: an entry stands at its home slot or behind it, after every entry of
// a smaller hash (of the same hash: a smaller name). Keeping the order costs a short move per insertion.

import { rangeOf } from './block-table-layout.ts';
import type { NameArena } from './name-arena.ts';

/** Per slot: hash, reference into the arena (0: free). */
const SLOT_WORDS = 2;
const REFERENCE = 1;

const HOME_SLOTS_MIN = 1024;
const LOAD_MAX = 0.75;
/** Room behind the last home slot for what is pushed past it; running out of it only means growing early. */
const SPARE_SLOTS = 512;

export class NameIndex {
  count = 0;
  #arena: NameArena;
  #homeSlots: number;
  #slots: Uint32Array;
  #foundReference = 0;

  /** With as many names as expected, or fewer, it never grows: growing holds the old and the new slots at once. */
  constructor(arena: NameArena, expectedNames = 0) {
    this.#arena = arena;
    this.#homeSlots = Math.max(HOME_SLOTS_MIN, Math.ceil(expectedNames / LOAD_MAX));
    this.#slots = new Uint32Array(SLOT_WORDS * (this.#homeSlots + SPARE_SLOTS));
  }

  get arena(): NameArena {
    return this.#arena;
  }

  /** The reference of a name, copied into the arena with set 0 if it is new. `hash`: its 32 bits, unsigned. */
  intern(hash: number, name: Uint8Array, length: number): number {
    const position = this.#positionOf(hash, name, length);
    if (this.#foundReference !== 0) return this.#foundReference;
    const slots = this.#slots;
    const gap = this.#firstFree(position);
    if (gap >= slots.length || this.count + 1 > LOAD_MAX * this.#homeSlots) {
      this.#grow();
      return this.intern(hash, name, length);
    }
    const reference = this.#arena.append(name, length);
    // A few slots at most: cheaper than a call of copyWithin.
    for (let from = gap - 1; from >= position; from--) slots[from + SLOT_WORDS] = slots[from]!;
    slots[position] = hash;
    slots[position + REFERENCE] = reference;
    this.count++;
    return reference;
  }

  /** The reference of a name, 0 if it is not there. */
  find(hash: number, name: Uint8Array, length: number): number {
    this.#positionOf(hash, name, length);
    return this.#foundReference;
  }

  /** Every name once, in the order of (hash, name): the same however the names came in. */
  forEach(visit: (hash: number, reference: number) => void): void {
    const slots = this.#slots;
    for (let position = 0; position < slots.length; position += SLOT_WORDS) {
      const reference = slots[position + REFERENCE]!;
      if (reference !== 0) visit(slots[position]!, reference);
    }
  }

  /** Copies every entry into an arena with room for larger set numbers, which takes the place of the old one. */
  moveTo(arena: NameArena): void {
    const slots = this.#slots;
    for (let position = 0; position < slots.length; position += SLOT_WORDS) {
      const reference = slots[position + REFERENCE]!;
      if (reference !== 0) slots[position + REFERENCE] = arena.adopt(this.#arena, reference);
    }
    this.#arena = arena;
  }

  /** Where the name stands, or belongs; its reference, or 0, is in `#foundReference`. */
  #positionOf(hash: number, name: Uint8Array, length: number): number {
    const slots = this.#slots;
    this.#foundReference = 0;
    let position = SLOT_WORDS * rangeOf(hash, this.#homeSlots);
    for (; position < slots.length; position += SLOT_WORDS) {
      const reference = slots[position + REFERENCE]!;
      if (reference === 0 || slots[position]! > hash) break;
      if (slots[position]! < hash) continue;
      const order = this.#arena.compare(reference, name, length);
      if (order === 0) this.#foundReference = reference;
      if (order >= 0) break;
    }
    return position;
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
    this.forEach((hash, reference) => {
      const slot = Math.max(nextSlot, rangeOf(hash, homeSlots));
      larger[SLOT_WORDS * slot] = hash;
      larger[SLOT_WORDS * slot + REFERENCE] = reference;
      nextSlot = slot + 1;
    });
    this.#homeSlots = homeSlots;
    this.#slots = larger;
  }
}
