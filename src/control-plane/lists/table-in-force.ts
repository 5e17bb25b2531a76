// Which table of the lists is in force: compiles when content has changed, publishes, and never compiles the same content twice. Main thread;
// the compiling itself is the helper process's.

import { buildTable } from './build-table.ts';
import type { CompileInput, KeptReport, ReportOfList } from './compile-messages.ts';
import { compileTable } from './compile-table.ts';
import { contentIdOf } from './content-id.ts';
import type { KeptList } from './kept-list.ts';
import { KeptTables } from './kept-tables.ts';
import type { ListEvent } from './list-events.ts';
import type { ListClock } from './list-clock.ts';
import { retryDelayMilliseconds } from './retry-delay.ts';

/** A copy that changes while it is compiled is read again; one that never holds still is a failure. */
const TRIES_MAX = 3;

export interface PublishedTable {
  readonly table: SharedArrayBuffer;
  /** Every configured list contributes. */
  readonly listsComplete: boolean;
  /** Names of those that do. */
  readonly listsInForce: readonly string[];
  readonly contentId: string;
}

export interface TableStatus {
  readonly isCompiling: boolean;
  /** How many rules of the lists' copies have been read for the new table, of how many; undefined while none is made. */
  readonly read: { readonly rules: number; readonly ofRules: number } | undefined;
  /** Why the last table could not be made or put in force. */
  readonly failure: string | undefined;
  /** Different names in the table in force. */
  readonly names: number;
  readonly bytes: number;
}

interface Compiled {
  readonly published: PublishedTable;
  /** The lists that are in it. */
  readonly contributing: readonly KeptList[];
  readonly facts: TableFacts;
}

interface TableFacts {
  readonly entryCount: number;
  readonly byteLength: number;
  readonly reports: readonly ReportOfList[];
  /** Of the copies that are in it. */
  readonly digests: Digests;
}

type Digests = ReadonlyMap<KeptList, string | undefined>;

export interface TableInForceOptions {
  readonly stateDirectory: string;
  readonly hashKey: Uint8Array;
  /** Own rules that take rules of lists away. */
  readonly removals: readonly string[];
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
  private removals: readonly string[];
  private contentId = '';
  /** The lists that are in the table in force. */
  private contributing: readonly KeptList[] = [];
  private started = false;
  private changed = false;
  private failuresInARow = 0;
  private cancelRetry: (() => void) | undefined;
  private running: Promise<void> | undefined;
  private isCompiling = false;
  private read: TableStatus['read'];
  private failure: string | undefined;
  private facts: TableFacts = { entryCount: 0, byteLength: 0, reports: [], digests: new Map() };
  private readonly keptTables: KeptTables;

  constructor(lists: readonly KeptList[], options: TableInForceOptions) {
    this.lists = lists;
    this.options = options;
    this.removals = options.removals;
    this.keptTables = new KeptTables(options);
  }

  /** The table to start with, from the disk where it is there. Rejects only with what building an empty table throws. */
  async first(): Promise<PublishedTable> {
    const input = this.input();
    const contentId = contentIdOf(input);
    const table = (await this.load(contentId)) ?? (await this.firstCompiled());
    if (table !== undefined) return table;
    // Nothing else is left than a table without names.
    const bare = { ...input, lists: input.lists.map((list) => ({ ...list, copy: undefined })) };
    const empty = buildTable(bare, contentIdOf(bare));
    this.contentId = contentIdOf(bare);
    return { table: empty.table, ...statesOf([], bare.lists.length), contentId: this.contentId };
  }

  /** From here on tables may be published. */
  start(): void {
    this.started = true;
    if (this.contentId !== contentIdOf(this.input())) this.retryLater();
  }

  /** Other own rules take rules of lists away. */
  setRemovals(removals: readonly string[]): void {
    this.removals = removals;
    if (!this.started) return;
    // What is being compiled may have the other ones still, though the table in force has these.
    if (this.running !== undefined || contentIdOf(this.input()) !== this.contentId) this.refresh();
  }

  /** Content of a kept copy has changed, or an earlier compilation is to be tried again. */
  refresh(): void {
    this.changed = true;
    this.isCompiling = true;
    this.running ??= this.work().finally(() => {
      this.running = undefined;
      this.isCompiling = false;
      // Told after the last look at it.
      if (this.changed && !this.stopping.signal.aborted) this.refresh();
    });
  }

  async stop(): Promise<void> {
    this.cancelRetry?.();
    this.stopping.abort();
    await this.running;
    await this.keptTables.settled();
  }

  get status(): TableStatus {
    const { entryCount, byteLength } = this.facts;
    return {
      isCompiling: this.isCompiling,
      read: this.read,
      failure: this.failure,
      names: entryCount,
      bytes: byteLength,
    };
  }

