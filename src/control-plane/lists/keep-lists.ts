// The list keeper: keeps every configured list on disk, up to date and compiled into the block table in force. Main thread; what
// is heavy runs in a helper process.

import type { LookupFunction } from 'node:net';
import { OperatorError } from '../../errors.ts';
import type { ListSettings, Settings } from '../settings/settings.ts';
import { makeCompiledDirectory } from './compiled-store.ts';
import { DOWNLOAD_LIMITS, type DownloadLimits } from './download.ts';
import { KeptList } from './kept-list.ts';
import type { ListEvent } from './list-events.ts';
import { fileReason } from './list-failure.ts';
import { makeListDirectory, removeOrphans, sourceText } from './list-store.ts';
import { type ListClock, RefreshSchedule, type ScheduledList, systemListClock } from './refresh-schedule.ts';
import { type PublishedTable, TableInForce } from './table-in-force.ts';

export interface ListKeeperOptions {
  readonly settings: Pick<Settings, 'lists' | 'rules' | 'stateDirectory'>;
  /** 16 octets, the installation's. */
  readonly hashKey: Uint8Array;
  /** Resolves the host names of list URLs: through the gateway's own upstream, nothing else is asked. */
  readonly lookup: LookupFunction;
  /** Puts a new table in force; resolves when every query thread has acknowledged it. */
  readonly onTable: (
    table: SharedArrayBuffer,
    state: { readonly listsComplete: boolean; readonly contentId: string },
  ) => Promise<void>;
  readonly onEvent: (event: ListEvent) => void;
  readonly limits?: DownloadLimits;
  readonly clock?: ListClock;
  /** 0 (included) to 1 (excluded). */
  readonly random?: () => number;
}

export interface ListStatus {
  readonly name: string;
  /** URL or path, as configured. */
  readonly source: string;
  readonly action: ListSettings['action'];
  /** Path of the kept copy, whether it is there or not. */
  readonly copyPath: string;
  /** What the copy holds; undefined while there is none. */
  readonly copy:
    | { readonly names: number; readonly faultyLines: number; readonly format: string; readonly fetchedAt: number }
    | undefined;
  readonly refreshing: boolean;
  /** Why the last try failed; undefined if it did not. */
  readonly failure: string | undefined;
  /** Milliseconds since 1970. */
  readonly nextTryAt: number | undefined;
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
  status(): ListStatus[];
  /** Ends downloads and the helper process. */
  stop(): Promise<void>;
}

export function createListKeeper(options: ListKeeperOptions): ListKeeper {
  const { settings, hashKey, lookup, onEvent, onTable } = options;
  const { stateDirectory } = settings;
  const clock = options.clock ?? systemListClock;
  const random = options.random ?? Math.random;
  const limits = options.limits ?? DOWNLOAD_LIMITS;
  const lists = settings.lists.map((list) => new KeptList(list, stateDirectory, onEvent));
  const rules = settings.rules.map(({ text }) => text);
  let started = false;

  const inForce = new TableInForce(lists, {
    stateDirectory,
    hashKey,
    rules,
    clock,
    random,
    onEvent,
    onCopyLost: (list) => schedule.refreshSoon(list),
    onTable: ({ table, listsComplete, contentId }) => onTable(table, { listsComplete, contentId }),
  });
  const schedule = new RefreshSchedule(lists, {
    clock,
    random,
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
    },
    networkIsBack() {
      if (started) schedule.networkIsBack();
    },
    status: () => schedule.lists.map(statusOf),
    async stop() {
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

function statusOf({ list, current, failure, nextTryAt }: ScheduledList): ListStatus {
  const { name, action } = list.settings;
  const { copy, path } = list;
  return {
    name,
    source: sourceText(list.settings),
    action,
    copyPath: path,
    copy: copy && {
      names: copy.names,
      faultyLines: copy.faultyLines,
      format: copy.format,
      fetchedAt: copy.fetchedAt,
    },
    refreshing: current !== undefined,
    failure: failure?.message,
    nextTryAt,
  };
}
