// Compiled tables in state_dir/compiled: loaded straight into shared memory at the next start. Main thread.

import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BlockTable, BlockTableDamaged } from '../../memory/block-table/block-table.ts';

const FILE_NAME = /^table-([0-9a-f]{32})\.bin$/;
/** The same, and what is known about it. */
const FILES_OF_TABLE = /^table-[0-9a-f]{32}\.(?:bin|json)(?:\.part)?$/;

export function tablePath(stateDirectory: string, contentId: string): string {
  return join(stateDirectory, 'compiled', `table-${contentId}.bin`);
}

export async function makeCompiledDirectory(stateDirectory: string): Promise<void> {
  await mkdir(join(stateDirectory, 'compiled'), { recursive: true, mode: 0o700 });
}

/** A loaded table, that none is there, or what is wrong with it (such a file is to be compiled anew). */
export type LoadedTable =
  | { readonly kind: 'loaded'; readonly table: SharedArrayBuffer; readonly entryCount: number }
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly reason: string };

/** Reads and verifies one table. Never rejects. */
export async function loadTable(stateDirectory: string, contentId: string, hashKey: Uint8Array): Promise<LoadedTable> {
  return await readTable(tablePath(stateDirectory, contentId), contentId, hashKey);
}

/** The same from any place. Never rejects. */
export async function readTable(path: string, contentId: string, hashKey: Uint8Array): Promise<LoadedTable> {
  try {
    const buffer = await readShared(path);
    if (buffer === undefined) return { kind: 'missing' };
    const table = new BlockTable(buffer, true);
    if (table.contentId !== contentId) return { kind: 'damaged', reason: 'it is a table of other content' };
    if (Buffer.compare(table.hashKey, hashKey) !== 0) return { kind: 'damaged', reason: 'it has another hash key' };
    return { kind: 'loaded', table: buffer, entryCount: table.entryCount };
  } catch (error) {
    if (error instanceof BlockTableDamaged) return { kind: 'damaged', reason: error.message };
    return { kind: 'damaged', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Content ids of the tables on disk, in no order. */
export async function listTables(stateDirectory: string): Promise<string[]> {
  const names = await readdir(join(stateDirectory, 'compiled')).catch(() => []);
  return names.flatMap((name) => FILE_NAME.exec(name)?.[1] ?? []);
}

/** Removes every table but one, and half-written ones. Never rejects. */
export async function removeOtherTables(stateDirectory: string, contentId: string): Promise<void> {
  const directory = join(stateDirectory, 'compiled');
  for (const name of await readdir(directory).catch(() => [])) {
    const isKept = name === `table-${contentId}.bin` || name === `table-${contentId}.json`;
    if (FILES_OF_TABLE.test(name) && !isKept) await rm(join(directory, name), { force: true }).catch(() => undefined);
  }
}

/** The whole file in shared memory; undefined if there is none. */
async function readShared(path: string): Promise<SharedArrayBuffer | undefined> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  try {
    const { size } = await handle.stat();
    const buffer = new SharedArrayBuffer(size);
    const octets = new Uint8Array(buffer);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await handle.read(octets, filled, size - filled);
      if (bytesRead === 0) throw new BlockTableDamaged('cut short');
      filled += bytesRead;
    }
    return buffer;
  } finally {
    await handle.close();
  }
}
