// Files that are whole or not there: written beside their place, flushed to the disk, then renamed into it.

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A half-written file; what is left of one after a crash is overwritten by the next attempt. */
export function partPath(path: string): string {
  return `${path}.part`;
}

/** Writes the part file. When `write` or the disk fails, the part file is removed and the error passed on. */
export async function writePart<Result>(path: string, write: (handle: FileHandle) => Promise<Result>): Promise<Result> {
  const part = partPath(path);
  const handle = await open(part, 'w', 0o600);
  try {
    const result = await write(handle);
    await handle.sync();
    await handle.close();
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await discardPart(path);
    throw error;
  }
}

/** Puts a written part file into its place, or into another one of the same folder. */
export async function adoptPart(path: string, place = path): Promise<void> {
  await rename(partPath(path), place);
  await syncDirectory(dirname(place));
}

/** Flushes a part file that another process has written, then puts it into its place. */
export async function flushAndAdoptPart(path: string): Promise<void> {
  const handle = await open(partPath(path), 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
  await adoptPart(path);
}

export async function discardPart(path: string): Promise<void> {
  await rm(partPath(path), { force: true }).catch(() => undefined);
}

/** Replaces a file whole. Rejects with the system's error; the old file is untouched then. */
export async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  await writePart(path, (handle) => writeAll(handle, content));
  try {
    await adoptPart(path);
  } catch (error) {
    await discardPart(path);
    throw error;
  }
}

/** Writes all of `content` at the handle's position: a single write may be cut short, by a full disk for one. */
export async function writeAll(handle: FileHandle, content: Uint8Array): Promise<void> {
  let written = 0;
  while (written < content.length) {
    const { bytesWritten } = await handle.write(content, written, content.length - written);
    written += bytesWritten;
  }
}

/** The rename itself survives a power cut only once the directory is on the disk; not every file system can say so. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  if (directory === undefined) return;
  await directory.sync().catch(() => undefined);
  await directory.close().catch(() => undefined);
}
