// Which table is in force: compiles when content has changed, publishes, and never compiles the same content twice. Main thread;
// the compiling itself is the helper process's.

import { buildTable } from './build-table.ts';
import type { CompileInput } from './compile-messages.ts';
import { type CompileOutcome, compileTable } from './compile-table.ts';
import { loadTable, makeCompiledDirectory, removeOtherTables, tablePath } from './compiled-store.ts';
import { contentIdOf } from './content-id.ts';
import type { KeptList } from './kept-list.ts';
import type { ListEvent } from './list-events.ts';
import type { ListClock } from './refresh-schedule.ts';
import { retryDelayMilliseconds } from './retry-delay.ts';

/** A copy that changes while it is compiled is read again; one that never holds still is a failure. */
const TRIES_MAX = 3;

export interface PublishedTable {
  readonly table: SharedArrayBuffer;
  /** Every configured list contributes. */
  readonly listsComplete: boolean;
  readonly contentId: string;
}

interface Compiled {
  readonly published: PublishedTable;
  /** The lists that are in it. */
  readonly contributing: readonly KeptList[];
}

export interface TableInForceOptions {
  readonly stateDirectory: string;
  readonly hashKey: Uint8Array;
  readonly rules: readonly string[];
  readonly clock: ListClock;
  readonly random: () => number;
  readonly onTable: (published: PublishedTable) => Promise<void>;
  /** A list in force has lost its kept copy: it is to be fetched anew, and nothing is compiled before that. */
  readonly onCopyLost: (list: KeptList) => void;
  readonly onEvent: (event: ListEvent) => void;
}

export class TableInForce {
  private readonly options: TableInForceOptions;
  private readonly lists: readonly KeptList[];
  private readonly stopping = new AbortController();
  private contentId = '';
  private lastCompiled = '';
  /** The lists that are in the table in force. */
  private contributing: readonly KeptList[] = [];
  private started = false;
  private changed = false;
  private failuresInARow = 0;
  private cancelRetry: (() => void) | undefined;
  private running: Promise<void> | undefined;
  /** The last table is on its way to the disk. */
  private keeping = Promise.resolve();

  constructor(lists: readonly KeptList[], options: TableInForceOptions) {
    this.lists = lists;
    this.options = options;
  }

  /** The table to start with, from the disk where it is there. Rejects only with what building a table of rules throws. */
  async first(): Promise<PublishedTable> {
    const input = this.input();
    const contentId = contentIdOf(input);
    const table = (await this.load(contentId)) ?? (await this.firstCompiled());
    if (table !== undefined) return table;
    // Nothing else is left than what needs no reading: the rules.
    const bare = { ...input, lists: input.lists.map((list) => ({ ...list, copy: undefined })) };
    const rulesOnly = buildTable(bare, contentIdOf(bare));
    this.contentId = contentIdOf(bare);
    return { table: rulesOnly.table, listsComplete: bare.lists.length === 0, contentId: this.contentId };
  }

  /** From here on tables may be published. */
  start(): void {
    this.started = true;
    if (this.contentId !== contentIdOf(this.input())) this.retryLater();
  }

  /** Content of a kept copy has changed, or an earlier compilation is to be tried again. */
  refresh(): void {
    this.changed = true;
    this.running ??= this.work().finally(() => {
      this.running = undefined;
      // Told after the last look at it.
      if (this.changed && !this.stopping.signal.aborted) this.refresh();
    });
  }

  async stop(): Promise<void> {
    this.cancelRetry?.();
    this.stopping.abort();
    await this.running;
    await this.keeping;
  }

  private input(): CompileInput {
    const { hashKey, rules } = this.options;
    return { hashKey, rules, lists: this.lists.map((list) => list.compileInput()) };
  }

  private async load(contentId: string): Promise<PublishedTable | undefined> {
    const { stateDirectory, hashKey, onEvent } = this.options;
    const begun = performance.now();
    const loaded = await loadTable(stateDirectory, contentId, hashKey);
    if (loaded.kind === 'damaged') {
      onEvent({ kind: 'compiled-damaged', path: tablePath(stateDirectory, contentId), reason: loaded.reason });
    }
    if (loaded.kind !== 'loaded') return undefined;
    const milliseconds = performance.now() - begun;
    onEvent({ kind: 'loaded-compiled', contentId, entryCount: loaded.entryCount, milliseconds });
    const contributing = this.listsWithCopies();
    this.setInForce(contentId, contributing);
    return { table: loaded.table, listsComplete: contributing.length === this.lists.length, contentId };
  }

