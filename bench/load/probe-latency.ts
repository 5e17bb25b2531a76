// Runs the latency probe on the clients' core.

import { join } from 'node:path';
import { VoidRun } from '../measure/void-run.ts';
import { CLIENT_CORE } from '../servers/server.ts';
import { runProgram } from './run-program.ts';

export interface ProbeOptions {
  readonly protocol: 'udp' | 'doh';
  readonly port: number;
  readonly caPath: string;
  readonly queriesPerSecond: number;
  readonly seconds: number;
  /** Of names below example.org; another one for each run asks for what nobody has asked for. */
  readonly namePrefix: string;
}

const PROGRAM = join(import.meta.dirname, 'latency-probe.ts');

/** Microseconds of each answer. Throws VoidRun if one is missing. */
export async function probeLatency(options: ProbeOptions): Promise<number[]> {
  const { protocol, port, caPath, queriesPerSecond, seconds, namePrefix } = options;
  const words = [protocol, port, caPath, queriesPerSecond, seconds, namePrefix].map(String);
  const output = await runProgram('taskset', ['-c', CLIENT_CORE, process.execPath, PROGRAM, ...words]);
  const { asked, microseconds } = JSON.parse(output) as { asked: number; microseconds: number[] };
  if (microseconds.length < asked) throw new VoidRun(`${asked - microseconds.length} of ${asked} without an answer`);
  return microseconds;
}
