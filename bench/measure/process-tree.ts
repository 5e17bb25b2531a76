// A process and all that came from it.

import { readdirSync } from 'node:fs';
import { readStat } from './stat-line.ts';

/** Without the process itself. */
export function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = readStat(Number(entry))?.parent;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found: number[] = [];
  for (let waiting = children.get(pid) ?? []; waiting.length > 0; ) {
    found.push(...waiting);
    waiting = waiting.flatMap((child) => children.get(child) ?? []);
  }
  return found;
}
