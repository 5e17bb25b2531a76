// Entry of the helper process that compiles lists: lives for one table, so that all memory it took is given back. The table
// goes into its part file, from where the gateway reads it; flushing it to the disk is left to the gateway, for whoever waits
// for the table does not wait for the disk.

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { BlockTableBuilder } from '../../memory/block-table/block-table-builder.ts';
import { CopyChanged, collectNames } from './build-table.ts';
import type { CompileJob, CompileMessage } from './compile-messages.ts';
import { fileReason } from './list-failure.ts';
import { partPath } from './replace-file.ts';

process.title = 'sotto: compiling lists';
process.once('message', (job: CompileJob) => {
  try {
    compile(job);
  } catch (error) {
    if (error instanceof CopyChanged) report({ kind: 'copy-changed', list: error.list });
    else report({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
  // Once everything is sent, nothing else keeps this process alive.
  process.disconnect?.();
});

function compile(job: CompileJob): void {
  const builder = collectNames(job, job.contentId);
  const { entryCount } = builder;
  const notKept = writePart(builder, partPath(job.tablePath));
  if (notKept === undefined) {
    report({ kind: 'written', entryCount });
    return;
  }
  builder.writeTo((byteLength) => (octets, offset) => report({ kind: 'piece', byteLength, octets, offset }));
  report({ kind: 'sent', entryCount, notKept });
}

/** Undefined, or why the table cannot be written; no part file is left then. */
function writePart(builder: BlockTableBuilder, path: string): string | undefined {
  let file: number | undefined;
  try {
    const opened = openSync(path, 'w', 0o600);
    file = opened;
    builder.writeTo(() => (octets, offset) => writeAll(opened, octets, offset));
    closeSync(opened);
    return undefined;
  } catch (error) {
    if (file !== undefined) {
      closeSync(file);
      rmSync(path, { force: true });
    }
    return fileReason(error);
  }
}

/** A single write may be cut short, by a full disk for one. */
function writeAll(file: number, octets: Uint8Array, offset: number): void {
  let written = 0;
  while (written < octets.length) {
    written += writeSync(file, octets, written, octets.length - written, offset + written);
  }
}

function report(message: CompileMessage): void {
  process.send?.(message);
}
