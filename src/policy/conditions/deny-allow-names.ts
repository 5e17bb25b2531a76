// Names that a rule does not cover, nor what lies below them: found by the hashes that the asked name has anyway.

import type { NameHasher } from '../../memory/name-hash/name-hasher.ts';
import { foldName } from '../../wire/name.ts';
import { nameFromText } from '../../wire/name-text.ts';

const FREE = -1;
/** More than a name has. */
const LABELS_MAX = 128;

export class DenyAllowNames {
  /** Wire names one after the other, and where each begins (and the last ends). */
  readonly #octets: Uint8Array;
  readonly #starts: Uint32Array;
  /** Open addressing: number of the name; and its hash. At least half are free. */
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  /** The fewest labels of a name, and the most. */
  readonly #labelsLeast: number;
  readonly #labelsMost: number;

  /** In presentation form; what is no name, or the root, covers nothing. `hasher`: of the key of those that `covers` is given. */
  constructor(texts: readonly string[], hasher: NameHasher) {
    const names = texts.map(nameFromText).filter((name) => name !== undefined && name.length > 1) as Uint8Array[];
    this.#starts = new Uint32Array(names.length + 1);
    names.forEach((name, index) => {
      this.#starts[index + 1] = this.#starts[index]! + name.length;
    });
    this.#octets = new Uint8Array(this.#starts[names.length]!);
    const slotCount = 2 << Math.ceil(Math.log2(names.length + 1));
    this.#slots = new Int32Array(slotCount).fill(FREE);
    this.#hashes = new Int32Array(slotCount);
    const ownHasher = hasher.another();
    let [labelsLeast, labelsMost] = [LABELS_MAX, 0];
    for (const [index, name] of names.entries()) {
      foldName(name, name.length);
      this.#octets.set(name, this.#starts[index]!);
      ownHasher.hash(name, name.length);
      this.#file(index, ownHasher.fullHigh);
      labelsLeast = Math.min(labelsLeast, ownHasher.labelCount);
      labelsMost = Math.max(labelsMost, ownHasher.labelCount);
    }
    this.#labelsLeast = labelsLeast;
    this.#labelsMost = labelsMost;
  }

  /** `name`: lower-case wire name, last given to `hasher`. Allocates nothing. */
  covers(name: Uint8Array, nameLength: number, hasher: NameHasher): boolean {
    const slots = this.#slots;
    const last = slots.length - 1;
    const labelsMost = Math.min(this.#labelsMost, hasher.labelCount);
    for (let labels = this.#labelsLeast; labels <= labelsMost; labels++) {
      const hash = hasher.high[labels - 1]!;
      const start = hasher.suffixOffset[labels - 1]!;
      for (let slot = hash & last; slots[slot] !== FREE; slot = (slot + 1) & last) {
        if (this.#hashes[slot] === hash && this.#isName(slots[slot]!, name, start, nameLength)) return true;
      }
    }
    return false;
  }

  #file(index: number, hash: number): void {
    const last = this.#slots.length - 1;
    let slot = hash & last;
    while (this.#slots[slot] !== FREE) slot = (slot + 1) & last;
    this.#slots[slot] = index;
    this.#hashes[slot] = hash;
  }

  /** Whether what of `name` begins at `start` is the name of this number. */
  #isName(index: number, name: Uint8Array, start: number, nameLength: number): boolean {
    const octets = this.#octets;
    const from = this.#starts[index]!;
    const end = this.#starts[index + 1]!;
    if (end - from !== nameLength - start) return false;
    for (let at = from, i = start; at < end; at++, i++) if (octets[at] !== name[i]) return false;
    return true;
  }
}
