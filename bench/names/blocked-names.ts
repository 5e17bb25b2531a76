// A list of the size of the largest there are: the real union of public lists, else as many made names.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import type { BlockedNames } from '../servers/server.ts';
import { madeNames } from './popular-names.ts';
import { seededRandom } from './random.ts';
import { readRealLines } from './real-data.ts';

const FILE = 'blocklists/union-1.5M-domains.txt.gz';
const MADE_COUNT = 1_500_000;
const SEED = 4_711;
/** Servers differ in what they take beyond this. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/;
/** The list has some addresses among its names. */
const ADDRESS = /^[\d.]+$/;

export interface BlockedNameSet extends BlockedNames {
  readonly names: readonly string[];
  readonly origin: string;
}

let made: BlockedNameSet | undefined;

/** Written to a file, the same for all servers; made once. */
export function blockedNames(): BlockedNameSet {
  if (made !== undefined) return made;
  const real = readRealLines(FILE)?.filter(isBlockable);
  const names = real ?? madeNames(MADE_COUNT, SEED);
  const path = join(temporaryDirectory('bench-names').path, 'blocked-names.txt');
  writeFileSync(path, `${names.join('\n')}\n`);
  made = {
    path,
    count: names.length,
    example: names.at(-1)!,
    names,
    origin: real === undefined ? `${names.length} generated names` : `${names.length} names of ${FILE}`,
  };
  return made;
}

/** A name that every server blocks if it is told to. */
export function isBlockable(name: string): boolean {
  return HOST_NAME.test(name) && !ADDRESS.test(name);
}

/** Drawn with equal chances, with repetition. */
export function drawBlocked(set: BlockedNameSet, count: number): string[] {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, () => set.names[Math.floor(random() * set.names.length)]!);
}
