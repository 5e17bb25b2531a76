// The machine a result is from.

import { cpus, release, totalmem, type } from 'node:os';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  /** All of it in a line. */
  readonly text: string;
}

export function describeMachine(): Machine {
  const all = cpus();
  const processor = all[0]?.model.trim() ?? 'unknown';
  const system = `${type()} ${release()} ${process.arch}`;
  const memoryBytes = totalmem();
  const text = `${processor}, ${all.length} cores, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${system}`;
  return { processor, cores: all.length, memoryBytes, system, text };
}
