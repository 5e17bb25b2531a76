// Compiles a table in a helper process and waits for it. Main thread.

import type { CompiledTable, CompileJob, CompileMessage } from './compile-messages.ts';
import { readTable } from './compiled-store.ts';
import { type HelperOptions, runHelper } from './helper-process.ts';
import { fileReason } from './list-failure.ts';
import { discardPart, flushAndAdoptPart, partPath } from './replace-file.ts';

export type CompileOutcome =
  | ({
      readonly kind: 'compiled';
      /** Settles when the table is on the disk: with undefined, or with the reason why it is not. Never rejects. */
      readonly written: Promise<string | undefined>;
    } & CompiledTable)
  | { readonly kind: 'copy-changed'; readonly list: string }
  | { readonly kind: 'failed'; readonly reason: string };

type LastReport =
  | Exclude<CompileMessage, { kind: 'read' | 'piece' | 'sent' }>
  | ({ readonly kind: 'sent'; readonly notKept: string } & CompiledTable);

export interface CompileOptions extends HelperOptions {
  /** Of all rules of the copies so many have been read. */
  readonly onRead?: (rules: number) => void;
}

/** Never rejects. An abort ends the helper at once; the outcome then is a failure. */
export async function compileTable(
  job: CompileJob,
  signal: AbortSignal,
  options: CompileOptions = {},
): Promise<CompileOutcome> {
  const report = await lastReport(job, signal, options);
  switch (report.kind) {
    case 'written':
      return await takeUp(job, report);
    case 'sent': {
      const { table, entryCount, reports, notKept } = report;
      return { kind: 'compiled', table, entryCount, reports, written: Promise.resolve(notKept) };
    }
    default:
      await discardPart(job.tablePath);
      return report;
  }
}

/** What the helper has to say, once it has ended. */
async function lastReport(job: CompileJob, signal: AbortSignal, options: CompileOptions): Promise<LastReport> {
  let report: LastReport | undefined;
  let table = new SharedArrayBuffer(0);
  const onMessage = (message: CompileMessage): void => {
    if (message.kind === 'read') {
      options.onRead?.(message.rules);
    } else if (message.kind === 'piece') {
      if (table.byteLength === 0) table = new SharedArrayBuffer(message.byteLength);
      new Uint8Array(table).set(message.octets, message.offset);
    } else {
      report = message.kind === 'sent' ? { ...message, table } : message;
    }
  };
  const ending = await runHelper('./compile-process', job, onMessage, signal, options);
  return report ?? { kind: 'failed', reason: ending };
}

/** Reads the part file into shared memory; that it gets to the disk and into its place is not waited for. */
async function takeUp(
  { tablePath, contentId, hashKey }: CompileJob,
  { entryCount, reports }: Omit<CompiledTable, 'table'>,
): Promise<CompileOutcome> {
  const read = await readTable(partPath(tablePath), contentId, hashKey);
  if (read.kind === 'loaded') {
    return { kind: 'compiled', table: read.table, entryCount, reports, written: keepPart(tablePath) };
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
