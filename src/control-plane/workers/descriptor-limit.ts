// How many descriptors the system gives this process at most. Main thread, once at start.

import { readFileSync } from 'node:fs';

/** Linux; Node has raised the soft limit to the hard one at its start. */
const LIMITS_FILE = '/proc/self/limits';

/** Infinity where there is no limit, or the system does not tell. */
export function descriptorLimit(limits: string = readLimits()): number {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? Number.POSITIVE_INFINITY : Number(soft);
}

function readLimits(): string {
  try {
    return readFileSync(LIMITS_FILE, 'latin1');
  } catch {
    return '';
  }
}
