// Memory of a process tree.

import { readFileSync } from 'node:fs';
import { descendantsOf } from './process-tree.ts';

export interface MemoryBytes {
  /** What it has in memory, pages shared with others divided among them: proportional set size. */
  readonly proportional: number;
  readonly resident: number;
}

/** Of the process and all that came from it. Processes that are gone count nothing. */
export function memoryOf(pid: number): MemoryBytes {
  let proportional = 0;
  let resident = 0;
  for (const member of [pid, ...descendantsOf(pid)]) {
    let text: string;
    try {
      text = readFileSync(`/proc/${member}/smaps_rollup`, 'latin1');
    } catch {
      continue;
    }
    proportional += rollupBytes(text, 'Pss');
    resident += rollupBytes(text, 'Rss');
  }
  return { proportional, resident };
}

/** One line of smaps_rollup, "Pss:  123 kB", in octets; 0 if it is not there. */
export function rollupBytes(text: string, key: string): number {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text);
  return found === null ? 0 : Number(found[1]) * 1024;
}
