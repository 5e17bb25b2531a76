// Builder side: the conditions, or the responses, of all rules: each once, by number from 1.
//
// Numbers are few, and lists are strangers': one list gets no more than a share of the table's, and what rules of every list say
// finds a place in any case.

import { DESCRIBED_MAX } from './block-table-layout.ts';
import { type RuleSource, TIER } from './rule-model.ts';

/** No number is left. */
export const TOO_MANY = -1;

/** Parts that a list may bring of which no earlier source has spoken. */
export const PARTS_OF_LIST_MAX = 8192;
/** Of their keys: what they take in the table's description, which every query thread reads, of a list and of all. */
export const PART_BYTES_OF_LIST_MAX: number = 1 << 20;
const PART_BYTES_MAX = 8 << 20;
/** Numbers kept for plain parts. */
const PLAIN_RESERVED = 64;

export class NumberedParts<Part extends object> {
  readonly all: Part[] = [];
  readonly #sources: readonly RuleSource[];
  readonly #keyOf: (part: Part) => string;
  readonly #isPlain: (part: Part) => boolean;
  readonly #numbers = new Map<string, number>();
  readonly #brought: Uint32Array;
  readonly #broughtBytes: Uint32Array;
  #bytes = 0;

  /** `keyOf`: the same text for parts that say the same. `isPlain`: true for at most 64 of them. */
  constructor(sources: readonly RuleSource[], keyOf: (part: Part) => string, isPlain: (part: Part) => boolean) {
    this.#sources = sources;
    this.#keyOf = keyOf;
    this.#isPlain = isPlain;
    this.#brought = new Uint32Array(sources.length);
    this.#broughtBytes = new Uint32Array(sources.length);
  }

  /** 0 for undefined, TOO_MANY where there is no room for another one of this source. */
  numberOf(part: Part | undefined, source: number): number {
    if (part === undefined) return 0;
    const key = this.#keyOf(part);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (!this.#isPlain(part)) {
      if (this.all.length >= DESCRIBED_MAX - PLAIN_RESERVED) return TOO_MANY;
      if (this.#bytes + key.length > PART_BYTES_MAX) return TOO_MANY;
      if (this.#sources[source]!.tier === TIER.LISTS && this.#isBeyondShare(source, key.length)) return TOO_MANY;
      this.#brought[source]!++;
      this.#broughtBytes[source]! += key.length;
      this.#bytes += key.length;
    }
    const number = this.all.push(part);
    this.#numbers.set(key, number);
    return number;
  }

  #isBeyondShare(source: number, bytes: number): boolean {
    return this.#brought[source]! >= PARTS_OF_LIST_MAX || this.#broughtBytes[source]! + bytes > PART_BYTES_OF_LIST_MAX;
  }

  /** The number of a part that is there, TOO_MANY of one that is not; 0 for undefined. */
  known(part: Part | undefined): number {
    return part === undefined ? 0 : (this.#numbers.get(this.#keyOf(part)) ?? TOO_MANY);
  }
}
