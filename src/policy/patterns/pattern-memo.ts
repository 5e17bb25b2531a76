// Which patterns match the names seen lately, so that a name that comes again is not matched anew. One per set of patterns and thread:
// a publication with other patterns brings another one. Owns its memory, made when the first name is asked.
//
//   slot: hash (i32) | length of the name (u8, 0: free) | matches (u32, a run of #runs) | name (256 octets)

import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import type { PatternSet } from './pattern-set.ts';

const SLOTS = 4096;
const NAME_SHIFT = 8;
/** Room for runs of matches: all are forgotten when it is full. */
const RUNS_MAX = 65_536;
const NO_MATCHES = 0;

export class PatternMemo {
  readonly patterns: PatternSet;

  #hashes = new Int32Array(0);
  #lengths = new Uint8Array(0);
  #runOfSlot = new Uint32Array(0);
  #names = new Uint8Array(0);
  /** Runs, each its count and then its numbers; the first is the empty one. Names that match the same patterns share one. */
  #runs = new Uint32Array(0);
  #runsEnd = 0;
  #runByNumbers = new Map<string, number>();
  /** The matches found last: `#found[#foundAt]` on. */
  #found: Uint32Array;
  #foundAt = 0;

  constructor(patterns: PatternSet) {
    this.patterns = patterns;
    this.#found = patterns.found;
  }

  /**
   * How many patterns match; `numberAt` says which. `name`: lower-case wire name, last given to `hasher`. Allocates nothing for a name
   * that is remembered.
   */
  find(name: Uint8Array, nameLength: number, hasher: NameHasher): number {
    if (this.patterns.count === 0 || nameLength <= 1) return 0;
    if (this.#lengths.length === 0) this.#makeRoom();
    const hash = hasher.high[hasher.labelCount - 1]!;
    const slot = hash & (SLOTS - 1);
    const isRemembered =
      this.#lengths[slot] === nameLength && this.#hashes[slot] === hash && this.#isNameOf(slot, name, nameLength);
    return isRemembered ? this.#recall(this.#runOfSlot[slot]!) : this.#match(slot, hash, name, nameLength);
  }

  /** Number of the pattern, by rank, then number; `index` below what `find` returned last. */
  numberAt(index: number): number {
    return this.#found[this.#foundAt + index]!;
  }

  #recall(run: number): number {
    this.#found = this.#runs;
    this.#foundAt = run + 1;
    return this.#runs[run]!;
  }

  #match(slot: number, hash: number, name: Uint8Array, nameLength: number): number {
    const count = this.patterns.match(name, nameLength);
    this.#found = this.patterns.found;
    this.#foundAt = 0;
    const run = count === 0 ? NO_MATCHES : this.#runOf(count);
    if (run < 0) return count;
    this.#lengths[slot] = nameLength;
    this.#hashes[slot] = hash;
    this.#runOfSlot[slot] = run;
    const start = slot << NAME_SHIFT;
    for (let i = 0; i < nameLength; i++) this.#names[start + i] = name[i]!;
    return count;
  }

  /** The run of what was just found; -1 if it is longer than all the room there is. */
  #runOf(count: number): number {
    const { found } = this.patterns;
    const key = found.subarray(0, count).join();
    const known = this.#runByNumbers.get(key);
    if (known !== undefined) return known;
    if (1 + count > RUNS_MAX - 1) return -1;
    if (this.#runsEnd + 1 + count > RUNS_MAX) this.#forget();
    const run = this.#runsEnd;
    this.#runs[run] = count;
    for (let i = 0; i < count; i++) this.#runs[run + 1 + i] = found[i]!;
    this.#runsEnd += 1 + count;
    this.#runByNumbers.set(key, run);
    return run;
  }

  #isNameOf(slot: number, name: Uint8Array, nameLength: number): boolean {
    const names = this.#names;
    const start = slot << NAME_SHIFT;
    for (let i = 0; i < nameLength; i++) if (names[start + i] !== name[i]) return false;
    return true;
  }

  #makeRoom(): void {
    this.#hashes = new Int32Array(SLOTS);
    this.#lengths = new Uint8Array(SLOTS);
    this.#runOfSlot = new Uint32Array(SLOTS);
    this.#names = new Uint8Array(SLOTS << NAME_SHIFT);
    this.#runs = new Uint32Array(RUNS_MAX);
    this.#forget();
  }

  #forget(): void {
    this.#lengths.fill(0);
    this.#runByNumbers.clear();
    this.#runs[NO_MATCHES] = 0;
    this.#runsEnd = NO_MATCHES + 1;
  }
}
