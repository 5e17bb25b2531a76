// Compiles a table in a helper process of its own and waits for it, main thread. A process, since it gives all its memory back
// when it ends and can be made to yield to the query threads; one that crashes or runs out of memory costs nothing but its table.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CompiledTable, CompileJob, CompileMessage } from './compile-messages.ts';
import { readTable } from './compiled-store.ts';
import { fileReason } from './list-failure.ts';
import { discardPart, flushAndAdoptPart, partPath } from './replace-file.ts';

/** The names lie outside the JavaScript heap; this is for a helper that goes astray. */
const HEAP_MAX_MEGABYTES = 512;
/** Of what a crashing helper says, the end is enough. */
const LAST_WORDS_MAX = 4096;
const RUNNING_PROGRAM = '/proc/self/exe';

export type CompileOutcome =
  | ({
      readonly kind: 'compiled';
      /** Settles when the table is on the disk: with undefined, or with the reason why it is not. Never rejects. */
      readonly written: Promise<string | undefined>;
    } & CompiledTable)
  | { readonly kind: 'copy-changed'; readonly list: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface CompileOptions {
  /** Queries are being answered meanwhile: they come first. */
  readonly yieldsToQueries?: boolean;
  readonly heapMaxMegabytes?: number;
}

/** Never rejects. An abort ends the helper at once; the outcome then is a failure. */
export async function compileTable(
  job: CompileJob,
  signal: AbortSignal,
  options: CompileOptions = {},
): Promise<CompileOutcome> {
  if (signal.aborted) return { kind: 'failed', reason: 'stopped' };
  let helper: ChildProcess;
  try {
    helper = startHelper(options);
  } catch (error) {
    return { kind: 'failed', reason: `the helper process cannot be started: ${String(error)}` };
  }
  const stop = () => helper.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  const report = await lastReport(helper, job);
  signal.removeEventListener('abort', stop);
  switch (report.kind) {
    case 'written':
      return await takeUp(job, report.entryCount);
    case 'sent': {
      const { table, entryCount, notKept } = report;
      return { kind: 'compiled', table, entryCount, written: Promise.resolve(notKept) };
    }
    default:
      await discardPart(job.tablePath);
      return report;
  }
}

function startHelper({ yieldsToQueries = false, heapMaxMegabytes = HEAP_MAX_MEGABYTES }: CompileOptions): ChildProcess {
  const helper = fork(helperEntry(), [], {
    // Also there when its folder is closed to the user that we have become, or when an upgrade has replaced it.
    execPath: existsSync(RUNNING_PROGRAM) ? RUNNING_PROGRAM : process.execPath,
    execArgv: [`--max-old-space-size=${heapMaxMegabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (yieldsToQueries && helper.pid !== undefined) {
    try {
      setPriority(helper.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // Not everywhere can it be changed; then it is as it is.
    }
  }
  return helper;
}

type LastReport =
  | Exclude<CompileMessage, { kind: 'piece' | 'sent' }>
  | ({ readonly kind: 'sent'; readonly notKept: string } & CompiledTable);

/** What the helper has to say, once it has ended and given its memory back. */
function lastReport(helper: ChildProcess, job: CompileJob): Promise<LastReport> {
  return new Promise((resolve) => {
    let report: LastReport | undefined;
    let lastWords = '';
    let table = new SharedArrayBuffer(0);
    helper.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS_MAX);
    });
    helper.on('message', (message: CompileMessage) => {
      if (message.kind === 'piece') {
        if (table.byteLength === 0) table = new SharedArrayBuffer(message.byteLength);
        new Uint8Array(table).set(message.octets, message.offset);
      } else {
        report = message.kind === 'sent' ? { ...message, table } : message;
      }
    });
    helper.once('error', (error) => resolve({ kind: 'failed', reason: `the helper process: ${error.message}` }));
    helper.once('close', (code, signal) => {
      resolve(
        report ?? { kind: 'failed', reason: `the helper process ended early: ${causeOf(lastWords, code, signal)}` },
      );
    });
    // Without a free descriptor there is not even a channel, and the error above is on its way.
    if (!helper.connected) return;
    helper.send(job, () => {
      // If it is gone already, its end says more.
    });
  });
}

function causeOf(lastWords: string, code: number | null, signal: NodeJS.Signals | null): string {
  if (lastWords.includes('out of memory')) return 'out of memory';
  const error = /^\w*Error.*$/m.exec(lastWords)?.[0];
  return error ?? (signal === null ? `exit code ${code}` : `ended by ${signal}`);
}

/** Reads the part file into shared memory; that it gets to the disk and into its place is not waited for. */
async function takeUp({ tablePath, contentId, hashKey }: CompileJob, entryCount: number): Promise<CompileOutcome> {
  const read = await readTable(partPath(tablePath), contentId, hashKey);
  if (read.kind === 'loaded') {
    return { kind: 'compiled', table: read.table, entryCount, written: keepPart(tablePath) };
  }
  await discardPart(tablePath);
  return { kind: 'failed', reason: `the table as written: ${read.kind === 'damaged' ? read.reason : 'is gone'}` };
}

/** Undefined, or why the table is not on the disk; no part file is left then. */
async function keepPart(tablePath: string): Promise<string | undefined> {
  try {
    await flushAndAdoptPart(tablePath);
    return undefined;
  } catch (error) {
    await discardPart(tablePath);
    return fileReason(error);
  }
}

/** The helper stands beside this file, as TypeScript in the source tree and as JavaScript in the package. */
function helperEntry(): string {
  const name = import.meta.url.endsWith('.ts') ? './compile-process.ts' : './compile-process.js';
  return fileURLToPath(new URL(name, import.meta.url));
}
