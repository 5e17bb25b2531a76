// Builds a block table (control plane only, in a helper process).

import { LABEL_MAX_BYTES, NAME_MAX_BYTES } from '../../wire/name.ts';
import { HASH_KEY_BYTES, NameHasher } from '../name-hash/name-hasher.ts';
import type { RuleAction, RuleScope, SourceKind, TableSource } from './block-table.ts';
import { CLASS_FIELD, EXACT, SOURCES_MAX, SUBTREE } from './block-table-layout.ts';
import { NameArena } from './name-arena.ts';
import { NameIndex } from './name-index.ts';
import { SourceSets } from './source-sets.ts';
import type { PlaceOctets } from './table-pieces.ts';
import { writeBlockTable } from './write-block-table.ts';

export { BlockTableTooLarge } from './name-arena.ts';

export interface BuildOptions {
  /** 16 octets, the installation's hash key. */
  readonly hashKey: Uint8Array;
  readonly contentId: string;
  readonly sources: readonly TableSource[];
  /** How many different names are likely to come: right or too low, no memory is wasted on growing. */
  readonly expectedNames?: number;
}

const NARROW_SETS_MAX = 0x1_0000;

export class BlockTableBuilder {
  readonly #options: BuildOptions;
  readonly #hasher: NameHasher;
  readonly #index: NameIndex;
  readonly #sets = new SourceSets();

  /** Throws RangeError on a key of another length or more than 65,534 sources. */
  constructor(options: BuildOptions) {
    if (options.sources.length > SOURCES_MAX) throw new RangeError(`at most ${SOURCES_MAX} sources`);
    this.#hasher = new NameHasher(options.hashKey);
    this.#index = new NameIndex(new NameArena(2), options.expectedNames);
    this.#options = { ...options, hashKey: options.hashKey.slice(0, HASH_KEY_BYTES) };
  }

  /** Different names added so far. */
  get entryCount(): number {
    return this.#index.count;
  }

  /**
   * Adds one name of source `sourceIndex`: a lower-cased uncompressed wire name of `length` octets, copied. The order of the
   * calls does not matter. False, and nothing added, if the octets are no name or the root: to list the root would be to list
   * everything. Throws RangeError for a source that does not exist, BlockTableTooLarge at about 4 GB.
   */
  add(sourceIndex: number, name: Uint8Array, length: number, scope: RuleScope, action: RuleAction): boolean {
    const source = this.#options.sources[sourceIndex];
    if (source === undefined) throw new RangeError(`no source ${sourceIndex}`);
    if (!isListableName(name, length)) return false;
    this.#hasher.hash(name, length);
    const reference = this.#index.intern(this.#hasher.fullHigh >>> 0, name, length);
    const field = classField(source.kind, action) + (scope === 'subtree' ? SUBTREE : EXACT);
    const known = this.#index.arena.set(reference);
    const set = this.#sets.with(known, field, sourceIndex);
    if (set === known) return true;
    if (set >= NARROW_SETS_MAX && this.#index.arena.setIndexBytes === 2) {
      // Sets have outgrown two octets: every entry gets four, and this one another place.
      this.#index.moveTo(new NameArena(4));
      return this.add(sourceIndex, name, length, scope, action);
    }
    this.#index.arena.changeSet(reference, set);
    return true;
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
    writeBlockTable(this.#options, this.#index, this.#sets, open);
  }
}

function classField(kind: SourceKind, action: RuleAction): number {
  if (kind === 'rules') return action === 'allow' ? CLASS_FIELD.RULE_ALLOW : CLASS_FIELD.RULE_BLOCK;
  return action === 'allow' ? CLASS_FIELD.LIST_ALLOW : CLASS_FIELD.LIST_BLOCK;
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
