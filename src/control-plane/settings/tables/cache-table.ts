// [cache]: how much memory answers may take.

import * as z from 'zod';
import { anything } from '../fields.ts';
import { readSize } from '../quantities.ts';
import type { Settings } from '../settings.ts';
import { readTable, type TableContext } from '../table-reader.ts';

export const CACHE_SHAPE = z.strictObject({ max_bytes: anything() });

const DEFAULT_BYTES = 200e6;
const SMALLEST_BYTES = 1e6;
const LARGEST_BYTES = 64e9;

export function readCache(raw: unknown, context: TableContext): Settings['cache'] {
  const path = ['cache', 'max_bytes'];
  const { max_bytes: written = DEFAULT_BYTES } = readTable(CACHE_SHAPE, raw, ['cache'], context);
  return { maxBytes: context.faults.accept(path, readSize(written, SMALLEST_BYTES, LARGEST_BYTES)) ?? DEFAULT_BYTES };
}
