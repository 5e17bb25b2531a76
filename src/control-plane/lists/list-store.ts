// Kept copies of lists in state_dir/lists: a text file as it came, and beside it a JSON file with what is known about it.
// Main thread only. The names of the files carry a digest of list name and source, so a copy is never taken for another list's.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ListFormat, ListSettings } from '../settings/settings.ts';
import type { Inspection } from './list-reader.ts';
import { replaceFile } from './replace-file.ts';

/** Copies of lists that are no longer configured are removed after this time without a refresh. */
const ORPHAN_SECONDS = 30 * 86_400;

export const metadataShape = z.object({
  version: z.literal(1),
  list: z.string(),
  source: z.string(),
  /** Where the content came from in the end; ETag and Last-Modified are this address's. */
  finalUrl: z.string().optional(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** Milliseconds since 1970 when the source last confirmed this content. */
  fetchedAt: z.number(),
  /** Of the copy. While both are as noted, `sha256` is taken to be true. */
  size: z.number(),
  modifiedAt: z.number(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the operator's file, another one whenever it was written or replaced; lists with a URL have none. */
  sourceSignature: z.string().optional(),
  /** What the settings asked for when the copy was inspected, and what came out. */
  askedFormat: z.string(),
  format: z.string(),
  names: z.number(),
  faultyLines: z.number(),
});

export type CopyMetadata = z.infer<typeof metadataShape>;

/** What is learned from reading a copy once. */
export interface CopyContent {
  readonly size: number;
  readonly sha256: string;
  readonly inspection: Inspection;
}

export function sourceText(list: ListSettings): string {
  return list.source.kind === 'url' ? list.source.url : list.source.path;
}

/** Path of the kept copy of a list; pure, so that offline commands find it too. */
export function copyPath(stateDirectory: string, list: ListSettings): string {
  const readable = list.name.replace(/[^A-Za-z0-9_-]+/g, '_').slice(0, 60);
  const digest = createHash('sha256')
    .update(JSON.stringify([list.name, sourceText(list)]))
    .digest('hex');
  return join(stateDirectory, 'lists', `${readable}-${digest.slice(0, 12)}.txt`);
}

export function metadataPath(copy: string): string {
  return copy.replace(/\.txt$/, '.json');
}

/** Where a version that is held back lies beside the copy. */
export function heldPath(copy: string): string {
  return copy.replace(/\.txt$/, '.held.txt');
}

export async function makeListDirectory(stateDirectory: string): Promise<void> {
  await mkdir(join(stateDirectory, 'lists'), { recursive: true, mode: 0o700 });
}

/** The metadata of a copy, or undefined where it is missing, damaged or another list's. */
export async function readMetadata(copy: string, list: ListSettings): Promise<CopyMetadata | undefined> {
  try {
    const parsed = metadataShape.safeParse(JSON.parse(await readFile(metadataPath(copy), 'utf8')));
    if (!parsed.success || parsed.data.list !== list.name || parsed.data.source !== sourceText(list)) return undefined;
    return parsed.data;
  } catch {
    return undefined;
  }
}

export async function writeMetadata(copy: string, metadata: CopyMetadata): Promise<void> {
  await replaceFile(metadataPath(copy), Buffer.from(`${JSON.stringify(metadata, null, 2)}\n`));
}

/** Whether the copy on the disk still is the one the metadata describes, as far as can be told without reading it. */
export async function isAsNoted(copy: string, metadata: CopyMetadata): Promise<boolean> {
  const found = await statFile(copy);
  return found !== undefined && found.size === metadata.size && found.modifiedAt === metadata.modifiedAt;
}

/** Size and modification time (milliseconds) of a regular file; undefined where there is none. */
export async function statFile(path: string): Promise<{ size: number; modifiedAt: number } | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true ? { size: found.size, modifiedAt: found.mtimeMs } : undefined;
}

export interface CopyOrigin {
  readonly fetchedAt: number;
  readonly finalUrl?: string | undefined;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  readonly sourceSignature?: string | undefined;
}

/** Metadata of a copy that is in its place. Rejects if it is not. */
export async function describeCopy(
  copy: string,
  list: ListSettings,
  content: CopyContent,
  origin: CopyOrigin,
): Promise<CopyMetadata> {
  const { mtimeMs } = await stat(copy);
  const askedFormat: ListFormat = list.format;
  return {
    version: 1,
    list: list.name,
    source: sourceText(list),
    ...origin,
    size: content.size,
    modifiedAt: mtimeMs,
    sha256: content.sha256,
    askedFormat,
    format: content.inspection.format,
    names: content.inspection.names,
    faultyLines: content.inspection.faultyLines,
  };
}

/** Removes half-written files and copies that no configured list has had for a month. Never rejects. */
export async function removeOrphans(
  stateDirectory: string,
  lists: readonly ListSettings[],
  now: number,
): Promise<void> {
  const directory = join(stateDirectory, 'lists');
  const kept = new Set<string>();
  for (const list of lists) {
    const copy = copyPath(stateDirectory, list);
    for (const path of [copy, heldPath(copy)]) kept.add(path).add(metadataPath(path));
  }
  for (const name of await readdir(directory).catch(() => [])) {
    const path = join(directory, name);
    if (kept.has(path)) continue;
    const found = await statFile(path);
    const old = found !== undefined && now - found.modifiedAt > ORPHAN_SECONDS * 1000;
    if (name.endsWith('.part') || old) await rm(path, { force: true }).catch(() => undefined);
  }
}
