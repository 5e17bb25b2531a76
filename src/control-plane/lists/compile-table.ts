// Compiles a table in a helper thread of its own and waits for it, main thread. A helper that crashes, runs out of memory or
// never answers costs nothing but its table.

import { Worker } from 'node:worker_threads';
import type { CompiledTable, CompileJob, CompileMessage } from './compile-messages.ts';

/** The names lie outside the JavaScript heap; this is for a helper that goes astray. */
const HEAP_MAX_MEGABYTES = 512;

export type CompileOutcome =
  | ({
      readonly kind: 'compiled';
      /** Settles when the table is on the disk: with undefined, or with the reason why it is not. Never rejects. */
      readonly written: Promise<string | undefined>;
    } & CompiledTable)
  | { readonly kind: 'copy-changed'; readonly list: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Never rejects. An abort ends the helper at once; the outcome then is a failure. */
export function compileTable(
  job: CompileJob,
  signal: AbortSignal,
  { heapMaxMegabytes = HEAP_MAX_MEGABYTES } = {},
): Promise<CompileOutcome> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve({ kind: 'failed', reason: 'stopped' });
      return;
    }
    let worker: Worker;
    try {
      worker = new Worker(workerEntry(), {
        workerData: job,
        name: 'list-compiler',
        resourceLimits: { maxOldGenerationSizeMb: heapMaxMegabytes },
      });
    } catch (error) {
      resolve({ kind: 'failed', reason: `the helper thread cannot be started: ${String(error)}` });
      return;
    }
    const written = Promise.withResolvers<string | undefined>();
    let crash = '';
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop, { once: true });
    worker.on('message', (message: CompileMessage) => {
      if (message.kind === 'table') {
        const { table, entryCount } = message;
        resolve({ kind: 'compiled', table, entryCount, written: written.promise });
      } else if (message.kind === 'kept') {
        written.resolve(undefined);
      } else if (message.kind === 'not-kept') {
        written.resolve(message.reason);
      } else {
        resolve(message);
      }
    });
    worker.on('error', (error: NodeJS.ErrnoException) => {
      crash = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'out of memory' : error.message;
    });
    worker.on('exit', () => {
      signal.removeEventListener('abort', stop);
      const reason = crash === '' ? 'the helper thread ended early' : `the helper thread crashed: ${crash}`;
      // Whatever has been settled by a message stays so.
      resolve({ kind: 'failed', reason });
      written.resolve(reason);
    });
  });
}

/** The helper stands beside this file, as TypeScript in the source tree and as JavaScript in the package. */
function workerEntry(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './compile-worker.ts' : './compile-worker.js', import.meta.url);
}
