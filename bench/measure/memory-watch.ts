// Memory of a process tree over time, cheap for those who are watched: /proc/PID/statm counts what the kernel knows anyway,
// while smaps walks their pages and holds them up meanwhile.

import { existsSync, readFileSync } from 'node:fs';

export interface MemorySample {
  /** As performance.now() tells it. */
  readonly at: number;
  readonly bytes: number;
}

export interface MemoryWatch {
  readonly samples: readonly MemorySample[];
  stop(): void;
}

const PERIOD_MILLISECONDS = 25;
/** Of every system that Node.js runs on and that has /proc/PID/statm in this form. */
const PAGE_BYTES = 4096;

/** `onTick` runs at every sample. */
export function watchMemory(pid: number, onTick: () => void): MemoryWatch {
  if (!existsSync(childrenPath(pid))) throw new Error('this kernel does not tell the children of a process');
  const samples: MemorySample[] = [];
  const timer = setInterval(() => {
    samples.push({ at: performance.now(), bytes: treeBytes(pid) });
    onTick();
  }, PERIOD_MILLISECONDS);
  return { samples, stop: () => clearInterval(timer) };
}

/** What each has for itself, and what they share (programs, shared memory) once. */
export function treeBytes(pid: number): number {
  let own = 0;
  let shared = 0;
  for (const member of treeOf(pid)) {
    const pages = readIfThere(`/proc/${member}/statm`).split(' ').map(Number);
    const [, resident = 0, residentShared = 0] = pages;
    own += resident - residentShared;
    shared = Math.max(shared, residentShared);
  }
  return (own + shared) * PAGE_BYTES;
}

/** Those whose parent is the first thread: where a program starts processes from. */
function treeOf(pid: number): number[] {
  const children = readIfThere(childrenPath(pid)).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(treeOf)];
}

function childrenPath(pid: number): string {
  return `/proc/${pid}/task/${pid}/children`;
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
}
