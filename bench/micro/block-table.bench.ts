// The block table at full size: time and memory to build, octets a name, and look-ups (hash included) once names are not in the CPU's caches any more.

import { BlockTable, TableMatch } from '../../src/memory/block-table/block-table.ts';
import { NameHasher } from '../../src/memory/name-hash/name-hasher.ts';
import { nameFromText } from '../../src/wire/name-text.ts';
import { HASH_KEY, listedNames, tableOf } from './bench-data.ts';
import type { MicroBench } from './micro-bench.ts';

const RULES = 1_500_000;
const LOOKUPS = 1 << 17;
const HOT = 512;
const SLOT_OCTETS = 256;

const listed = listedNames(RULES);
const residentBefore = process.memoryUsage.rss();
const buildStart = performance.now();
const buffer = tableOf(listed);
const buildMilliseconds = performance.now() - buildStart;
const residentGrowth = process.memoryUsage.rss() - residentBefore;
const table = new BlockTable(buffer);
const hasher = new NameHasher(HASH_KEY);
const match = new TableMatch();

/** Wire names in places of equal size; a look-up copies its name out, so that no object per name costs a cache line of its own. */
class Names {
  readonly count: number;
  readonly #octets: Uint8Array;
  readonly #lengths: Uint16Array;

  constructor(texts: readonly string[]) {
    this.count = texts.length;
    this.#octets = new Uint8Array(texts.length * SLOT_OCTETS);
    this.#lengths = new Uint16Array(texts.length);
    for (const [index, text] of texts.entries()) {
      const name = nameFromText(text)!;
      this.#octets.set(name, index * SLOT_OCTETS);
      this.#lengths[index] = name.length;
    }
  }

  copyTo(target: Uint8Array, index: number): number {
    const length = this.#lengths[index]!;
    const start = index * SLOT_OCTETS;
    for (let i = 0; i < length; i++) target[i] = this.#octets[start + i]!;
    return length;
  }
}

function finding(name: string, texts: readonly string[]): MicroBench {
  const names = new Names(texts);
  const target = new Uint8Array(SLOT_OCTETS + 4);
  let next = 0;
  return {
    name,
    run(calls) {
      let found = 0;
      for (let i = 0; i < calls; i++) {
        // A stride that visits every name in an order unlike the table's.
        next = (next + 611_953) % names.count;
        const length = names.copyTo(target, next);
        hasher.hash(target, length);
        table.find(target, length, hasher, match);
        if (match.count > 0) found++;
      }
      return found;
    },
  };
}

const step = Math.floor(listed.length / LOOKUPS);
const sample = listed.filter((_, index) => index % step === 0).slice(0, LOOKUPS);
const strangers = sample.map((_, index) => `w${(Math.imul(index, 0x85eb_ca77) >>> 0).toString(36)}.q${index}.com`);

export const benches: readonly MicroBench[] = [
  finding(`hash + find, ${HOT} listed names`, sample.slice(0, HOT)),
  finding(`hash + find, ${HOT} names that are not listed`, strangers.slice(0, HOT)),
  finding(`hash + find, ${LOOKUPS} listed names at random`, sample),
  finding(`hash + find, ${LOOKUPS} names not listed, at random`, strangers),
];

export function report(say: (line: string) => void): void {
  say(`${listed.length} names, ${(buffer.byteLength / table.entryCount).toFixed(1)} octets a name`);
  say(`built in ${buildMilliseconds.toFixed(0)} ms, resident memory grew by ${(residentGrowth / 1e6).toFixed(0)} MB`);
}
