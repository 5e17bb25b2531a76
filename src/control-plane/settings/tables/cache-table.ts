// [cache]: how much memory answers may take, and for how long they are kept.

import * as z from 'zod';
import { DEFAULT_CACHE_SETTINGS } from '../../../policy/cache-settings.ts';
import { nameFromInternational } from '../../../wire/international-name.ts';
import { foldName } from '../../../wire/name.ts';
import { anything, flag, list } from '../fields.ts';
import { readDurationSeconds, readSize } from '../quantities.ts';
import type { Settings } from '../settings.ts';
import { quote } from '../settings-fault.ts';
import { readTable, readTexts, type TableContext } from '../table-reader.ts';

const NAMES_FORM = 'names such as "example.org"';

export const CACHE_SHAPE = z.strictObject({
  max_bytes: anything(),
  min_ttl: anything(),
  max_ttl: anything(),
  negative_max_ttl: anything(),
  stale: anything(),
  prefetch: flag(),
  exclude: list(`a list of ${NAMES_FORM}`),
  persist: flag(),
});
type CacheTable = z.output<typeof CACHE_SHAPE>;

const DEFAULT_BYTES = 200e6;
const SMALLEST_BYTES = 1e6;
const LARGEST_BYTES = 64e9;

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;
/** What a name may mean by `min_ttl`: beyond an hour, names that moved away are simply gone. */
const LONGEST_MIN_TTL_SECONDS = HOUR_SECONDS;
/** RFC 8767 section 4. */
const LONGEST_MAX_TTL_SECONDS = 7 * DAY_SECONDS;
/** RFC 2308 section 5: more than a day has been found to be problematic. */
const LONGEST_NEGATIVE_TTL_SECONDS = DAY_SECONDS;
const LONGEST_STALE_SECONDS = 7 * DAY_SECONDS;
const EXCLUDED_MAX = 10_000;

export function readCache(raw: unknown, context: TableContext): Settings['cache'] {
  const table = readTable(CACHE_SHAPE, raw, ['cache'], context);
  const { max_bytes: written = DEFAULT_BYTES } = table;
  const maxBytes = context.faults.accept(['cache', 'max_bytes'], readSize(written, SMALLEST_BYTES, LARGEST_BYTES));
  const defaults = DEFAULT_CACHE_SETTINGS;
  const duration = (key: keyof CacheTable, byDefault: number, from: number, to: number): number =>
    table[key] === undefined
      ? byDefault
      : (context.faults.accept(['cache', key], readDurationSeconds(table[key], from, to)) ?? byDefault);
  const minTtlSeconds = duration('min_ttl', defaults.minTtlSeconds, 0, LONGEST_MIN_TTL_SECONDS);
  const maxTtlSeconds = duration('max_ttl', defaults.maxTtlSeconds, 1, LONGEST_MAX_TTL_SECONDS);
  if (minTtlSeconds > maxTtlSeconds) {
    const advice = 'no answer could be kept both as long and as short; give the smaller one to min_ttl';
    context.faults.fault(
      ['cache', 'min_ttl'],
      `is longer than max_ttl (${minTtlSeconds} s and ${maxTtlSeconds} s): ${advice}`,
    );
  }
  return {
    maxBytes: maxBytes ?? DEFAULT_BYTES,
    rules: {
      minTtlSeconds,
      maxTtlSeconds,
      negativeMaxTtlSeconds: duration(
        'negative_max_ttl',
        defaults.negativeMaxTtlSeconds,
        0,
        LONGEST_NEGATIVE_TTL_SECONDS,
      ),
      staleSeconds: duration('stale', defaults.staleSeconds, 0, LONGEST_STALE_SECONDS),
      prefetch: table.prefetch ?? defaults.prefetch,
    },
    exclude: readExcluded(table.exclude, context),
    persist: table.persist ?? false,
  };
}

/** Names as they stand on the wire, in lower case. */
function readExcluded(elements: readonly unknown[] | undefined, context: TableContext): Uint8Array[] {
  const names: Uint8Array[] = [];
  const seen = new Set<string>();
  for (const { text, path } of readTexts(elements ?? [], ['cache', 'exclude'], NAMES_FORM, EXCLUDED_MAX, context)) {
    const name = nameFromInternational(text);
    if (name === undefined || name.length <= 1 || text.includes('*')) {
      const advice = 'without a star, since a name stands for everything below it too';
      context.faults.fault(path, `${quote(text)} is not a name; allowed: ${NAMES_FORM}, ${advice}`);
      continue;
    }
    foldName(name, name.length);
    const key = name.toString();
    if (seen.has(key)) context.faults.fault(path, `${quote(text)} stands here twice`);
    else names.push(name);
    seen.add(key);
  }
  return names;
}
