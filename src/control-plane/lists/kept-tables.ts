// The compiled tables on the disk, for the next start: the one that fits is loaded with its reports, the last one made is kept, the
// others go. Main thread.

import type { ReportOfList } from './compile-messages.ts';
import type { CompileOutcome } from './compile-table.ts';
import { loadTable, makeCompiledDirectory, removeOtherTables, tablePath } from './compiled-store.ts';
import type { ListEvent } from './list-events.ts';
import { fileReason } from './list-failure.ts';
import { readReports, writeReports } from './report-store.ts';

export interface KeptTable {
  readonly table: SharedArrayBuffer;
  /** Different names in it. */
  readonly entryCount: number;
  readonly reports: readonly ReportOfList[];
}

export interface KeptTablesOptions {
  readonly stateDirectory: string;
  readonly hashKey: Uint8Array;
  readonly onEvent: (event: ListEvent) => void;
}

export class KeptTables {
  readonly #options: KeptTablesOptions;
  #lastCompiled = '';
  #keeping = Promise.resolve();

  constructor(options: KeptTablesOptions) {
    this.#options = options;
  }

  pathOf(contentId: string): string {
    return tablePath(this.#options.stateDirectory, contentId);
  }

  /** Undefined where it is not there, or damaged. */
  async load(contentId: string): Promise<KeptTable | undefined> {
    const { stateDirectory, hashKey, onEvent } = this.#options;
    const begun = performance.now();
    const loaded = await loadTable(stateDirectory, contentId, hashKey);
    if (loaded.kind === 'damaged')
      onEvent({ kind: 'compiled-damaged', path: this.pathOf(contentId), reason: loaded.reason });
    if (loaded.kind !== 'loaded') return undefined;
    const { table, entryCount } = loaded;
    const milliseconds = performance.now() - begun;
    onEvent({ kind: 'loaded-compiled', contentId, entryCount, milliseconds });
    return { table, entryCount, reports: await readReports(stateDirectory, contentId) };
  }

  /** To be awaited before a table is compiled: one at a time is on its way to the disk. */
  async makeRoom(): Promise<void> {
    await makeCompiledDirectory(this.#options.stateDirectory).catch(() => undefined);
    await this.#keeping;
  }

  /** Follows the writing of a table; the older ones go once it is there. `isStopping`: then nobody asks why it is not. */
  keep(outcome: CompileOutcome & { kind: 'compiled' }, contentId: string, isStopping: () => boolean): void {
    const { stateDirectory, onEvent } = this.#options;
    const path = this.pathOf(contentId);
    this.#lastCompiled = contentId;
    this.#keeping = outcome.written.then(async (reason) => {
      if (reason === undefined) {
        await writeReports(stateDirectory, contentId, outcome.reports).catch((error: unknown) => {
          onEvent({ kind: 'state-not-written', path, reason: fileReason(error) });
        });
        if (this.#lastCompiled === contentId) await removeOtherTables(stateDirectory, contentId);
        onEvent({ kind: 'table-kept', contentId, path });
      } else if (!isStopping()) {
        onEvent({ kind: 'state-not-written', path, reason });
      }
    });
  }

  /** Resolves once the last table is on the disk, or cannot be. */
  async settled(): Promise<void> {
    await this.#keeping;
  }
}
