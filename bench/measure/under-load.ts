// CPU time per answer while a load runs, with throughput beside it.

import type { Measure } from '../scenario.ts';
import { cpuNanoseconds } from './cpu-time.ts';
import { readProcessorTicks, stolenShare } from './stolen-time.ts';

export const CPU_PER_ANSWER: Measure = { name: 'CPU per answer', unit: 'us', digits: 2 };
export const THROUGHPUT: Measure = { name: 'answers per second', unit: '', digits: 0 };
/** How much of one core the server used: near 100, it was saturated. */
export const CORE_USED: Measure = { name: 'core used', unit: '%', digits: 0 };
/** How much of all processors the host of a virtual machine kept for others meanwhile. */
export const STOLEN: Measure = { name: 'stolen', unit: '%', digits: 0 };
export const LOAD_MEASURES: readonly Measure[] = [CPU_PER_ANSWER, THROUGHPUT, CORE_USED, STOLEN];

export interface LoadOutcome {
  readonly answered: number;
  readonly answersPerSecond: number;
}

/** `pid`: the process that owns the port. */
export async function measureUnderLoad(
  pid: number,
  load: () => Promise<LoadOutcome>,
): Promise<Readonly<Record<string, number>>> {
  const ticksBefore = readProcessorTicks();
  const before = cpuNanoseconds(pid);
  const { answered, answersPerSecond } = await load();
  const nanoseconds = cpuNanoseconds(pid) - before;
  const microsecondsPerAnswer = nanoseconds / 1000 / answered;
  return {
    [CPU_PER_ANSWER.name]: microsecondsPerAnswer,
    [THROUGHPUT.name]: answersPerSecond,
    [CORE_USED.name]: microsecondsPerAnswer * answersPerSecond * 1e-4,
    [STOLEN.name]: 100 * stolenShare(ticksBefore, readProcessorTicks()),
  };
}
