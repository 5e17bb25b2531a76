// How much of its processors a virtual machine did not get, because its host ran something else (steal, proc(5)). What is measured
// meanwhile says more about the host's other guests than about servers.

import { readFileSync } from 'node:fs';

/** Ticks since the machine started, all processors together. */
export interface ProcessorTicks {
  readonly all: number;
  readonly stolen: number;
}

export function readProcessorTicks(): ProcessorTicks {
  return parseProcessorTicks(readFileSync('/proc/stat', 'latin1'));
}

/** The first line: user, nice, system, idle, iowait, irq, softirq, steal; guests' time, which follows, is in user already. */
export function parseProcessorTicks(text: string): ProcessorTicks {
  const fields = text.slice(0, text.indexOf('\n')).trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: fields.reduce((sum, ticks) => sum + ticks, 0), stolen: fields[7] ?? 0 };
}

/** From 0 to 1. */
export function stolenShare(before: ProcessorTicks, after: ProcessorTicks): number {
  const all = after.all - before.all;
  return all > 0 ? (after.stolen - before.stolen) / all : 0;
}
