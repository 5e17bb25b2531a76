// Interleaved runs: gateway, peer, peer, gateway, peer, peer …, so that what the machine does meanwhile happens to all of them.

import type { BenchSetting, Measure, ResultRow } from '../scenario.ts';
import { readProcessorTicks, stolenShare } from './stolen-time.ts';
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

/** A run in which the host of a virtual machine kept more than this for others is measured again, so often at most. */
const STOLEN_SHARE_MAX = 0.25;
const REPEATED_MAX = 3;

/** After so long, others get their turn on a machine that is shared. */
const TURN_MILLISECONDS = 25_000;

/** Of time that passes. CPU time does not count what the host took away, and memory does not depend on it. */
export type Disturbances = 'measured again' | 'no matter';

/** Throws VoidRun also where the machine finds no rest. */
async function measureUndisturbed(subject: Subject, setting: BenchSetting): Promise<Readonly<Record<string, number>>> {
  for (let repeated = 0; ; repeated++) {
    const before = readProcessorTicks();
    const values = await subject.measure();
    const share = stolenShare(before, readProcessorTicks());
    if (share <= STOLEN_SHARE_MAX) return values;
    const text = `the host took ${(share * 100).toFixed(0)} % of the processors`;
    if (repeated === REPEATED_MAX) throw new VoidRun(`${text}, ${REPEATED_MAX + 1} times in a row`);
    setting.say(`  ${subject.name}: once more, ${text}`);
  }
}

/** Each round begins with another subject, so that none always runs in the wake of the same one. */
export async function measureRounds(
  what: string,
  subjects: readonly Subject[],
  measures: readonly Measure[],
  setting: BenchSetting,
  disturbances: Disturbances = 'measured again',
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
        values = await (disturbances === 'no matter' ? subject.measure() : measureUndisturbed(subject, setting));
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
