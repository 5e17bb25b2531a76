// Where compiled code is kept from one start to the next. What lies there is run without another look at it, so it must be a
// place that nobody else can write to: a folder of the user's own, never the one in the temporary directory that Node.js takes
// by default, where any local user could be first.

import { lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

const WRITABLE_BY_OTHERS = 0o022;

/** Threads and helper processes that start later use the same folder. Without a place for it, everything is compiled anew. */
export function enableCodeCache() {
  if (process.env.NODE_COMPILE_CACHE !== undefined || process.env.NODE_DISABLE_COMPILE_CACHE !== undefined) return;
  const directory = ownDirectory();
  if (directory === undefined) return;
  module.enableCompileCache(directory);
  process.env.NODE_COMPILE_CACHE = directory;
}

function ownDirectory() {
  try {
    const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sotto');
    // With HOME empty it would be wherever we were started, somebody else's folder perhaps.
    if (!isAbsolute(directory)) return undefined;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { uid, mode } = lstatSync(directory);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & WRITABLE_BY_OTHERS) === 0);
    return isOurs ? directory : undefined;
  } catch {
    return undefined;
  }
}
