// CPU time of a process: all of its threads, the children it has now, and the children it had.

import { readdirSync, readFileSync } from 'node:fs';
import { descendantsOf } from './process-tree.ts';
import { readStat } from './stat-line.ts';

/** What sysconf(_SC_CLK_TCK) is on every Linux that Node runs on. */
const NANOSECONDS_PER_TICK = 10_000_000;

/** utime + stime in nanoseconds. Throws if the process is gone. */
export function cpuNanoseconds(pid: number): number {
  let sum = 0;
  for (const member of [pid, ...descendantsOf(pid)]) {
    const stat = readStat(member);
    if (stat === undefined) {
      if (member === pid) throw new Error(`process ${pid} is gone`);
      continue;
    }
    sum += threadNanoseconds(member) ?? (stat.userTicks + stat.systemTicks) * NANOSECONDS_PER_TICK;
    sum += stat.endedChildrenTicks * NANOSECONDS_PER_TICK;
  }
  return sum;
}

/** The scheduler's own account, exact where clock ticks are not; undefined where the kernel does not keep it. */
function threadNanoseconds(pid: number): number | undefined {
  let sum = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`))
      sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
  } catch {
    return undefined;
  }
  return sum > 0 ? sum : undefined;
}
