// Numbers of several runs -> one number and how far they lie apart.

/** The middle one; between the two middle ones where their count is even. NaN for none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear between neighbors; `share` from 0 to 1. NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((one, other) => one - other);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (place - below);
}

export interface Spread {
  readonly median: number;
  readonly smallest: number;
  readonly largest: number;
  readonly count: number;
}

export function spreadOf(values: readonly number[]): Spread {
  return {
    median: median(values),
    smallest: Math.min(...values),
    largest: Math.max(...values),
    count: values.length,
  };
}

/** Ratios within a round: what was measured side by side is divided, not medians of different minutes. Incomplete rounds are left out. */
export function ratios(
  values: readonly (number | null | undefined)[],
  others: readonly (number | null | undefined)[],
): number[] {
  return values.flatMap((value, round) => {
    const other = others[round];
    return value == null || other == null ? [] : [value / other];
  });
}
