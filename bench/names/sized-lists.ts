// Block lists of several sizes: the real names as far as they reach, made ones beyond.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { type BlockedNameSet, blockedNames } from './blocked-names.ts';
import { madeNames } from './popular-names.ts';
import { seededRandom } from './random.ts';

const SEED = 8_128;
const MANY_COUNT = 5_000_000;
/** Made names may be real ones too, and count once. */
const SPARE_SHARE = 0.01;

/** A file for each size; a smaller list holds names from all over the larger ones. */
export function sizedLists(sizes: readonly number[]): BlockedNameSet[] {
  const all = blockedNames();
  const real = shuffled(all.names);
  const missing = Math.max(0, Math.max(...sizes) - real.length);
  const names =
    missing === 0 ? real : [...new Set([...real, ...madeNames(Math.ceil(missing * (1 + SPARE_SHARE)), SEED)])];
  const { path: directory } = temporaryDirectory('bench-lists');
  return sizes.map((size) => {
    const chosen = names.slice(0, size);
    const path = join(directory, `${size}.txt`);
    writeFileSync(path, `${chosen.join('\n')}\n`);
    const madeCount = Math.max(0, size - real.length);
    const origin = madeCount === 0 ? all.origin : `${all.origin}, and ${madeCount} generated ones`;
    return { path, count: chosen.length, example: chosen.at(-1)!, names: chosen, origin };
  });
}

let many: BlockedNameSet | undefined;

/** Five million of them; made once. */
export function manyBlockedNames(): BlockedNameSet {
  many ??= sizedLists([MANY_COUNT])[0]!;
  return many;
}

export function shuffled<Item>(items: readonly Item[]): Item[] {
  const random = seededRandom(SEED);
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}
