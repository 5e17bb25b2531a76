// A few names of one message, written out in lower case, to hold owners of records against. Reused; allocates nothing.

import { type HeldName, pointerTarget } from './held-name.ts';

/** Apart from each other by a power of two. */
const ROOM_BYTES = 256;

export class NameList {
  readonly #capacity: number;
  /** What is compared with those of the list; several lists of one message share it. */
  readonly #held: HeldName;
  readonly #names: Uint8Array<ArrayBuffer>;
  readonly #lengths: Uint8Array<ArrayBuffer>;
  /** Where each stands in the message: a pointer to there is the same name. */
  readonly #offsets: Uint16Array<ArrayBuffer>;
  #count = 0;

  constructor(capacity: number, held: HeldName) {
    this.#capacity = capacity;
    this.#held = held;
    this.#names = new Uint8Array(capacity * ROOM_BYTES);
    this.#lengths = new Uint8Array(capacity);
    this.#offsets = new Uint16Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Takes in the name at `offset`; false if it is malformed or there is no room for it. */
  add(message: Uint8Array, offset: number, end: number): boolean {
    const held = this.#held;
    if (this.#count === this.#capacity || !held.hold(message, offset, end)) return false;
    this.#names.set(held.octets.subarray(0, held.length), this.#count * ROOM_BYTES);
    this.#lengths[this.#count] = held.length;
    this.#offsets[this.#count] = offset;
    this.#count++;
    return true;
  }

  /** Position of the name at `offset`, searched from `from` on; -1: it is none of these. */
  indexOf(message: Uint8Array, offset: number, end: number, from = 0): number {
    const target = pointerTarget(message, offset, end);
    if (target >= 0)
      for (let index = from; index < this.#count; index++) if (this.#offsets[index] === target) return index;
    if (!this.#held.hold(message, offset, end)) return -1;
    for (let index = from; index < this.#count; index++) {
      if (this.#lengths[index] === this.#held.length && this.#isHeldBehind(index, 0)) return index;
    }
    return -1;
  }

  /** Position of the first name that is the one at `offset` or lies below it, searched from `from` on; -1: none. */
  firstWithin(message: Uint8Array, offset: number, end: number, from = 0): number {
    const held = this.#held;
    if (!held.hold(message, offset, end)) return -1;
    for (let index = from; index < this.#count; index++) {
      const length = this.#lengths[index]!;
      let start = 0;
      const at = index * ROOM_BYTES;
      // Label by label: a suffix of octets alone might begin in the middle of one.
      while (length - start > held.length) start += 1 + this.#names[at + start]!;
      held.work.octets += start;
      if (length - start === held.length && this.#isHeldBehind(index, start)) return index;
    }
    return -1;
  }

  /** Whether the name at `offset` is one of these or lies below one. */
  covers(message: Uint8Array, offset: number, end: number): boolean {
    const held = this.#held;
    if (!held.hold(message, offset, end)) return false;
    for (let index = 0; index < this.#count; index++) {
      const length = this.#lengths[index]!;
      let start = 0;
      while (held.length - start > length) start += 1 + held.octets[start]!;
      held.work.octets += start;
      if (held.length - start !== length) continue;
      let i = 0;
      while (i < length && this.#names[index * ROOM_BYTES + i] === held.octets[start + i]) i++;
      held.work.octets += i;
      if (i === length) return true;
    }
    return false;
  }

  /** Whether the name at `index` without its first `start` octets is the held one; both are of one length. */
  #isHeldBehind(index: number, start: number): boolean {
    const { octets, length } = this.#held;
    const at = index * ROOM_BYTES + start;
    let i = 0;
    while (i < length && this.#names[at + i] === octets[i]) i++;
    this.#held.work.octets += i;
    return i === length;
  }
}
