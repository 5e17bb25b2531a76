// Builds a block table (control plane only, in a helper process).

import { LABEL_MAX_BYTES, NAME_MAX_BYTES } from '../../wire/name.ts';
import { HASH_KEY_BYTES, NameHasher } from '../name-hash/name-hasher.ts';
import { AddressCollection, type AddressesWithoutLine } from './address-collection.ts';
import { ADDRESS_WORDS, EMPTY_SET, SOURCES_MAX } from './block-table-layout.ts';
import { setsOfExistingNames } from './existing-names.ts';
import { NameArena } from './name-arena.ts';
import { NameIndex } from './name-index.ts';
import { PatternCollection, type PatternWithoutLine } from './pattern-collection.ts';
import { type ChangeSet, EVERY_SOURCE, RemovedNames } from './removed-names.ts';
import { RuleItems, TOO_MANY } from './rule-items.ts';
import {
  type AddressRule,
  type PatternRule,
  type RuleShape,
  type RuleSource,
  SCOPE,
  type Scope,
} from './rule-model.ts';
import { RuleSets, SET_IS_FULL } from './rule-sets.ts';
import type { PlaceOctets } from './table-pieces.ts';
import { writeBlockTable } from './write-block-table.ts';
import type { ToldAddresses } from './told-addresses.ts';
import { ZoneWildcards } from './zone-wildcards.ts';

export { BlockTableTooLarge } from './name-arena.ts';
export { EVERY_SOURCE } from './removed-names.ts';

export interface BuildOptions {
  /** 16 octets, the installation's hash key. */
  readonly hashKey: Uint8Array;
  readonly contentId: string;
  /** In configured order. */
  readonly sources: readonly RuleSource[];
  /** How many different names are likely to come: right or too low, no memory is wasted on growing. */
  readonly expectedNames?: number;
}

const NARROW_SETS_MAX = 0x1_0000;
/** In the words of an address. */
const SET_OF_ADDRESS = ADDRESS_WORDS - 1;
/** Rules that one source takes back. */
const REMOVALS_MAX = 0x1_0000;

export class BlockTableBuilder {
  /** How often a name came that its source had named the same way before; of addresses see `toldAddresses`. */
  repeatedCount = 0;
  readonly #options: BuildOptions;
  readonly #hasher: NameHasher;
  readonly #index: NameIndex;
  readonly #items: RuleItems;
  readonly #sets: RuleSets;
  readonly #addresses: AddressCollection;
  readonly #patterns: PatternCollection;
  readonly #removed = new RemovedNames();
  readonly #removals = new Map<number, number>();
  readonly #zones = new Set<number>();

  /** Throws RangeError on a key of another length or more than 65,534 sources. */
  constructor(options: BuildOptions) {
    if (options.sources.length > SOURCES_MAX) throw new RangeError(`at most ${SOURCES_MAX} sources`);
    this.#hasher = new NameHasher(options.hashKey);
    this.#index = new NameIndex(new NameArena(2), options.expectedNames);
    this.#items = new RuleItems(options.sources);
    this.#sets = new RuleSets(this.#items);
    this.#addresses = new AddressCollection(this.#items);
    this.#patterns = new PatternCollection(options.sources, this.#items);
    this.#options = { ...options, hashKey: options.hashKey.slice(0, HASH_KEY_BYTES) };
  }

  /** Different names added so far. */
  get entryCount(): number {
    return this.#index.count;
  }

