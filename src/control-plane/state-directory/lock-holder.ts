// Which process holds the lock of a state directory, as it has written there. For people: the lock itself depends on nothing here.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const PROCESS_ID_NAME = 'gateway.lock.pid';

/** Undefined where it is not known, or is that of a process long gone (or of one in another container). */
export function lockHolder(directory: string): number | undefined {
  const path = join(directory, PROCESS_ID_NAME);
  try {
    const id = Number(readFileSync(path, 'utf8'));
    if (!Number.isSafeInteger(id) || id <= 0) return undefined;
    process.kill(id, 0);
    return id;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? Number(readFileSync(path, 'utf8')) : undefined;
  }
}
