// Names people ask for, the most popular first: real ones where they are, else made ones of the same lengths.

import { readRealLines } from './real-data.ts';
import { seededRandom } from './random.ts';

const FILE = 'names/umbrella-top-100k.txt.gz';
const SEED = 20_261;
/** Zones that servers answer by themselves, so that a cache is never asked. */
const ANSWERED_LOCALLY =
  /(^|\.)(test|localhost|local|invalid|onion|example|arpa|internal|home|lan|use-application-dns\.net)$/;
/** At least two labels, so that no server treats it as a name of the house. */
const ORDINARY_NAME = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/;

export interface NameSet {
  readonly names: readonly string[];
  /** Where they are from, for the results. */
  readonly origin: string;
}

export function popularNames(count: number): NameSet {
  const real = readRealLines(FILE)?.filter((name) => ORDINARY_NAME.test(name) && !ANSWERED_LOCALLY.test(name));
  if (real !== undefined && real.length >= count)
    return { names: [...new Set(real)].slice(0, count), origin: `the first ${count} of ${FILE}` };
  return { names: madeNames(count, SEED), origin: `${count} generated names` };
}

/** Different names of two to four labels. */
export function madeNames(count: number, seed: number): string[] {
  const random = seededRandom(seed);
  const names = new Set<string>();
  while (names.size < count) {
    const labels = Array.from({ length: random() < 0.35 ? 2 : random() < 0.8 ? 3 : 4 }, () => madeLabel(random));
    names.add([...labels.slice(0, -1), 'com'].join('.'));
  }
  return [...names];
}

function madeLabel(random: () => number): string {
  const letter = (): string => String.fromCharCode(97 + Math.floor(random() * 26));
  return Array.from({ length: 3 + Math.floor(random() * 9) }, letter).join('');
}
