// Gives shared memory back that nobody uses any more. Any thread.
//
// A SharedArrayBuffer is freed once the garbage collectors of all threads have found it unused. A thread that allocates next to
// nothing collects next to never, so a table that has been replaced would stay for hours.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collect: (() => void) | undefined;

/** One full collection of this thread's heap: some milliseconds, so only after a rare change. */
export function releaseUnusedMemory(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}
