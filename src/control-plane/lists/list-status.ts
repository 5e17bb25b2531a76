// How one list stands: what `sotto lists` shows of it.

import type { ListSettings } from '../settings/settings.ts';
import type { KeptReport } from './compile-messages.ts';
import { sourceText } from './list-store.ts';
import type { FinishedTry, ScheduledList } from './scheduled-list.ts';
import type { TableInForce } from './table-in-force.ts';
import type { VersionChange } from './versions/version-change.ts';

/** Times are milliseconds since 1970. */
export interface ListStatus {
  readonly name: string;
  /** URL or path, as configured. */
  readonly source: string;
  readonly action: ListSettings['action'];
  readonly subdomains: boolean;
  readonly refreshSeconds: number;
  /** It is in the table that filters, be it in an older version than the copy. */
  readonly isInForce: boolean;
  /** It is there in the version of the copy. */
  readonly isNewestInForce: boolean;
  /** Path of the kept copy, whether it is there or not. */
  readonly copyPath: string;
  /** What the copy holds; undefined while there is none. */
  readonly copy: CopyStatus | undefined;
  readonly refreshing: boolean;
  /** The refresh under way has a new version, and compares it with the one in force. */
  readonly comparing: boolean;
  /** Of the refresh under way: octets over the wire, and how many there will be. */
  readonly receivedBytes: number | undefined;
  readonly totalBytes: number | undefined;
  /** Why the last try failed; undefined if it did not. */
  readonly failure: string | undefined;
  /** Undefined while a try is under way or waits for its turn. */
  readonly nextTryAt: number | undefined;
  readonly lastTry: FinishedTry | undefined;
  /** A newer version that waits until somebody accepts it. */
  readonly held: HeldStatus | undefined;
  /** What became of its lines; undefined while it is not in force, or nobody knows any more. */
  readonly report: KeptReport | undefined;
}

export interface CopyStatus {
  readonly names: number;
  readonly faultyLines: number;
  readonly format: string;
  readonly bytes: number;
  /** When the source last confirmed it; 0 where that is not known. */
  readonly fetchedAt: number;
  /** When it came. */
  readonly changedAt: number;
}

export interface HeldStatus {
  readonly since: number;
  readonly names: number;
  readonly format: string;
  /** The end of a sentence that begins with "it". */
  readonly reason: string;
  readonly change: VersionChange;
  /** Some of the names that it would block. */
  readonly examples: readonly string[];
}

export function statusOf(scheduled: ScheduledList, inForce: TableInForce): ListStatus {
  const { list, current, failure, nextTryAt, lastTry } = scheduled;
  const { name, action, subdomains, refreshSeconds } = list.settings;
  return {
    name,
    source: sourceText(list.settings),
    action,
    subdomains,
    refreshSeconds,
    isInForce: inForce.has(list),
    isNewestInForce: inForce.hasNewest(list),
    copyPath: list.path,
    copy: copyStatus(scheduled),
    refreshing: current !== undefined,
    comparing: current !== undefined && list.holdBack.isComparing,
    receivedBytes: current?.receivedBytes,
    totalBytes: current?.totalBytes,
    failure: failure?.message,
    nextTryAt,
    lastTry,
    held: heldStatus(scheduled),
    report: inForce.reportOf(list),
  };
}

function copyStatus({ list: { copy } }: ScheduledList): CopyStatus | undefined {
  if (copy === undefined) return undefined;
  const { names, faultyLines, format, size, fetchedAt, modifiedAt } = copy;
  return { names, faultyLines, format, bytes: size, fetchedAt, changedAt: modifiedAt };
}

function heldStatus({ list }: ScheduledList): HeldStatus | undefined {
  const { version } = list.holdBack;
  if (version === undefined) return undefined;
  const { metadata, reason, examples } = version;
  const { heldSince, names, format, change } = metadata;
  return { since: heldSince, names, format, reason, change, examples };
}
