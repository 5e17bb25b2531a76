// Interleaved runs: gateway, peer, peer, gateway, peer, peer …, so that what the machine does meanwhile happens to all of them.

import type { BenchSetting, Measure, ResultRow } from '../scenario.ts';
import { inTurn } from './turn.ts';
import { VoidRun } from './void-run.ts';

export interface Subject {
  readonly name: string;
  readonly role: ResultRow['role'];
  /** One run: a number for each measure. Throws VoidRun where the run does not count. */
  measure(): Promise<Readonly<Record<string, number>>>;
}

export interface RoundsResult {
  readonly rows: readonly ResultRow[];
  /** Why runs are void. */
  readonly notes: readonly string[];
}

/** After so long, others get their turn on a machine that is shared. */
const TURN_MILLISECONDS = 25_000;

/** Each round begins with another subject, so that none always runs in the wake of the same one. */
export async function measureRounds(
  what: string,
  subjects: readonly Subject[],
  measures: readonly Measure[],
  setting: BenchSetting,
): Promise<RoundsResult> {
  const samples = subjects.map(() => Object.fromEntries(measures.map(({ name }) => [name, [] as (number | null)[]])));
  const notes: string[] = [];
  const measureRound = async (round: number): Promise<void> => {
    setting.say(`${what}: run ${round + 1} of ${setting.runs}`);
    for (let turn = 0; turn < subjects.length; turn++) {
      const index = (turn + round) % subjects.length;
      const subject = subjects[index]!;
      let values: Readonly<Record<string, number>> | undefined;
      try {
        values = await subject.measure();
      } catch (error) {
        if (!(error instanceof VoidRun)) throw error;
        notes.push(`${what}: run ${round + 1} of ${subject.name} is void: ${error.message}`);
      }
      for (const { name } of measures) samples[index]![name]!.push(values?.[name] ?? null);
      const main = values?.[measures[0]!.name];
      const text = main === undefined ? 'void' : `${main.toFixed(measures[0]!.digits)} ${measures[0]!.unit}`;
      setting.say(`  ${subject.name}: ${text}`);
    }
  };
  for (let round = 0; round < setting.runs; )
    await inTurn('quiet', async () => {
      const begun = performance.now();
      do await measureRound(round++);
      while (round < setting.runs && performance.now() - begun < TURN_MILLISECONDS);
    });
  const rows = subjects.map(({ name, role }, index) => ({ subject: name, role, samples: samples[index]! }));
  return { rows, notes };
}
