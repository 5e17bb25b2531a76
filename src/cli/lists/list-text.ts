// One list with all that is known of it.

import type { CopyStatus, HeldStatus, ListStatus } from '../../control-plane/lists/list-status.ts';
import { visible } from '../visible-text.ts';
import { stateText } from './list-table-text.ts';
import { countText, durationText, megabytes, timeText } from '../../control-plane/lists/quantity-text.ts';
import { leftOutTexts, repeatedTexts, takenTexts } from './report-text.ts';

/** Several lines. `now`: milliseconds since 1970. */
export function listText(list: ListStatus, now: number): string {
  const { copy, held, failure, lastTry, nextTryAt, report } = list;
  const rows: [string, readonly string[]][] = [
    ['list', [`${list.name} (${list.action}${list.subdomains ? ', with subdomains' : ''})`]],
    ['source', [list.source]],
    ['state', [stateText(list)]],
    ['format', copy === undefined ? [] : [copy.format]],
    ['rules', copy === undefined ? [] : [`${countText(copy.names, 'rule')}, ${megabytes(copy.bytes)}`]],
    ['taken', report === undefined ? [] : takenTexts(report)],
    ['repeated', report === undefined ? [] : repeatedTexts(report)],
    ['left out', report === undefined ? faultyLinesTexts(copy) : leftOutTexts(report)],
    ['last change', copy === undefined ? [] : [timeText(copy.changedAt)]],
    ['confirmed', copy === undefined || copy.fetchedAt === 0 ? [] : [timeText(copy.fetchedAt)]],
    ['last try', lastTry === undefined ? [] : [`${timeText(lastTry.endedAt)}: ${failure ?? lastTry.outcome}`]],
    ['next look', [nextTryAt === undefined ? 'now' : `in ${durationText(nextTryAt - now)}`]],
    ['held back', held === undefined ? [] : heldTexts(held, list)],
    ['copy', [list.copyPath]],
  ];
  return rows
    .flatMap(([word, texts]) => texts.map((text, index) => `${(index === 0 ? word : '').padEnd(11)}  ${visible(text)}`))
    .join('\n');
}

/** Until it is in force, no more is known. */
function faultyLinesTexts(copy: CopyStatus | undefined): string[] {
  return copy === undefined || copy.faultyLines === 0 ? [] : [countText(copy.faultyLines, 'line')];
}

function heldTexts({ since, reason, change, examples }: HeldStatus, { name, action }: ListStatus): string[] {
  const { rulesBefore, rulesAfter, added, removed, answered, newlyBlocked } = change;
  const verdict = action === 'block' ? 'would be blocked' : 'would no longer be allowed';
  return [
    `the version of ${timeText(since)}: it ${reason}`,
    `${countText(rulesAfter, 'different rule')} instead of ${rulesBefore.toLocaleString('en-US')}: ${added.toLocaleString('en-US')} added, ${removed.toLocaleString('en-US')} removed`,
    // None where it could not be compared, or where nobody asked.
    ...(answered === 0
      ? []
      : [
          `of ${countText(answered, 'name')} answered in the hour before, ${newlyBlocked.toLocaleString('en-US')} ${verdict}`,
        ]),
    ...(examples.length === 0 ? [] : [`such as ${examples.join(', ')}`]),
    `to put it in force: sotto lists accept ${name}`,
  ];
}
