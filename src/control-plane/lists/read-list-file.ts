// Reads a whole list from the disk, blocking: for helper processes.

import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import type { Inspection, ListReader } from './list-reader.ts';

const CHUNK_BYTES = 256 * 1024;

export interface ListFileRead {
  readonly sha256: string;
  readonly inspection: Inspection;
}

/**
 * Hands the file to the reader and finishes it. Undefined where the file cannot be opened; throws as fs does where it cannot be read.
 */
export function readListFile(path: string, reader: ListReader): ListFileRead | undefined {
  const hash = createHash('sha256');
  const chunk = new Uint8Array(CHUNK_BYTES);
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    for (let length = readSync(file, chunk); length > 0; length = readSync(file, chunk)) {
      hash.update(chunk.subarray(0, length));
      reader.push(chunk.subarray(0, length));
    }
  } finally {
    closeSync(file);
  }
  return { inspection: reader.finish(), sha256: hash.digest('hex') };
}
