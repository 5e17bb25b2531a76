// Builder side: the entries of all names, each once: the number of its source set, then the name. As they stand here they
// stand in the finished table. Grows by chunks: nothing is copied and nothing is held twice.

import { NAME_MAX_BYTES } from '../../wire/name.ts';

const CHUNK_BITS = 20;
const CHUNK_BYTES = 1 << CHUNK_BITS;
const OFFSET_MASK = CHUNK_BYTES - 1;

export class BlockTableTooLarge extends Error {
  override readonly name = 'BlockTableTooLarge';
}

export type SetIndexBytes = 2 | 4;

/**
 * A reference is the place of an entry: chunk number times CHUNK_BYTES plus the offset in the chunk. No reference is 0. What
 * is left free at the end of a chunk stays free in the table.
 */
export class NameArena {
  readonly setIndexBytes: SetIndexBytes;
  readonly #chunks: Uint8Array[] = [];
  readonly #chunksMax: number;
  #free = 0;
  #end = 0;

  /** References are 32 bits wide: `maxBytes` is at most 4 GiB. */
  constructor(setIndexBytes: SetIndexBytes, maxBytes = 0x1_0000_0000) {
    this.setIndexBytes = setIndexBytes;
    this.#chunksMax = Math.floor(maxBytes / CHUNK_BYTES);
  }

  /** Octets from the first reference there could be to the end of the last entry. */
  get byteLength(): number {
    return this.#free;
  }

  /** Copies a name of `length` octets, with set 0; throws BlockTableTooLarge when the names no longer fit a table. */
  append(name: Uint8Array, length: number): number {
    if (this.#free + this.setIndexBytes + length > this.#end) this.#openChunk();
    const reference = this.#free;
    const chunk = this.#chunk(reference);
    const start = (reference & OFFSET_MASK) + this.setIndexBytes;
    for (let index = 0; index < length; index++) chunk[start + index] = name[index]!;
    this.#free += this.setIndexBytes + length;
    return reference;
  }

  /** 0 if the names are the same; else negative or positive, in the order of their octets. */
  compare(reference: number, name: Uint8Array, length: number): number {
    const chunk = this.#chunk(reference);
    const start = (reference & OFFSET_MASK) + this.setIndexBytes;
    for (let index = 0; index < length; index++) {
      const difference = chunk[start + index]! - name[index]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** Copies the name into `target`, which has room for every name; its length. */
  read(reference: number, target: Uint8Array): number {
    const chunk = this.#chunk(reference);
    const start = (reference & OFFSET_MASK) + this.setIndexBytes;
    let end = start;
    while (chunk[end] !== 0) end += 1 + chunk[end]!;
    target.set(chunk.subarray(start, end + 1));
    return end + 1 - start;
  }

  set(reference: number): number {
    const chunk = this.#chunk(reference);
    const start = reference & OFFSET_MASK;
    let set = chunk[start]! | (chunk[start + 1]! << 8);
    if (this.setIndexBytes === 4) set |= (chunk[start + 2]! << 16) | (chunk[start + 3]! << 24);
    return set >>> 0;
  }

  changeSet(reference: number, set: number): void {
    const chunk = this.#chunk(reference);
    const start = reference & OFFSET_MASK;
    for (let octet = 0; octet < this.setIndexBytes; octet++) chunk[start + octet] = set >>> (8 * octet);
  }

  /** Takes over an entry of another arena; its reference here. */
  adopt(other: NameArena, reference: number): number {
    const chunk = other.#chunk(reference);
    const start = (reference & OFFSET_MASK) + other.setIndexBytes;
    let end = start;
    while (chunk[end] !== 0) end += 1 + chunk[end]!;
    const adopted = this.append(chunk.subarray(start, end + 1), end + 1 - start);
    this.changeSet(adopted, other.set(reference));
    return adopted;
  }

  /** All entries, in the order in which they came, as views of what is held here. */
  *pieces(): Generator<Uint8Array> {
    for (const [index, chunk] of this.#chunks.entries()) {
      yield chunk.subarray(0, Math.min(CHUNK_BYTES, this.#free - index * CHUNK_BYTES));
    }
  }

  #chunk(reference: number): Uint8Array {
    return this.#chunks[reference >>> CHUNK_BITS]!;
  }

  #openChunk(): void {
    if (this.#chunks.length >= this.#chunksMax) {
      throw new BlockTableTooLarge(
        `the lists hold more names than a block table can: at most ${this.#chunksMax * (CHUNK_BYTES - NAME_MAX_BYTES)} octets`,
      );
    }
    const start = CHUNK_BYTES * this.#chunks.length;
    this.#chunks.push(new Uint8Array(CHUNK_BYTES));
    this.#free = Math.max(1, start);
    this.#end = start + CHUNK_BYTES;
  }
}
