// What the list keeper tells the rest of the control plane, and how that reads in a log.

import type { ListFailureKind } from './list-failure.ts';
import type { FaultyLine } from './list-reader.ts';
import { countText, megabytes, timeText } from './quantity-text.ts';

export type ListEvent =
  /** Every second of a refresh that takes longer than one. */
  | {
      readonly kind: 'progress';
      readonly list: string;
      readonly state: 'connecting' | 'receiving' | 'comparing';
      /** Over the wire, before decompression. */
      readonly receivedBytes: number;
      readonly totalBytes: number | undefined;
    }
  /** New content is in the kept copy; `compiled` follows when it is in the table. */
  | {
      readonly kind: 'list-updated';
      readonly list: string;
      readonly names: number;
      readonly format: string;
      readonly faultyLines: number;
      readonly firstFaults: readonly FaultyLine[];
      readonly bytes: number;
    }
  /** Asked, and nothing has changed. */
  | { readonly kind: 'list-unchanged'; readonly list: string }
  /** A new version is there, and not put in force before somebody accepts it; told again at each start. */
  | {
      readonly kind: 'list-held-back';
      readonly list: string;
      /** Milliseconds since 1970. */
      readonly heldSince: number;
      /** The end of a sentence that begins with "it". */
      readonly reason: string;
    }
  /** Once per reason, not per try; again when it still fails with the network back. */
  | {
      readonly kind: 'list-failed';
      readonly list: string;
      readonly reason: string;
      /** `network`: the server was not reached; it is tried again when the network is back. */
      readonly failureKind: ListFailureKind;
      /** When the copy that stays in use was last confirmed; undefined where there is none. Milliseconds since 1970. */
      readonly copyFetchedAt: number | undefined;
      readonly retryMilliseconds: number;
    }
  /** The first success after a failure. */
  | { readonly kind: 'list-recovered'; readonly list: string }
  /** Its metadata did not fit the copy; they have been made again. */
  | { readonly kind: 'copy-read-again'; readonly list: string; readonly path: string }
  | { readonly kind: 'copy-unusable'; readonly list: string; readonly path: string; readonly reason: string }
  /** The table kept from last time is as good as new: no list was read. */
  | {
      readonly kind: 'loaded-compiled';
      readonly contentId: string;
      readonly entryCount: number;
      readonly milliseconds: number;
    }
  | { readonly kind: 'compiled-damaged'; readonly path: string; readonly reason: string }
  | { readonly kind: 'compiling'; readonly contentId: string }
  | {
      readonly kind: 'compiled';
      readonly contentId: string;
      readonly entryCount: number;
      readonly bytes: number;
      readonly milliseconds: number;
    }
  /** The table in force is on the disk: the next start will be instant. */
  | { readonly kind: 'table-kept'; readonly contentId: string; readonly path: string }
  /** The table in force stays. */
  | { readonly kind: 'compile-failed'; readonly reason: string; readonly retryMilliseconds: number | undefined }
  /** Something that would have made the next start faster could not be written. */
  | { readonly kind: 'state-not-written'; readonly path: string; readonly reason: string };

export interface ListEventText {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
}

export function listEventText(event: ListEvent): ListEventText {
  switch (event.kind) {
    case 'progress':
      // A server that does not answer is told once, by the failure; until then every second would say the same.
      return {
        level: event.state === 'receiving' ? 'info' : 'debug',
        message: `list "${event.list}": ${progressText(event)}`,
      };
    case 'list-updated':
      return { level: 'info', message: `list "${event.list}": ${updatedText(event)}` };
    case 'list-unchanged':
      return { level: 'debug', message: `list "${event.list}": unchanged` };
    case 'list-held-back':
      return { level: 'warn', message: `list "${event.list}": ${heldText(event)}` };
    case 'list-failed':
      return { level: 'warn', message: `list "${event.list}": ${event.reason}; ${consequence(event.copyFetchedAt)}` };
    case 'list-recovered':
      return { level: 'info', message: `list "${event.list}": up to date again` };
    case 'copy-read-again':
      return {
        level: 'info',
        message: `list "${event.list}": the kept copy ${event.path} had changed and was read again`,
      };
    case 'copy-unusable':
      return {
        level: 'warn',
        message: `list "${event.list}": the kept copy ${event.path} cannot be used: ${event.reason}`,
      };
    case 'loaded-compiled':
      return { level: 'info', message: `${countText(event.entryCount, 'name')} loaded from the compiled table` };
    case 'compiled-damaged':
      return {
        level: 'warn',
        message: `the compiled table ${event.path} is damaged and compiled anew: ${event.reason}`,
      };
    case 'compiling':
      return { level: 'debug', message: 'compiling the lists' };
    case 'compiled':
      return { level: 'info', message: `lists compiled: ${countText(event.entryCount, 'name')} in force` };
    case 'table-kept':
      return { level: 'debug', message: `compiled table kept in ${event.path}` };
    case 'compile-failed':
      return { level: 'warn', message: `the lists could not be compiled, the table in force stays: ${event.reason}` };
    case 'state-not-written':
      return { level: 'warn', message: `${event.path} could not be written: ${event.reason}` };
  }
}

function progressText({ state, receivedBytes, totalBytes }: ListEvent & { kind: 'progress' }): string {
  if (state === 'connecting') return 'connecting';
  if (state === 'comparing') return 'the new version is being compared with the one in force';
  return `${megabytes(receivedBytes)}${totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`} received`;
}

function updatedText({ names, format, faultyLines, firstFaults }: ListEvent & { kind: 'list-updated' }): string {
  const updated = `${countText(names, 'rule')} (${format} format)`;
  const first = firstFaults[0];
  if (first === undefined) return updated;
  return `${updated}, ${countText(faultyLines, 'line')} left out, the first: line ${first.lineNumber}, ${first.reason}: "${first.text}"`;
}

function heldText({ list, heldSince, reason }: ListEvent & { kind: 'list-held-back' }): string {
  const version = `the version of ${timeText(heldSince)} is held back, the one before stays in force`;
  return `${version}: it ${reason}. "sotto lists ${list}" says more, "sotto lists accept ${list}" puts it in force`;
}

function consequence(copyFetchedAt: number | undefined): string {
  if (copyFetchedAt === undefined) return 'there is no copy of it yet, so it is not in force';
  const since = copyFetchedAt === 0 ? '' : ` of ${timeText(copyFetchedAt)}`;
  return `the last good copy${since} stays in force`;
}
