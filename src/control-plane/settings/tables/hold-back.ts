// `hold_back` of a [[list]]: how much a new version may change before somebody has to look at it.

import * as z from 'zod';
import type { HoldBackLimits } from '../../lists/versions/version-change.ts';
import { wholeNumber } from '../fields.ts';
import { describeValue, type SettingsPath } from '../settings-fault.ts';
import { isTable, readTable, type TableContext } from '../table-reader.ts';

const FORM = 'true, false, or { blocks_more_percent = 5, smaller_percent = 50 }';

export const HOLD_BACK_SHAPE = z.strictObject({
  blocks_more_percent: wholeNumber(1, 100),
  smaller_percent: wholeNumber(1, 100),
});

export const DEFAULT_HOLD_BACK: HoldBackLimits = { blocksMorePercent: 5, smallerPercent: 50 };

/** Without a word about it, what others publish is held back, and a file on this machine is not: its operator changes it himself. */
export function readHoldBack(
  raw: unknown,
  source: 'url' | 'file',
  path: SettingsPath,
  context: TableContext,
): HoldBackLimits | undefined {
  const written = raw ?? source === 'url';
  if (typeof written === 'boolean') return written ? DEFAULT_HOLD_BACK : undefined;
  if (!isTable(written)) {
    context.faults.fault(path, `${describeValue(written)} does not fit; allowed: ${FORM}`);
    return undefined;
  }
  const table = readTable(HOLD_BACK_SHAPE, written, path, context);
  return {
    blocksMorePercent: table.blocks_more_percent ?? DEFAULT_HOLD_BACK.blocksMorePercent,
    smallerPercent: table.smaller_percent ?? DEFAULT_HOLD_BACK.smallerPercent,
  };
}