  /** What became of the lines of a list that is in the table in force; undefined where it is not known. */
  reportOf(list: KeptList): KeptReport | undefined {
    return this.facts.reports.find((report) => report.list === list.settings.name)?.report;
  }

  /** Whether the list is in the table in force, be it in an older version. */
  has(list: KeptList): boolean {
    return this.contributing.includes(list);
  }

  /** Whether it is there in the version of its copy. */
  hasNewest(list: KeptList): boolean {
    return this.has(list) && (list.copy === undefined || this.facts.digests.get(list) === list.copy.sha256);
  }

  private input(): CompileInput {
    const { hashKey } = this.options;
    return { hashKey, removals: this.removals, lists: this.lists.map((list) => list.compileInput()) };
  }

  private async load(contentId: string): Promise<PublishedTable | undefined> {
    const kept = await this.keptTables.load(contentId);
    if (kept === undefined) return undefined;
    const { table, entryCount, reports } = kept;
    const contributing = this.listsWithCopies();
    const digests = digestsOf(contributing);
    this.setInForce(contentId, contributing, { entryCount, byteLength: table.byteLength, reports, digests });
    return { table, ...statesOf(contributing, this.lists.length), contentId };
  }

  private async firstCompiled(): Promise<PublishedTable | undefined> {
    if (this.lists.every((list) => list.copy === undefined)) return undefined;
    const compiled = await this.compile();
    if (compiled === undefined) return undefined;
    this.setInForce(compiled.published.contentId, compiled.contributing, compiled.facts);
    return compiled.published;
  }

  private setInForce(contentId: string, contributing: readonly KeptList[], facts: TableFacts): void {
    this.contentId = contentId;
    this.facts = facts;
    this.failure = undefined;
    this.contributing = contributing;
  }

  private listsWithCopies(): KeptList[] {
    return this.lists.filter((list) => list.copy !== undefined);
  }

  private async work(): Promise<void> {
    while (this.changed && !this.stopping.signal.aborted) {
      this.changed = false;
      this.cancelRetry?.();
      if (contentIdOf(this.input()) === this.contentId) {
        // What failed was wanted, and is no longer.
        this.failure = undefined;
        this.failuresInARow = 0;
        continue;
      }
      // Its copy was lost, not its place: better the older table with it than a newer one without.
      if (this.contributing.some((list) => list.copy === undefined)) continue;
      const compiled = await this.compile();
      if (compiled === undefined) continue;
      try {
        await this.options.onTable(compiled.published);
        this.setInForce(compiled.published.contentId, compiled.contributing, compiled.facts);
      } catch (error) {
        // Which threads have it nobody knows.
        this.contentId = '';
        this.failed(`the table could not be published: ${String(error)}`);
      }
    }
  }

  /** Compiles what the copies hold now. A failure has been told and will be tried again. */
  private async compile(): Promise<Compiled | undefined> {
    const { onEvent } = this.options;
    await this.keptTables.makeRoom();
    for (let tries = 1; ; tries++) {
      const input = this.input();
      const contributing = this.listsWithCopies();
      const digests = digestsOf(contributing);
      const contentId = contentIdOf(input);
      const path = this.keptTables.pathOf(contentId);
      onEvent({ kind: 'compiling', contentId });
      const begun = performance.now();
      const ofRules = contributing.reduce((sum, { copy }) => sum + (copy?.names ?? 0), 0);
      const outcome = await compileTable({ ...input, contentId, tablePath: path }, this.stopping.signal, {
        yieldsToQueries: this.started,
        onRead: (rules) => {
          this.read = { rules, ofRules };
        },
      });
      this.read = undefined;
      if (this.stopping.signal.aborted) return undefined;
      if (outcome.kind === 'compiled') {
        const { table, entryCount } = outcome;
        const milliseconds = performance.now() - begun;
        onEvent({ kind: 'compiled', contentId, entryCount, bytes: table.byteLength, milliseconds });
        this.failuresInARow = 0;
        this.keptTables.keep(outcome, contentId, () => this.stopping.signal.aborted);
        const facts = { entryCount, byteLength: table.byteLength, reports: outcome.reports, digests };
        const published = { table, ...statesOf(contributing, this.lists.length), contentId };
        return { published, contributing, facts };
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

  private failed(reason: string): void {
    this.failuresInARow++;
    this.failure = reason;
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

function digestsOf(lists: readonly KeptList[]): Digests {
  return new Map(lists.map((list) => [list, list.copy?.sha256]));
}

function statesOf(
  contributing: readonly KeptList[],
  listCount: number,
): Pick<PublishedTable, 'listsComplete' | 'listsInForce'> {
  const listsInForce = contributing.map(({ settings }) => settings.name);
  return { listsInForce, listsComplete: listsInForce.length === listCount };
}
