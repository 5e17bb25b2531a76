// One pass over the octets of a list as they come: counted, digested, inspected, and written to the part file of its copy.
// Main thread; the work per chunk takes a fraction of a millisecond, and where a list is made to take longer, others have their turn.

import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { ListSettings } from '../settings/settings.ts';
import { fileChunks } from './file-chunks.ts';
import { diskFailure, ListFailure } from './list-failure.ts';
import { ListReader, NO_SINK } from './list-reader.ts';
import type { CopyContent } from './list-store.ts';
import { discardPart, writeAll, writePart } from './replace-file.ts';

/** What one turn of the main thread reads: of the worst lines (names in other scripts, conditions), some tens of milliseconds. */
const SLICE_BYTES = 16 * 1024;
const TURN_MS = 5;

/**
 * Writes `source` to the part file of `copy`. Rejects with a ListFailure when it is over `maxBytes`, is no list or the disk
 * fails, and with the source's own error (which is to be a ListFailure too); the part file is gone then.
 */
export async function receiveCopy(
  copy: string,
  list: ListSettings,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<CopyContent> {
  const content = await writePart(copy, async (handle) =>
    readContent(list, source, maxBytes, (chunk) => writeAll(handle, chunk)),
  ).catch((error: unknown) => {
    throw diskFailure(error, copy);
  });
  if (content.inspection.refusal === undefined) return content;
  await discardPart(copy);
  throw new ListFailure('garbage', content.inspection.refusal);
}

/** Reads a file that is on the disk already; a refused one is told by `inspection.refusal`. Rejects as fs does. */
export async function readCopy(path: string, list: ListSettings): Promise<CopyContent> {
  return await readContent(list, fileChunks(path), Number.POSITIVE_INFINITY, undefined);
}

async function readContent(
  list: ListSettings,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
  write: ((chunk: Uint8Array) => Promise<void>) | undefined,
): Promise<CopyContent> {
  const hash = createHash('sha256');
  const reader = new ListReader(list, NO_SINK);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new ListFailure('too-large', `it is larger than ${maxBytes} octets`);
    hash.update(chunk);
    await readInTurns(reader, chunk);
    // What is no list at all need not be read to its end, except to know its digest.
    if (reader.refusal !== undefined && write !== undefined) break;
    await write?.(chunk);
  }
  return { size, sha256: hash.digest('hex'), inspection: reader.finish() };
}

async function readInTurns(reader: ListReader, chunk: Uint8Array): Promise<void> {
  let turnStart = performance.now();
  for (let at = 0; at < chunk.length; at += SLICE_BYTES) {
    reader.push(chunk.subarray(at, at + SLICE_BYTES));
    if (performance.now() - turnStart < TURN_MS) continue;
    await setImmediate();
    turnStart = performance.now();
  }
}
