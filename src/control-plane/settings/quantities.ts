// Sizes and durations as people write them: "200MB", "64KiB", "24h", "1h30m".

import { describeValue, quote, type Reading } from './settings-fault.ts';

const OCTETS_PER_UNIT: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};
const SIZE_FORM = 'write a size such as "200MB" (1000 × 1000) or "64MiB" (1024 × 1024), or a plain number of octets';

/** Octets; a plain integer counts octets. */
export function readSize(value: unknown, minimumBytes: number, maximumBytes: number): Reading<number> {
  let bytes: number | undefined;
  if (typeof value === 'number' && Number.isInteger(value)) bytes = value;
  if (typeof value === 'string') {
    const match = /^(\d{1,15}(?:\.\d{1,9})?) ?([a-z]{1,3})$/i.exec(value);
    const factor = OCTETS_PER_UNIT[match?.[2]?.toLowerCase() ?? ''];
    if (match !== null && factor !== undefined) bytes = Math.round(Number(match[1]) * factor);
  }
  if (bytes === undefined) return { wrong: `${describeValue(value)} is not a size; ${SIZE_FORM}` };
  if (bytes < minimumBytes || bytes > maximumBytes) {
    const range = `${formatSize(minimumBytes)} to ${formatSize(maximumBytes)}`;
    return { wrong: `${describeValue(value)} is out of range; allowed: ${range}` };
  }
  return { value: bytes };
}

function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ['TB', 1e12],
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const)
    if (bytes >= factor && bytes % factor === 0) return `${bytes / factor}${unit}`;
  return `${bytes}B`;
}

const MILLISECONDS_PER_UNIT: readonly (readonly [unit: string, milliseconds: number])[] = [
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];
const DURATION_PATTERN =
  /^(?:(\d{1,9})w)?(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;
const DURATION_FORM = 'write a duration such as "90s", "24h" or "1h30m" (units, in this order: w d h m s ms)';

/** Whole seconds. A number without a unit is refused: whether it meant seconds or minutes cannot be known. */
export function readDurationSeconds(value: unknown, minimumSeconds: number, maximumSeconds: number): Reading<number> {
  const text = typeof value === 'string' ? value.trim() : '';
  const match = DURATION_PATTERN.exec(text);
  if (text === '' || match === null) {
    const bare = typeof value === 'number' ? value : /^\d+$/.test(text) ? text : undefined;
    if (bare !== undefined)
      return { wrong: `${bare} has no unit; write "${bare}s" if seconds are meant, else ms, m, h, d or w` };
    return { wrong: `${describeValue(value)} is not a duration; ${DURATION_FORM}` };
  }
  let milliseconds = 0;
  for (const [index, [, factor]] of MILLISECONDS_PER_UNIT.entries())
    milliseconds += Number(match[index + 1] ?? 0) * factor;
  if (milliseconds % 1000 !== 0) return { wrong: `${quote(text)} is not a whole number of seconds` };
  const seconds = milliseconds / 1000;
  if (seconds < minimumSeconds || seconds > maximumSeconds) {
    const range = `${formatDuration(minimumSeconds)} to ${formatDuration(maximumSeconds)}`;
    return { wrong: `${quote(text)} is out of range; allowed: ${range}` };
  }
  return { value: seconds };
}

function formatDuration(seconds: number): string {
  for (const [unit, milliseconds] of MILLISECONDS_PER_UNIT.slice(1))
    if (seconds > 0 && (seconds * 1000) % milliseconds === 0) return `${(seconds * 1000) / milliseconds}${unit}`;
  return `${seconds}s`;
}
