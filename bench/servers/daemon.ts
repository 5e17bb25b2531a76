// Runs a server in the foreground on given cores, in a temporary directory, until it answers as it should.

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { endProcess, hasEnded } from '../../test/fixtures/end-process.ts';
import { endWithUs } from '../../test/fixtures/end-with-us.ts';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { findCommand } from '../../test/setup/missing-components.ts';
import { askForRcode } from '../load/ask.ts';
import { SERVER_ADDRESS } from './server.ts';

const START_MILLISECONDS = 240_000;
const STOP_MILLISECONDS = 10_000;
const KEPT_LOG_CHARACTERS = 20_000;

export interface DaemonOptions {
  /** Name in PATH, or a path. */
  readonly command: string;
  readonly parameters: (directory: string) => readonly string[];
  /** Files to write first. */
  readonly files: (directory: string) => Readonly<Record<string, string>>;
  /** As taskset takes them. */
  readonly cores: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Asked over UDP until all answer with their codes; without any the server counts as started at once. */
  readonly ready: { readonly port: number; readonly answers: readonly ReadyAnswer[] };
}

export interface ReadyAnswer {
  readonly name: string;
  readonly rcode: number;
}

export interface Daemon {
  readonly pid: number;
  readonly directory: string;
  readonly startMilliseconds: number;
  log(): string;
  stop(): Promise<void>;
}

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const path = options.command.includes('/') ? options.command : findCommand(options.command);
  if (path === undefined) throw new Error(`not installed: ${options.command}`);
  const { path: directory, remove } = temporaryDirectory('bench');
  for (const [file, text] of Object.entries(options.files(directory))) writeFileSync(join(directory, file), text);
  // Both run the next word in their own place: the process number is the server's.
  const words = [...endWithUs(), 'taskset', '-c', options.cores, path, ...options.parameters(directory)];
  const begun = performance.now();
  const child = spawn(words[0]!, words.slice(1), {
    cwd: directory,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => {
      log = (log + chunk).slice(-KEPT_LOG_CHARACTERS);
    });
  const stop = async (): Promise<void> => {
    await endProcess(child, STOP_MILLISECONDS);
    remove();
  };
  try {
    await ready(options, child, () => log);
  } catch (error) {
    await stop();
    throw error;
  }
  return { pid: child.pid!, directory, startMilliseconds: performance.now() - begun, log: () => log, stop };
}

async function ready({ command, ready }: DaemonOptions, child: ChildProcess, log: () => string): Promise<void> {
  const giveUpAt = performance.now() + START_MILLISECONDS;
  for (const { name, rcode } of ready.answers) {
    while ((await askForRcode(SERVER_ADDRESS, ready.port, name)) !== rcode) {
      if (hasEnded(child)) throw new Error(`${command} ended at once:\n${log()}`);
      if (performance.now() > giveUpAt) throw new Error(`${command} does not answer as it should:\n${log()}`);
      await wait(10);
    }
  }
}
