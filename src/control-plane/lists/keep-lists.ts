// The list keeper: keeps every configured list on disk, up to date and compiled into the block table in force. Main thread; what
// is heavy runs in a helper process.

import type { LookupFunction } from 'node:net';
import { OperatorError } from '../../errors.ts';
import type { Settings } from '../settings/settings.ts';
import { makeCompiledDirectory } from './compiled-store.ts';
import { DOWNLOAD_LIMITS, type DownloadLimits } from './download.ts';
import { FileListWatch } from './file-list-watch.ts';
import { type AcceptedVersion, KeptList } from './kept-list.ts';
import { type ListClock, systemListClock } from './list-clock.ts';
import type { ListEvent } from './list-events.ts';
import { fileReason } from './list-failure.ts';
import { type ListStatus, statusOf } from './list-status.ts';
import { makeListDirectory, removeOrphans } from './list-store.ts';
import { RefreshSchedule } from './refresh-schedule.ts';
import { type PublishedTable, TableInForce, type TableStatus } from './table-in-force.ts';
import { type ComparisonRequest, VersionComparisons } from './versions/version-comparisons.ts';

export interface ListKeeperOptions {
  readonly settings: Pick<Settings, 'lists' | 'stateDirectory'>;
  /** Own rules that take rules of lists away ($badfilter), at the start. */
  readonly removals?: readonly string[];
  /** 16 octets, the installation's. */
  readonly hashKey: Uint8Array;
  /** Resolves the host names of list URLs: through the gateway's own upstream, nothing else is asked. */
  readonly lookup: LookupFunction;
  /** Puts a new table in force; resolves when every query thread has acknowledged it. */
  readonly onTable: (table: SharedArrayBuffer, state: Omit<PublishedTable, 'table'>) => Promise<void>;
  readonly onEvent: (event: ListEvent) => void;
  /** Names that were answered lately, lower-case wire names one behind the other: new versions of lists are tried on them. */
  readonly answeredNames?: () => Promise<Uint8Array>;
  readonly limits?: DownloadLimits;
  readonly clock?: ListClock;
  /** 0 (included) to 1 (excluded). */
  readonly random?: () => number;
}

/** A try of which `lastTry` of the list will tell, or of a later one. */
export interface AwaitedTry {
  readonly list: string;
  readonly number: number;
}

export interface ListKeeper {
  /**
   * The table to start with: every list that is on disk (kept copy, or `file`) is in it. Loaded in an instant where nothing has
   * changed since it was compiled. Rejects with OperatorError STATE_DIRECTORY if the directories cannot be made.
   */
  prepare(): Promise<PublishedTable>;
  /** Begins downloads and refreshes; to be called once, after `prepare` and once the lookup works. */
  start(): void;
  /** Downloads that failed for want of a network are tried again at once. */
  networkIsBack(): void;
  /** Other own rules take rules of lists away. */
  setRemovals(removals: readonly string[]): void;
  status(): ListStatus[];
  table(): TableStatus;
  /**
   * Looks now whether there are new versions: of the list of this name, or of all. The tries that will say so; undefined where there is
   * no such list.
   */
  update(name: string | undefined): readonly AwaitedTry[] | undefined;
  /** Puts a version in force that was held back. Rejects with a ListFailure. */
  accept(name: string): Promise<AcceptedVersion | 'nothing is held back' | 'no such list'>;
  /** Ends downloads and the helper process. */
  stop(): Promise<void>;
}

export function createListKeeper(options: ListKeeperOptions): ListKeeper {
  const { settings, hashKey, lookup, onEvent, onTable } = options;
  const { stateDirectory } = settings;
  const clock = options.clock ?? systemListClock;
  const random = options.random ?? Math.random;
  const limits = options.limits ?? DOWNLOAD_LIMITS;
  const comparisons = new VersionComparisons(hashKey, options.answeredNames ?? (async () => new Uint8Array(0)));
  const compare = (request: ComparisonRequest) => comparisons.compare(request);
  const lists = settings.lists.map((list) => new KeptList(list, stateDirectory, { onEvent, compare }));
  let started = false;
  let fileWatch: FileListWatch | undefined;

  const inForce = new TableInForce(lists, {
    stateDirectory,
    hashKey,
    removals: options.removals ?? [],
    clock,
    random,
    onEvent,
    onCopyLost: (list) => schedule.refreshSoon(list),
    onTable: ({ table, ...state }) => onTable(table, state),
  });
  const schedule = new RefreshSchedule(lists, {
    clock,
    random,
    hashKey,
    lookup,
    limits,
    onEvent,
    onChanged() {
      if (started) inForce.refresh();
    },
  });

  return {
    async prepare() {
      await makeDirectories(stateDirectory);
      // Before anything is written here: half-written files are among what goes.
      await removeOrphans(stateDirectory, settings.lists, clock.now());
      fileWatch = new FileListWatch(schedule.lists);
      for (const list of lists) await list.open();
      for (const scheduled of schedule.lists) {
        if (scheduled.list.settings.source.kind === 'file') await schedule.refreshNow(scheduled);
      }
      return await inForce.first();
    },
    start() {
      started = true;
      inForce.start();
      schedule.start();
      fileWatch?.start((scheduled) => schedule.fileChanged(scheduled));
    },
    networkIsBack() {
      if (started) schedule.networkIsBack();
    },
    setRemovals: (removals) => inForce.setRemovals(removals),
    status: () => schedule.lists.map((scheduled) => statusOf(scheduled, inForce)),
    table: () => inForce.status,
    update(name) {
      const chosen = name === undefined ? lists : lists.filter(({ settings }) => settings.name === name);
      if (name !== undefined && chosen.length === 0) return undefined;
      return chosen.map((list) => ({ list: list.settings.name, number: schedule.refreshSoon(list) }));
    },
    async accept(name) {
      const list = lists.find(({ settings }) => settings.name === name);
      if (list === undefined) return 'no such list';
      const accepted = await list.accept();
      if (accepted === undefined) return 'nothing is held back';
      if (started) inForce.refresh();
      return accepted;
    },
    async stop() {
      fileWatch?.stop();
      comparisons.stop();
      await schedule.stop();
      await inForce.stop();
    },
  };
}

async function makeDirectories(stateDirectory: string): Promise<void> {
  try {
    await makeListDirectory(stateDirectory);
    await makeCompiledDirectory(stateDirectory);
  } catch (error) {
    const message = `state_dir ${stateDirectory}: its directories for lists cannot be made (${fileReason(error)}); make it writable for this user`;
    throw new OperatorError('STATE_DIRECTORY', message, { cause: error });
  }
}
