// Reader of the compiled block table: every name of every list and rule, in one immutable SharedArrayBuffer.

import type { NameHasher } from '../name-hash/name-hasher.ts';
import { readHeader } from './block-table-header.ts';
import {
  ADDRESS_WORDS,
  EMPTY_SET,
  FILTER_WORD_BITS,
  HASH_RANGE,
  HEADER,
  ITEM_WORDS,
  SLOT_WORDS,
  SOURCE_SHIFT,
} from './block-table-layout.ts';
import { RANKS, rankOf, RULE_CLASS, type RuleCondition, type RuleResponse, type RuleSource } from './rule-model.ts';
import type { TableMatch } from './table-match.ts';
import type { TablePattern } from './table-description.ts';

export { BlockTableDamaged } from './block-table-damaged.ts';

export { TableMatch } from './table-match.ts';

// Copies of its own: V8 knows the value of a module's constants, not that of imported ones, and multiplies what it does not know as
// floating-point numbers.
const WORDS_OF_SLOT = SLOT_WORDS;
const WORDS_OF_ITEM = ITEM_WORDS;
const WORDS_OF_ADDRESS = ADDRESS_WORDS;
const NOT_FOUND = EMPTY_SET;
const CHECKSUM_WORDS = 2;

export class BlockTable {
  /** In configured order. */
  readonly sources: readonly RuleSource[];
  /** By number; none has number 0. */
  readonly conditions: readonly (RuleCondition | undefined)[];
  readonly responses: readonly (RuleResponse | undefined)[];
  /** In order of precedence. */
  readonly patterns: readonly TablePattern[];
  /** No rule in it has a lower rank. */
  readonly lowestRank: number;
  /** The rules of all sets, without their names (block-table-layout.ts): from `itemsStart` of a set to its `itemsEnd`. */
  readonly items: Uint32Array<SharedArrayBuffer>;
  readonly entryCount: number;
  readonly byteLength: number;
  /** Identifies list set and content; see control-plane/lists. */
  readonly contentId: string;
  /** The key its names were hashed with: a table answers only to a NameHasher of the same key. */
  readonly hashKey: Uint8Array;

  readonly #checksum: Uint32Array;
  readonly #probeMax: number;
  readonly #slotCount: number;
  readonly #setCount: number;
  readonly #setIndexBytes: number;
  readonly #namesOffset: number;
  readonly #namesEnd: number;
  readonly #filter: Uint32Array<SharedArrayBuffer>;
  readonly #octets: Uint8Array<SharedArrayBuffer>;
  readonly #slots: Uint32Array<SharedArrayBuffer>;
  readonly #starts: Uint32Array<SharedArrayBuffer>;
  readonly #addresses: Uint32Array<SharedArrayBuffer>;
  readonly #filterScale: number;
  readonly #homeScale: number;

  /**
   * Checks header, sizes and (with `verify`) the checksum. Throws BlockTableDamaged. Unverified octets may give wrong
   * matches, but `find` stays within the buffer and within its bound of work whatever they are.
   */
  constructor(buffer: SharedArrayBuffer, verify = false) {
    const header = readHeader(buffer, verify);
    const { contentId, sources, conditions, responses, patterns } = header.description;
    this.sources = sources;
    this.conditions = [undefined, ...conditions];
    this.responses = [undefined, ...responses];
    this.patterns = patterns;
    this.lowestRank = Math.min(RANKS, ...sources.map(({ tier }) => rankOf(tier, RULE_CLASS.IMPORTANT_ALLOW)));
    this.entryCount = header.entryCount;
    this.byteLength = buffer.byteLength;
    this.contentId = contentId;
    this.hashKey = header.hashKey;
    this.#checksum = new Uint32Array(buffer, 4 * HEADER.CHECKSUM, CHECKSUM_WORDS).slice();
    this.#probeMax = header.probeMax;
    this.#slotCount = header.slotCount;
    this.#setCount = header.setCount;
    this.#setIndexBytes = header.setIndexBytes;
    this.#namesOffset = header.namesOffset;
    this.#namesEnd = header.namesEnd;
    this.#filter = new Uint32Array(buffer, header.filterOffset, header.filterWords);
    this.#octets = new Uint8Array(buffer);
    this.#slots = new Uint32Array(buffer, header.slotsOffset, SLOT_WORDS * header.slotCount);
    this.items = new Uint32Array(buffer, header.itemsOffset, ITEM_WORDS * header.itemCount);
    this.#starts = new Uint32Array(buffer, header.startsOffset, header.setCount + 1);
    this.#addresses = new Uint32Array(buffer, header.addressesOffset, ADDRESS_WORDS * header.addressCount);
    this.#filterScale = (FILTER_WORD_BITS * header.filterWords) / HASH_RANGE;
    this.#homeScale = header.homeSlots / HASH_RANGE;
  }

  /** Whether `buffer` holds this very table. */
  isOf(buffer: SharedArrayBuffer): boolean {
    if (buffer.byteLength !== this.byteLength) return false;
    const words = new Uint32Array(buffer, 0, HEADER.CHECKSUM + CHECKSUM_WORDS);
    return this.#checksum.every((word, index) => words[HEADER.CHECKSUM + index] === word);
  }

