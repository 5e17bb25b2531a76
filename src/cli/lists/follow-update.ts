// Shows what becomes of lists that are being looked at anew, as it happens, until it is in force.

import { setTimeout as wait } from 'node:timers/promises';
import type { ListsStatus } from '../../control-plane/api/list-routes.ts';
import type { AwaitedTry } from '../../control-plane/lists/keep-lists.ts';
import type { ListStatus } from '../../control-plane/lists/list-status.ts';
import { OperatorError } from '../../errors.ts';
import { visible } from '../visible-text.ts';
import { countText, megabytes } from '../../control-plane/lists/quantity-text.ts';

const POLL_MILLISECONDS = 200;
const PROGRESS_MILLISECONDS = 1_000;
/** A download takes a minute at most, and four come at once. */
const LONGEST_MILLISECONDS = 30 * 60_000;

/** Whether all came to a good end; a version that is held back is none. */
export async function followUpdate(
  tries: readonly AwaitedTry[],
  status: () => Promise<ListsStatus>,
  say: (line: string) => void,
): Promise<boolean> {
  const waiting = new Map(tries.map(({ list, number }) => [list, number]));
  const giveUpAt = performance.now() + LONGEST_MILLISECONDS;
  let progressAt = performance.now() + PROGRESS_MILLISECONDS;
  let isGood = true;
  for (;;) {
    const { lists, table } = await status();
    const isTimeForProgress = performance.now() >= progressAt;
    if (isTimeForProgress) progressAt += PROGRESS_MILLISECONDS;
    for (const list of lists) {
      const number = waiting.get(list.name);
      if (number === undefined) continue;
      if (list.lastTry !== undefined && list.lastTry.number >= number) {
        waiting.delete(list.name);
        say(`${visible(list.name)}: ${outcomeText(list)}`);
        if (list.lastTry.outcome === 'failed' || list.lastTry.outcome === 'held-back') isGood = false;
      } else if (isTimeForProgress) say(`${visible(list.name)}: ${progressText(list)}`);
    }
    if (waiting.size === 0 && !table.isCompiling) {
      if (table.failure === undefined) say(`in force: ${countText(table.names, 'name')}`);
      else say(`the table that was in force stays: ${visible(table.failure)}`);
      return isGood && table.failure === undefined;
    }
    if (waiting.size === 0 && isTimeForProgress) say(compilingText(table));
    if (performance.now() > giveUpAt) throw new OperatorError('GATEWAY_SILENT', 'this takes too long; see sotto lists');
    await wait(POLL_MILLISECONDS);
  }
}

function outcomeText({ lastTry, copy, failure, held }: ListStatus): string {
  switch (lastTry?.outcome) {
    case 'changed':
      return `a new version, ${countText(copy?.names ?? 0, 'rule')}`;
    case 'held-back':
      return `a new version, which is held back: it ${visible(held?.reason ?? 'changes too much')}`;
    case 'failed':
      return visible(failure ?? 'failed');
    default:
      return held === undefined ? 'unchanged' : 'unchanged; the version that is held back is still the newest';
  }
}

function compilingText({ read }: ListsStatus['table']): string {
  if (read === undefined) return 'compiling';
  return `compiling: ${read.rules.toLocaleString('en-US')} of ${countText(read.ofRules, 'rule')} read`;
}

function progressText({ refreshing, comparing, source, receivedBytes = 0, totalBytes }: ListStatus): string {
  if (!refreshing) return 'waits for its turn';
  if (comparing) return 'the new version is being compared with the one in force';
  if (receivedBytes === 0) return source.startsWith('/') ? 'is being read' : 'connecting';
  return `${megabytes(receivedBytes)}${totalBytes === undefined ? '' : ` of ${megabytes(totalBytes)}`} received`;
}
