// Compiled code kept between starts (bin/code-cache.js) when the gateway changes its user on the way. Main thread.

import { statSync } from 'node:fs';
import { flushCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';

/** Writes down what has been compiled so far; without it that happens when the process ends. */
export function flushCodeCache(): void {
  if (getCompileCacheDir() !== undefined) flushCompileCache();
}

/**
 * After a change of user: threads and helpers, which run as the new one, keep their code in the state directory. What the user
 * who starts the gateway runs stays where the new one cannot write.
 */
export function codeCacheOfUser(stateDirectory: string): void {
  const directory = getCompileCacheDir();
  if (directory === undefined || process.getuid === undefined) return;
  try {
    if (statSync(directory).uid === process.getuid()) return;
  } catch {
    // The new user does not even see it.
  }
  process.env.NODE_COMPILE_CACHE = join(stateDirectory, 'code-cache');
}
