// Gives shared memory back that nobody uses any more. Any thread.
//
// A SharedArrayBuffer is freed once the garbage collectors of all threads have found it unused. A thread that allocates next to
// nothing collects next to never, so a table that has been replaced would stay for hours.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** quick: one full collection, some milliseconds. thorough: several, tens of milliseconds, and what the heap had grown by is given back. */
export type ReleaseEffort = 'quick' | 'thorough';

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'regular' | 'last-resort' }) => void;
let collect: Collect | undefined;

/** Collects this thread's heap; only after a rare change. */
export function releaseUnusedMemory(effort: ReleaseEffort): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
  }
  collect({ type: 'major', execution: 'sync', flavor: effort === 'quick' ? 'regular' : 'last-resort' });
}
