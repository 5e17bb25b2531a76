// A file that is either the old one or the new one, whatever happens in between: written beside it, synced, renamed.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws the system's error (ENOSPC, EACCES …) and leaves the old file and no scrap. */
export function writeFileAtomically(path: string, content: Uint8Array | string, mode: number): void {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const scrap = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    // 'wx': a file or link somebody put there is never written through.
    const file = openSync(scrap, 'wx', mode);
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(scrap, path);
    syncDirectory(dirname(path));
  } catch (error) {
    rmSync(scrap, { force: true });
    throw error;
  }
}

/** The new name survives a power cut only once the directory is on the disk; not every file system can say so. */
function syncDirectory(path: string): void {
  try {
    const directory = openSync(path, 'r');
    try {
      fsyncSync(directory);
    } finally {
      closeSync(directory);
    }
  } catch {
    // The file is in its place all the same.
  }
}
