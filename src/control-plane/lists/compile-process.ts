// Entry of the helper process that compiles lists: lives for one table, so that all memory it took is given back. The table
// goes into its part file, from where the gateway reads it; flushing it to the disk is left to the gateway, for whoever waits
// for the table does not wait for the disk.

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { CopyChanged, collectLists } from './build-table.ts';
import type { CompileJob, CompileMessage } from './compile-messages.ts';
import { fileReason } from './list-failure.ts';
import { partPath } from './replace-file.ts';

process.title = 'sotto: compiling lists';
process.once('message', (job: CompileJob) => {
  // Nothing else keeps this process alive. Disconnecting drops what is still on its way, so the last message must be out first.
  process.send?.(outcomeOf(job), () => {
    if (process.connected) process.disconnect?.();
  });
});

function outcomeOf(job: CompileJob): CompileMessage {
  try {
    return compile(job);
  } catch (error) {
    if (error instanceof CopyChanged) return { kind: 'copy-changed', list: error.list };
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

function compile(job: CompileJob): CompileMessage {
  const { builder, reports } = collectLists(job, job.contentId, (rules) => send({ kind: 'read', rules }));
  const { entryCount } = builder;
  const notKept = writePart(builder, partPath(job.tablePath));
  if (notKept === undefined) return { kind: 'written', entryCount, reports };
  builder.writeTo((byteLength) => (octets, offset) => send({ kind: 'piece', byteLength, octets, offset }));
  return { kind: 'sent', entryCount, reports, notKept };
}

/** Undefined, or why the table cannot be written; no part file is left then. */
function writePart(builder: BlockTableBuilder, path: string): string | undefined {
  try {
    const file = openSync(path, 'w', 0o600);
    try {
      builder.writeTo(() => (octets, offset) => writeAll(file, octets, offset));
    } finally {
      // Some file systems tell only now that they are full.
      closeSync(file);
    }
    return undefined;
  } catch (error) {
    removePart(path);
    return fileReason(error);
  }
}

function removePart(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where it cannot be removed it is overwritten some day; the table counts for more.
  }
}

/** A single write may be cut short, by a full disk for one. */
function writeAll(file: number, octets: Uint8Array, offset: number): void {
  let written = 0;
  while (written < octets.length) {
    written += writeSync(file, octets, written, octets.length - written, offset + written);
  }
}

function send(message: CompileMessage & { kind: 'piece' | 'read' }): void {
  process.send?.(message);
}