  /** Fills `match` for the name last given to `hasher`: what covers it or may cover it, longest suffix first. Allocates nothing. */
  find(name: Uint8Array, nameLength: number, hasher: NameHasher, match: TableMatch): void {
    let count = 0;
    for (let suffix = hasher.labelCount - 1; suffix >= 0; suffix--) {
      const set = this.#setOf(hasher.high[suffix]!, name, hasher.suffixOffset[suffix]!, nameLength);
      if (set === NOT_FOUND) continue;
      match.suffix[count] = suffix;
      match.set[count] = set;
      count++;
    }
    match.count = count;
  }

  /** Some rule is about addresses. */
  get hasAddressRules(): boolean {
    return this.#addresses.length > 0;
  }

  /** A bit for each source that has rules about addresses (policy/source-mask.ts). */
  addressSources(): Uint32Array {
    const mask = new Uint32Array(Math.ceil(this.sources.length / 32));
    const isSeen = new Uint8Array(this.#setCount);
    for (let last = WORDS_OF_ADDRESS - 1; last < this.#addresses.length; last += WORDS_OF_ADDRESS) {
      const set = this.#addresses[last]!;
      if (set >= this.#setCount || isSeen[set] === 1) continue;
      isSeen[set] = 1;
      for (let at = this.itemsStart(set); at < this.itemsEnd(set); at += WORDS_OF_ITEM) {
        const source = this.items[at]! >>> SOURCE_SHIFT;
        if (source < this.sources.length) mask[source >>> 5]! |= 1 << (source & 31);
      }
    }
    return mask;
  }

  /** The set of the rules about an address; set 0 has none. `address`: 16 octets; IPv4 as ::ffff:a.b.c.d. Allocates nothing. */
  addressSet(address: Uint8Array): number {
    const ranges = this.#addresses;
    let low = 0;
    let high = ranges.length / WORDS_OF_ADDRESS;
    // The last range that does not begin behind the address.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (beginsBehind(ranges, WORDS_OF_ADDRESS * middle, address)) high = middle;
      else low = middle + 1;
    }
    if (low === 0) return EMPTY_SET;
    const set = ranges[WORDS_OF_ADDRESS * low - 1]!;
    return set < this.#setCount ? set : EMPTY_SET;
  }

  /** Position in `items` of a set's first rule, for a set told by `find` or `addressSet`. */
  itemsStart(set: number): number {
    return WORDS_OF_ITEM * this.#starts[set]!;
  }

  /** Where they end; never behind the end of `items`. */
  itemsEnd(set: number): number {
    return Math.min(WORDS_OF_ITEM * this.#starts[set + 1]!, this.items.length);
  }

  /** The set of the entry for the suffix at `start`, or NOT_FOUND. */
  #setOf(signedHash: number, name: Uint8Array, start: number, nameLength: number): number {
    // Made unsigned only here: as an argument of a call, a number above 2^31 would be an object on the heap.
    const hash = signedHash >>> 0;
    const bit = Math.floor(hash * this.#filterScale);
    if (((this.#filter[bit >>> 5]! >>> (bit & 31)) & 1) === 0) return NOT_FOUND;
    const slots = this.#slots;
    const home = Math.floor(hash * this.#homeScale);
    const last = Math.min(home + this.#probeMax, this.#slotCount - 1);
    for (let slot = home; slot <= last; slot++) {
      const entry = slots[WORDS_OF_SLOT * slot + 1]!;
      const slotHash = slots[WORDS_OF_SLOT * slot]!;
      // Slots are in hash order without gaps since the home: the first free or larger one ends the search.
      if (entry === 0 || slotHash > hash) return NOT_FOUND;
      if (slotHash === hash && this.#namesSuffix(entry, name, start, nameLength)) return this.#setIndex(entry);
    }
    return NOT_FOUND;
  }

  /** Wire names end with their root octet, so equal octets over the suffix's length are equal names. */
  #namesSuffix(entry: number, name: Uint8Array, start: number, nameLength: number): boolean {
    const stored = entry + this.#setIndexBytes;
    if (entry < this.#namesOffset || stored + nameLength - start > this.#namesEnd) return false;
    const octets = this.#octets;
    const distance = stored - start;
    for (let offset = start; offset < nameLength; offset++) {
      if (octets[offset + distance] !== name[offset]) return false;
    }
    return true;
  }

  #setIndex(entry: number): number {
    const octets = this.#octets;
    let set = octets[entry]! | (octets[entry + 1]! << 8);
    if (this.#setIndexBytes === 4) set |= (octets[entry + 2]! << 16) | (octets[entry + 3]! << 24);
    return set >= 0 && set < this.#setCount ? set : NOT_FOUND;
  }
}

function beginsBehind(ranges: Uint32Array, position: number, address: Uint8Array): boolean {
  for (let word = 0; word < 4; word++) {
    const octet = 4 * word;
    const begin = ranges[position + word]!;
    const own =
      ((address[octet]! << 24) | (address[octet + 1]! << 16) | (address[octet + 2]! << 8) | address[octet + 3]!) >>> 0;
    if (begin !== own) return begin > own;
  }
  return false;
}
