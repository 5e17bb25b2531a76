// Entry of the compiling helper thread: lives for one table. The table goes to the main thread as soon as it is built, since
// that is what people wait for; then it is written to disk for the next start.

import { parentPort, workerData } from 'node:worker_threads';
import { buildTable, CopyChanged } from './build-table.ts';
import type { CompileJob, CompileMessage } from './compile-messages.ts';
import { fileReason } from './list-failure.ts';
import { replaceFile } from './replace-file.ts';

const job = workerData as CompileJob;
const table = build();
if (table !== undefined) {
  try {
    await replaceFile(job.tablePath, new Uint8Array(table));
    report({ kind: 'kept' });
  } catch (error) {
    report({ kind: 'not-kept', reason: fileReason(error) });
  }
}

function build(): SharedArrayBuffer | undefined {
  try {
    const compiled = buildTable(job, job.contentId);
    report({ kind: 'table', ...compiled });
    return compiled.table;
  } catch (error) {
    if (error instanceof CopyChanged) report({ kind: 'copy-changed', list: error.list });
    else report({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

function report(message: CompileMessage): void {
  parentPort?.postMessage(message);
}