  /**
   * Adds one name of source `sourceIndex`: a lower-cased uncompressed wire name of `length` octets, copied. The order of the
   * calls does not matter. False, and nothing added, if the octets are no name or the root (to list the root would be to list
   * everything), or where there is no room: README.md, "Limits".
   * Throws RangeError for a source that does not exist, BlockTableTooLarge at about 4 GB.
   */
  add(sourceIndex: number, name: Uint8Array, length: number, scope: Scope, shape: RuleShape): boolean {
    this.#checkSource(sourceIndex);
    if (!isListableName(name, length)) return false;
    const item = this.#items.itemOf(sourceIndex, scope, shape);
    if (item === TOO_MANY) return false;
    if (this.#sets.isCrowded) this.#dropUnusedSets();
    this.#hasher.hash(name, length);
    const reference = this.#index.intern(this.#hasher.fullHigh >>> 0, name, length);
    const known = this.#index.arena.set(reference);
    const set = this.#sets.with(known, item);
    if (set === SET_IS_FULL) return false;
    if (set === known) this.repeatedCount++;
    else this.#changeSet(reference, set, this.#hasher.fullHigh >>> 0, name, length);
    return true;
  }

  /** Adds a rule about names that no look-up finds. False, and nothing added, where there are too many (65,535). */
  addPattern(sourceIndex: number, pattern: PatternRule): boolean {
    this.#checkSource(sourceIndex);
    return this.#patterns.add(sourceIndex, pattern);
  }

  /** Adds a rule about addresses. False, and nothing added, where they are no range or there is no room: README.md, "Limits". */
  addAddress(sourceIndex: number, rule: AddressRule): boolean {
    this.#checkSource(sourceIndex);
    const item = this.#items.itemOf(sourceIndex, SCOPE.EXACT, rule.shape);
    return item !== TOO_MANY && this.#addresses.add(rule, item);
  }

  /**
   * Of a source's rules about addresses those that do not hold at all of these, since too many others do, and those that it had said
   * before. To be asked when all are there.
   */
  toldAddresses(sourceIndex: number): { readonly leftOut: ToldAddresses; readonly repeated: ToldAddresses } {
    return this.#addresses.told(sourceIndex, this.#sets);
  }

  /**
   * Takes back what a source (default: any) says of this name in this scope and shape, now or later; of records that several
   * lines gave, those of the shape. False, and nothing is taken back, where it has done so too often (65,536 times).
   */
  remove(name: Uint8Array, length: number, scope: Scope, shape: RuleShape, sourceIndex = EVERY_SOURCE): boolean {
    if (!isListableName(name, length) || !this.#mayRemove(sourceIndex)) return false;
    this.#hasher.hash(name, length);
    this.#removed.add(this.#hasher.fullHigh >>> 0, name.subarray(0, length), scope, shape, sourceIndex);
    return true;
  }

  /** The same for a pattern. */
  removePattern(pattern: PatternWithoutLine, sourceIndex = EVERY_SOURCE): boolean {
    if (!this.#mayRemove(sourceIndex)) return false;
    this.#patterns.remove(pattern, sourceIndex);
    return true;
  }

  /** The same for exactly this range of addresses. */
  removeAddress(rule: AddressesWithoutLine, sourceIndex = EVERY_SOURCE): boolean {
    if (!this.#mayRemove(sourceIndex)) return false;
    this.#addresses.remove(rule, sourceIndex);
    return true;
  }

  /** The names of a source are a zone's: its wildcards (SCOPE.BELOW) say nothing of names that it has itself, nor of what is below them. */
  addZone(sourceIndex: number): void {
    this.#checkSource(sourceIndex);
    this.#zones.add(sourceIndex);
  }

  /** The finished table, ready to publish. The same for the same calls and options. */
  finish(): SharedArrayBuffer {
    let buffer = new SharedArrayBuffer(0);
    this.writeTo((byteLength) => {
      buffer = new SharedArrayBuffer(byteLength);
      const table = new Uint8Array(buffer);
      return (octets, offset) => table.set(octets, offset);
    });
    return buffer;
  }

  /** The same octets, piece by piece: `open` is told how many they will be. Needs no memory for the table as a whole. */
  writeTo(open: (byteLength: number) => PlaceOctets): void {
    const changeSet: ChangeSet = ({ hash, name }, set) =>
      this.#changeSet(this.#index.find(hash, name, name.length), set, hash, name, name.length);
    this.#removed.applyTo(this.#index, this.#sets, this.#items, changeSet);
    for (const source of [...this.#zones].sort((a, b) => a - b))
      new ZoneWildcards(this.#index, this.#sets, this.#items, this.#hasher, source).end(changeSet);
    this.#replaceSets(setsOfExistingNames(this.#sets, this.#items));
    const { contentId, sources, hashKey } = this.#options;
    const { conditions, responses } = this.#items;
    const description = { contentId, sources, conditions, responses, patterns: this.#patterns.inOrder() };
    const addresses = this.#addresses.layOut(this.#sets);
    if (this.#sets.isLarge) this.#dropUnusedSets();
    const { starts, all } = this.#sets;
    const items = this.#items.wordsOf(all);
    writeBlockTable({ hashKey, description, index: this.#index, starts, items, addresses }, open);
  }

  #checkSource(sourceIndex: number): void {
    if (this.#options.sources[sourceIndex] === undefined) throw new RangeError(`no source ${sourceIndex}`);
  }

  #changeSet(reference: number, set: number, hash: number, name: Uint8Array, length: number): void {
    const { arena } = this.#index;
    if (set < NARROW_SETS_MAX || arena.setIndexBytes === 4) {
      arena.changeSet(reference, set);
      return;
    }
    // Sets have outgrown two octets: every entry gets four, and this one another place.
    this.#index.moveTo(new NameArena(4));
    this.#index.arena.changeSet(this.#index.find(hash, name, length), set);
  }

  /** Every name with a set of the first ones gets the other. */
  #replaceSets(replaced: ReadonlyMap<number, number>): void {
    if (replaced.size === 0) return;
    if (this.#sets.count > NARROW_SETS_MAX && this.#index.arena.setIndexBytes === 2)
      this.#index.moveTo(new NameArena(4));
    const { arena } = this.#index;
    this.#index.forEach((_, reference) => {
      const set = replaced.get(arena.set(reference));
      if (set !== undefined) arena.changeSet(reference, set);
    });
  }

  #mayRemove(source: number): boolean {
    const removals = (this.#removals.get(source) ?? 0) + 1;
    this.#removals.set(source, removals);
    return removals <= REMOVALS_MAX;
  }

  #dropUnusedSets(): void {
    const { arena } = this.#index;
    const addresses = this.#addresses.section;
    const used = new Uint32Array(this.#sets.count);
    this.#index.forEach((_, reference) => {
      used[arena.set(reference)] = 1;
    });
    for (let at = SET_OF_ADDRESS; at < addresses.length; at += ADDRESS_WORDS) used[addresses[at]!] = 1;
    this.#sets.keepOnly(used);
    used[EMPTY_SET] = EMPTY_SET;
    this.#index.forEach((_, reference) => {
      arena.changeSet(reference, used[arena.set(reference)]!);
    });
    for (let at = SET_OF_ADDRESS; at < addresses.length; at += ADDRESS_WORDS) addresses[at] = used[addresses[at]!]!;
  }
}

/** Labels that fill `length` exactly; the arena and the reader rely on the root octet at the end. */
function isListableName(name: Uint8Array, length: number): boolean {
  if (length < 2 || length > NAME_MAX_BYTES || length > name.length) return false;
  let offset = 0;
  while (name[offset] !== 0) {
    if (name[offset]! > LABEL_MAX_BYTES) return false;
    offset += 1 + name[offset]!;
    if (offset >= length) return false;
  }
  return offset === length - 1;
}
