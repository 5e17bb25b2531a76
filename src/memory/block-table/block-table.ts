// Reader of the compiled block table: every name of every list and rule, in one immutable SharedArrayBuffer.

import type { NameHasher } from '../name-hash/name-hasher.ts';
import { readHeader } from './block-table-header.ts';
import {
  CLASS_FIELD,
  EXACT,
  FILTER_WORD_BITS,
  HASH_RANGE,
  SET_FIELDS,
  SLOT_WORDS,
  SUBTREE,
} from './block-table-layout.ts';

export { BlockTableDamaged } from './block-table-damaged.ts';

export type SourceKind = 'list' | 'rules';
export type RuleAction = 'block' | 'allow';

/** Where entries come from: a [[list]] or the `rules` of [policy]. Order as configured; rules come last. */
export interface TableSource {
  readonly name: string;
  readonly kind: SourceKind;
  readonly action: RuleAction;
}

/** One source names one name: exactly, or with everything below it. */
export type RuleScope = 'exact' | 'subtree';

/** The best entry found for a name, per precedence class. Reused; -1 means none. Suffix index as in NameHasher. */
export class TableMatch {
  ruleAllowSource = -1;
  ruleAllowSuffix = -1;
  ruleBlockSource = -1;
  ruleBlockSuffix = -1;
  listAllowSource = -1;
  listAllowSuffix = -1;
  listBlockSource = -1;
  listBlockSuffix = -1;

  clear(): void {
    this.ruleAllowSource = -1;
    this.ruleAllowSuffix = -1;
    this.ruleBlockSource = -1;
    this.ruleBlockSuffix = -1;
    this.listAllowSource = -1;
    this.listAllowSuffix = -1;
    this.listBlockSource = -1;
    this.listBlockSuffix = -1;
  }
}

// Copies of its own: V8 knows the value of a module's constants, not that of imported ones, and multiplies what it does not know as
// floating-point numbers.
const WORDS_OF_SLOT = SLOT_WORDS;
const FIELDS_OF_SET = SET_FIELDS;

const NOT_FOUND = -1;
const NO_SOURCE = -1;

export class BlockTable {
  readonly sources: readonly TableSource[];
  readonly entryCount: number;
  readonly byteLength: number;
  /** Identifies list set and content; see control-plane/lists. */
  readonly contentId: string;
  /** The key its names were hashed with: a table answers only to a NameHasher of the same key. */
  readonly hashKey: Uint8Array;

  readonly #probeMax: number;
  readonly #slotCount: number;
  readonly #setCount: number;
  readonly #setIndexBytes: number;
  readonly #namesOffset: number;
  readonly #namesEnd: number;
  readonly #filter: Uint32Array<SharedArrayBuffer>;
  readonly #octets: Uint8Array<SharedArrayBuffer>;
  readonly #slots: Uint32Array<SharedArrayBuffer>;
  readonly #sets: Uint16Array<SharedArrayBuffer>;
  readonly #filterScale: number;
  readonly #homeScale: number;

  /**
   * Checks header, sizes and (with `verify`) the checksum. Throws BlockTableDamaged. Unverified octets may give wrong
   * matches, but `find` stays within the buffer and within its bound of work whatever they are.
   */
  constructor(buffer: SharedArrayBuffer, verify = false) {
    const header = readHeader(buffer, verify);
    this.sources = header.sources;
    this.entryCount = header.entryCount;
    this.byteLength = buffer.byteLength;
    this.contentId = header.contentId;
    this.hashKey = header.hashKey;
    this.#probeMax = header.probeMax;
    this.#slotCount = header.slotCount;
    this.#setCount = header.setCount;
    this.#setIndexBytes = header.setIndexBytes;
    this.#namesOffset = header.namesOffset;
    this.#namesEnd = header.namesEnd;
    this.#filter = new Uint32Array(buffer, header.filterOffset, header.filterWords);
    this.#octets = new Uint8Array(buffer);
    this.#slots = new Uint32Array(buffer, header.slotsOffset, SLOT_WORDS * header.slotCount);
    this.#sets = new Uint16Array(buffer, header.setsOffset, SET_FIELDS * header.setCount);
    this.#filterScale = (FILTER_WORD_BITS * header.filterWords) / HASH_RANGE;
    this.#homeScale = header.homeSlots / HASH_RANGE;
  }

  /** Fills `match` for the name last given to `hasher`. Allocates nothing. For each class the longest matching suffix wins. */
  find(name: Uint8Array, nameLength: number, hasher: NameHasher, match: TableMatch): void {
    match.clear();
    const whole = hasher.labelCount - 1;
    for (let suffix = whole; suffix >= 0; suffix--) {
      const set = this.#setOf(hasher.high[suffix]!, name, hasher.suffixOffset[suffix]!, nameLength);
      if (set !== NOT_FOUND) this.#merge(set, suffix, suffix === whole, match);
    }
  }

  /** The source set of the entry for the suffix at `start`, or NOT_FOUND. */
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

  #merge(set: number, suffix: number, isWholeName: boolean, match: TableMatch): void {
    const first = FIELDS_OF_SET * set;
    if (match.ruleAllowSource === NO_SOURCE) {
      match.ruleAllowSource = this.#source(first + CLASS_FIELD.RULE_ALLOW, isWholeName);
      if (match.ruleAllowSource !== NO_SOURCE) match.ruleAllowSuffix = suffix;
    }
    if (match.ruleBlockSource === NO_SOURCE) {
      match.ruleBlockSource = this.#source(first + CLASS_FIELD.RULE_BLOCK, isWholeName);
      if (match.ruleBlockSource !== NO_SOURCE) match.ruleBlockSuffix = suffix;
    }
    if (match.listAllowSource === NO_SOURCE) {
      match.listAllowSource = this.#source(first + CLASS_FIELD.LIST_ALLOW, isWholeName);
      if (match.listAllowSource !== NO_SOURCE) match.listAllowSuffix = suffix;
    }
    if (match.listBlockSource === NO_SOURCE) {
      match.listBlockSource = this.#source(first + CLASS_FIELD.LIST_BLOCK, isWholeName);
      if (match.listBlockSource !== NO_SOURCE) match.listBlockSuffix = suffix;
    }
  }

  /** The first source of a class: for the whole name in either scope, for a parent of it only with what lies below. */
  #source(classField: number, isWholeName: boolean): number {
    const subtree = this.#sets[classField + SUBTREE]!;
    const exact = isWholeName ? this.#sets[classField + EXACT]! : 0;
    const first = exact !== 0 && (subtree === 0 || exact < subtree) ? exact : subtree;
    return first <= this.sources.length ? first - 1 : NO_SOURCE;
  }
}
