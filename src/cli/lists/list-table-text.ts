// All lists as a table for people, with what is wrong below each.

import type { ListsStatus } from '../../control-plane/api/list-routes.ts';
import type { ListStatus } from '../../control-plane/lists/list-status.ts';
import { visible } from '../visible-text.ts';
import { countText, durationText, megabytes, timeText } from '../../control-plane/lists/quantity-text.ts';

const HEADINGS = ['NAME', 'ACTION', 'STATE', 'FORMAT', 'RULES', 'SIZE', 'LAST CHANGE', 'NEXT LOOK'] as const;
const RIGHT_ALIGNED: ReadonlySet<number> = new Set([4, 5]);

/** `now`: milliseconds since 1970. Times are shown in UTC. */
export function listTable({ table, lists }: ListsStatus, now: number): string {
  const rows = lists.map((list) => [
    list.name,
    list.action,
    stateText(list),
    list.copy?.format ?? '',
    list.copy?.names.toLocaleString('en-US') ?? '',
    list.copy === undefined ? '' : megabytes(list.copy.bytes),
    list.copy === undefined ? '' : timeText(list.copy.changedAt),
    nextText(list, now),
  ]);
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((text, column) => {
        const shown = visible(text);
        return RIGHT_ALIGNED.has(column) ? shown.padStart(widths[column]!) : shown.padEnd(widths[column]!);
      })
      .join('  ')
      .trimEnd();
  const inForce = `${countText(table.names, 'name')} in force, ${megabytes(table.bytes)}${table.isCompiling ? '; a new table is being compiled' : ''}`;
  const failure = table.failure === undefined ? [] : [`the table could not be made anew: ${visible(table.failure)}`];
  const body =
    lists.length === 0
      ? ['no lists']
      : [line(HEADINGS), ...rows.flatMap((row, index) => [line(row), ...noteLines(lists[index]!)])];
  return [...body, '', inForce, ...failure].join('\n');
}

/** One word or two. */
export function stateText({ isNewestInForce, held, failure, refreshing, copy }: ListStatus): string {
  if (held !== undefined) return 'held back';
  if (failure !== undefined) return copy === undefined ? 'missing' : 'old copy';
  if (refreshing) return copy === undefined ? 'first download' : 'refreshing';
  if (isNewestInForce) return 'in force';
  return copy === undefined ? 'missing' : 'compiling';
}

function nextText({ refreshing, nextTryAt }: ListStatus, now: number): string {
  if (refreshing) return 'now';
  if (nextTryAt === undefined) return 'waits';
  return nextTryAt <= now ? 'now' : `in ${durationText(nextTryAt - now)}`;
}

function noteLines({ name, held, failure }: ListStatus): string[] {
  return [
    ...(held === undefined
      ? []
      : [
          `  the version of ${timeText(held.since)} is held back: it ${visible(held.reason)}; sotto lists accept ${visible(name)}`,
        ]),
    ...(failure === undefined ? [] : [`  last try: ${visible(failure)}`]),
  ];
}
