// Builder side: the octets of all names, each once. Grows by chunks: nothing is copied and nothing is held twice.

import { NAME_MAX_BYTES } from '../../wire/name.ts';

const CHUNK_BYTES = 1 << 20;

export class BlockTableTooLarge extends Error {
  override readonly name = 'BlockTableTooLarge';
}

/** A reference is the place of a name: chunk number times CHUNK_BYTES plus the offset in the chunk. No reference is 0. */
export class NameArena {
  /** Octets of all names. */
  nameBytes = 0;
  readonly #chunks: Uint8Array[] = [];
  readonly #chunksMax: number;
  #free = 0;
  #end = 0;

  /** References are 32 bits wide: `maxBytes` is at most 4 GiB. */
  constructor(maxBytes = 0x1_0000_0000) {
    this.#chunksMax = Math.floor(maxBytes / CHUNK_BYTES);
  }

  /** Copies a name of `length` octets; throws BlockTableTooLarge when the names no longer fit a table. */
  append(name: Uint8Array, length: number): number {
    if (this.#free + length > this.#end) this.#openChunk();
    const reference = this.#free;
    const chunk = this.#chunk(reference);
    const start = reference % CHUNK_BYTES;
    for (let index = 0; index < length; index++) chunk[start + index] = name[index]!;
    this.#free += length;
    this.nameBytes += length;
    return reference;
  }

  /** 0 if the names are the same; else negative or positive, in the order of their octets. */
  compare(reference: number, name: Uint8Array, length: number): number {
    const chunk = this.#chunk(reference);
    const start = reference % CHUNK_BYTES;
    for (let index = 0; index < length; index++) {
      const difference = chunk[start + index]! - name[index]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }

  /** Copies the name to `offset` of `target`; the offset behind it. */
  copyName(reference: number, target: Uint8Array, offset: number): number {
    const chunk = this.#chunk(reference);
    let from = reference % CHUNK_BYTES;
    let to = offset;
    for (;;) {
      const labelBytes = chunk[from]!;
      for (let end = from + labelBytes; from <= end; ) target[to++] = chunk[from++]!;
      if (labelBytes === 0) return to;
    }
  }

  #chunk(reference: number): Uint8Array {
    return this.#chunks[Math.floor(reference / CHUNK_BYTES)]!;
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
