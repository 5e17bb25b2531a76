// A few names of one message, written out in lower case, to hold owners of records against. Reused; allocates nothing.

import { expandName, foldName, NAME_MAX_BYTES } from './name.ts';

/** Apart from each other by a power of two. */
const ROOM_BYTES = 256;
const POINTER = 0xc0;
const POINTER_OFFSET = 0x3fff;

export class NameList {
  readonly #capacity: number;
  readonly #names: Uint8Array<ArrayBuffer>;
  readonly #lengths: Uint8Array<ArrayBuffer>;
  /** Where each stands in the message: a pointer to there is the same name. */
  readonly #offsets: Uint16Array<ArrayBuffer>;
  readonly #held = new Uint8Array(NAME_MAX_BYTES);
  #heldLength = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
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
    if (this.#count === this.#capacity) return false;
    const length = expandName(message, offset, end, this.#held);
    if (length < 0) return false;
    foldName(this.#held, length);
    this.#names.set(this.#held.subarray(0, length), this.#count * ROOM_BYTES);
    this.#lengths[this.#count] = length;
    this.#offsets[this.#count] = offset;
    this.#count++;
    return true;
  }

  /** Position of the name at `offset`, searched from `from` on; -1: it is none of these. */
  indexOf(message: Uint8Array, offset: number, end: number, from = 0): number {
    if (message[offset]! >= POINTER && offset + 2 <= end) {
      const target = ((message[offset]! << 8) | message[offset + 1]!) & POINTER_OFFSET;
      for (let index = from; index < this.#count; index++) if (this.#offsets[index] === target) return index;
    }
    if (!this.#hold(message, offset, end)) return -1;
    for (let index = from; index < this.#count; index++) {
      if (this.#lengths[index] === this.#heldLength && this.#isSuffix(index, 0)) return index;
    }
    return -1;
  }

  /** Position of the first name that is the one at `offset` or lies below it, searched from `from` on; -1: none. */
  firstWithin(message: Uint8Array, offset: number, end: number, from = 0): number {
    if (!this.#hold(message, offset, end)) return -1;
    for (let index = from; index < this.#count; index++) {
      let start = 0;
      const at = index * ROOM_BYTES;
      // Label by label: a suffix of octets alone might begin in the middle of one.
      while (this.#lengths[index]! - start > this.#heldLength) start += 1 + this.#names[at + start]!;
      if (this.#lengths[index]! - start === this.#heldLength && this.#isSuffix(index, start)) return index;
    }
    return -1;
  }

  /** Whether the name at `offset` is one of these or lies below one. */
  covers(message: Uint8Array, offset: number, end: number): boolean {
    if (!this.#hold(message, offset, end)) return false;
    for (let index = 0; index < this.#count; index++) {
      const length = this.#lengths[index]!;
      let start = 0;
      while (this.#heldLength - start > length) start += 1 + this.#held[start]!;
      if (this.#heldLength - start !== length) continue;
      let i = 0;
      while (i < length && this.#names[index * ROOM_BYTES + i] === this.#held[start + i]) i++;
      if (i === length) return true;
    }
    return false;
  }

  #hold(message: Uint8Array, offset: number, end: number): boolean {
    this.#heldLength = expandName(message, offset, end, this.#held);
    if (this.#heldLength < 0) return false;
    foldName(this.#held, this.#heldLength);
    return true;
  }

  /** Whether the name at `index` without its first `start` octets is the held one; both are of one length. */
  #isSuffix(index: number, start: number): boolean {
    const at = index * ROOM_BYTES + start;
    for (let i = 0; i < this.#heldLength; i++) if (this.#names[at + i] !== this.#held[i]) return false;
    return true;
  }
}
