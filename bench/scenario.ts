// What a scenario is: it runs servers and loads, and gives back numbers with the targets they are held against.

import type { Role, ServerKind } from './servers/server.ts';

export interface Scenario {
  /** As on the command line, and its folder below results/. */
  readonly name: string;
  /** One line. */
  readonly title: string;
  /** About how long it takes with five runs. */
  readonly minutes: number;
  run(setting: BenchSetting): Promise<ScenarioResult>;
}

export interface BenchSetting {
  /** Who is measured, as far as the scenario has a place for it. */
  readonly kinds: readonly ServerKind[];
  /** Rounds; in each, every server is measured once. */
  readonly runs: number;
  /** Length of one measurement under load. */
  readonly seconds: number;
  /** Only what two versions of the gateway are judged by. */
  readonly isQuick: boolean;
  /** Progress. */
  say(line: string): void;
}

export interface ScenarioResult {
  readonly tables: readonly ResultTable[];
  readonly targets: readonly TargetResult[];
  /** What a reader has to know: names used, runs that are void and why, peers left out. */
  readonly notes: readonly string[];
  readonly servers: readonly ServerDescription[];
}

export interface ServerDescription {
  readonly name: string;
  readonly version: string;
  readonly configuration: string;
}

export interface ResultTable {
  readonly title: string;
  /** The first is the main one: charts show it. */
  readonly measures: readonly Measure[];
  readonly rows: readonly ResultRow[];
  /** With it, a row is a point `at` on a line for each subject; without it, a bar. */
  readonly axis?: { readonly name: string; readonly isLogarithmic: boolean };
}

export interface Measure {
  readonly name: string;
  readonly unit: string;
  /** Digits behind the point. */
  readonly digits: number;
}

export interface ResultRow {
  readonly subject: string;
  /** "shown": stands there, and is compared with nothing. */
  readonly role: Role | 'shown';
  readonly at?: number;
  /** By name of the measure, a number for each run in order; null for one that is void. */
  readonly samples: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface TargetResult {
  readonly what: string;
  readonly limit: number;
  readonly bound: 'at most' | 'at least';
  /** Empty for a ratio. */
  readonly unit: string;
  /** One for each run; their median is held against the limit. */
  readonly values: readonly number[];
  /** Hoped for, not demanded. */
  readonly isAim?: boolean;
}

/** Undefined if there is nothing to judge. */
export function isReached({ bound, limit }: TargetResult, value: number): boolean | undefined {
  if (Number.isNaN(value)) return undefined;
  return bound === 'at most' ? value <= limit : value >= limit;
}