  private async firstCompiled(): Promise<PublishedTable | undefined> {
    if (this.lists.every((list) => list.copy === undefined)) return undefined;
    const compiled = await this.compile();
    if (compiled === undefined) return undefined;
    this.setInForce(compiled.published.contentId, compiled.contributing);
    return compiled.published;
  }

  private setInForce(contentId: string, contributing: readonly KeptList[]): void {
    this.contentId = contentId;
    this.contributing = contributing;
  }

  private listsWithCopies(): KeptList[] {
    return this.lists.filter((list) => list.copy !== undefined);
  }

  private async work(): Promise<void> {
    while (this.changed && !this.stopping.signal.aborted) {
      this.changed = false;
      this.cancelRetry?.();
      if (contentIdOf(this.input()) === this.contentId) continue;
      // Its copy was lost, not its place: better the older table with it than a newer one without.
      if (this.contributing.some((list) => list.copy === undefined)) continue;
      const compiled = await this.compile();
      if (compiled === undefined) continue;
      try {
        await this.options.onTable(compiled.published);
        this.setInForce(compiled.published.contentId, compiled.contributing);
      } catch (error) {
        this.failed(`the table could not be published: ${String(error)}`);
      }
    }
  }

  /** Compiles what the copies hold now. A failure has been told and will be tried again. */
  private async compile(): Promise<Compiled | undefined> {
    const { stateDirectory, onEvent } = this.options;
    await makeCompiledDirectory(stateDirectory).catch(() => undefined);
    await this.keeping;
    for (let tries = 1; ; tries++) {
      const input = this.input();
      const contributing = this.listsWithCopies();
      const contentId = contentIdOf(input);
      const path = tablePath(stateDirectory, contentId);
      onEvent({ kind: 'compiling', contentId });
      const begun = performance.now();
      const outcome = await compileTable({ ...input, contentId, tablePath: path }, this.stopping.signal, {
        yieldsToQueries: this.started,
      });
      if (this.stopping.signal.aborted) return undefined;
      if (outcome.kind === 'compiled') {
        const { table, entryCount } = outcome;
        const milliseconds = performance.now() - begun;
        onEvent({ kind: 'compiled', contentId, entryCount, bytes: table.byteLength, milliseconds });
        this.failuresInARow = 0;
        this.keep(outcome, contentId, path);
        const listsComplete = contributing.length === this.lists.length;
        return { published: { table, listsComplete, contentId }, contributing };
      }
      if (outcome.kind === 'failed' || tries === TRIES_MAX) {
        this.failed(outcome.kind === 'failed' ? outcome.reason : `the copy of list "${outcome.list}" keeps changing`);
        return undefined;
      }
      const list = this.lists.find(({ settings }) => settings.name === outcome.list);
      await list?.readAgain();
      if (list !== undefined && list.copy === undefined && this.contributing.includes(list)) {
        this.options.onCopyLost(list);
        return undefined;
      }
    }
  }

  /** Follows the writing of a table; the older ones go once it is there. */
  private keep(outcome: CompileOutcome & { kind: 'compiled' }, contentId: string, path: string): void {
    const { stateDirectory, onEvent } = this.options;
    this.lastCompiled = contentId;
    this.keeping = outcome.written.then(async (reason) => {
      if (reason === undefined) {
        if (this.lastCompiled === contentId) await removeOtherTables(stateDirectory, contentId);
        onEvent({ kind: 'table-kept', contentId, path });
      } else if (!this.stopping.signal.aborted) {
        onEvent({ kind: 'state-not-written', path, reason });
      }
    });
  }

  private failed(reason: string): void {
    this.failuresInARow++;
    const retryMilliseconds = this.started ? this.retryLater() : undefined;
    this.options.onEvent({ kind: 'compile-failed', reason, retryMilliseconds });
  }

  private retryLater(): number {
    const { clock, random } = this.options;
    const delay = retryDelayMilliseconds(Math.max(1, this.failuresInARow), random);
    this.cancelRetry?.();
    this.cancelRetry = clock.after(delay, () => this.refresh());
    return delay;
  }
}
