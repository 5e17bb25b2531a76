// One pass over the octets of a list as they come: counted, digested, inspected, and written to the part file of its copy.
// Main thread; the work per chunk takes a fraction of a millisecond, so nothing else there has to wait.

import { createHash } from 'node:crypto';
import type { ListSettings } from '../settings/settings.ts';
import { fileChunks } from './file-chunks.ts';
import { diskFailure, ListFailure } from './list-failure.ts';
import { ListReader } from './list-reader.ts';
import type { CopyContent } from './list-store.ts';
import { discardPart, writeAll, writePart } from './replace-file.ts';

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
  const reader = new ListReader(list, () => undefined);
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new ListFailure('too-large', `it is larger than ${maxBytes} octets`);
    hash.update(chunk);
    reader.push(chunk);
    // What is no list at all need not be read to its end, except to know its digest.
    if (reader.refusal !== undefined && write !== undefined) break;
    await write?.(chunk);
  }
  return { size, sha256: hash.digest('hex'), inspection: reader.finish() };
}
