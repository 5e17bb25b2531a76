// Held against the best peer, run by run.

import type { ResultRow, ResultTable, TargetResult } from '../scenario.ts';
import type { Role } from '../servers/server.ts';
import { median, ratios } from './statistics.ts';

export interface Comparison {
  readonly table: ResultTable;
  readonly against: Extract<Role, 'peer' | 'floor'>;
  readonly atMost: number;
  readonly isAim?: boolean;
}

/** The gateway's main measure as a share of the best peer's (or of the floor's), where less is better. Undefined without one. */
export function againstBest({ table, against, atMost, isAim = false }: Comparison): TargetResult | undefined {
  const measure = table.measures[0]!.name;
  const gateway = table.rows.find(({ role }) => role === 'gateway');
  const best = bestOf(
    table.rows.filter(({ role }) => role === against),
    measure,
  );
  if (gateway === undefined || best === undefined) return undefined;
  return {
    what: `${table.title}: ${measure} against ${best.subject}`,
    limit: atMost,
    bound: 'at most',
    unit: '',
    values: ratios(gateway.samples[measure]!, best.samples[measure]!),
    isAim,
  };
}

/** The row with the smallest median; rows without a run that counts are left out. */
export function bestOf(rows: readonly ResultRow[], measure: string): ResultRow | undefined {
  const value = (row: ResultRow): number => medianOf(row, measure);
  const counted = rows.filter((row) => !Number.isNaN(value(row)));
  return counted.toSorted((one, other) => value(one) - value(other))[0];
}

/** NaN where no run counts. */
export function medianOf(row: ResultRow, measure: string): number {
  return median((row.samples[measure] ?? []).filter((value) => value !== null));
}
