// Loads that the same running servers are put under, one after the other: a table for each.

import { measureRounds } from '../measure/rounds.ts';
import { LOAD_MEASURES, type LoadOutcome, measureUnderLoad } from '../measure/under-load.ts';
import type { BenchSetting, ResultRow, ResultTable, ScenarioResult, TargetResult } from '../scenario.ts';
import type { Fleet } from '../servers/fleet.ts';
import type { RunningServer, ServerKind } from '../servers/server.ts';

export interface Variant {
  /** Of its table. */
  readonly title: string;
  load(server: RunningServer, seconds: number): Promise<LoadOutcome>;
  /** Before each run, unmeasured; what it gives takes the server's place. */
  prepare?(server: RunningServer): Promise<RunningServer>;
  /** Where it is another than the server's own. */
  roleOf?(kind: ServerKind): ResultRow['role'];
  /** Undefined ones are left out. */
  targets(table: ResultTable): readonly (TargetResult | undefined)[];
}

export async function measureVariants(
  fleet: Fleet,
  variants: readonly Variant[],
  verify: (server: RunningServer) => Promise<void>,
  setting: BenchSetting,
): Promise<ScenarioResult> {
  const tables: ResultTable[] = [];
  const targets: (TargetResult | undefined)[] = [];
  const notes = [...fleet.notes];
  for (const variant of variants) {
    const subjects = fleet.servers.map(({ kind }, index) => ({
      name: kind.name,
      role: variant.roleOf?.(kind) ?? kind.role,
      measure: async () => {
        if (variant.prepare !== undefined) fleet.servers[index] = await variant.prepare(fleet.servers[index]!);
        const server = fleet.servers[index]!;
        await verify(server);
        return measureUnderLoad(server.pid, () => variant.load(server, setting.seconds));
      },
    }));
    const rounds = await measureRounds(variant.title, subjects, LOAD_MEASURES, setting, 'no matter');
    const table = { title: variant.title, measures: LOAD_MEASURES, rows: rounds.rows };
    tables.push(table);
    targets.push(...variant.targets(table));
    notes.push(...rounds.notes);
  }
  return { tables, targets: targets.filter((target) => target !== undefined), notes, servers: fleet.descriptions };
}
