// Runs a real server in the foreground for the length of a test, in a temporary directory, and leaves nothing behind.

import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { nameFromText } from '../../src/wire/name-text.ts';
import { buildQuery } from '../../src/wire/query-builder.ts';
import { endProcess, hasEnded } from '../fixtures/end-process.ts';
import { endWithUs } from '../fixtures/end-with-us.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';
import { findCommand } from '../setup/missing-components.ts';

const READY_MILLISECONDS = 20_000;
const STOP_MILLISECONDS = 5_000;

export interface DaemonOptions {
  readonly command: string;
  /** `directory` is the temporary directory. */
  readonly parameters: (directory: string) => readonly string[];
  /** Files to write there first. */
  readonly files: (directory: string) => Readonly<Record<string, string>>;
  /** Asked over UDP until the answer has records. */
  readonly readiness: { readonly address: string; readonly port: number; readonly name: string };
}

export interface Daemon {
  readonly pid: number;
  log(): string;
  /** Ends the process (SIGTERM, then SIGKILL) and deletes its directory. */
  stop(): Promise<void>;
}

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const path = findCommand(options.command);
  if (path === undefined) throw new Error(`not installed: ${options.command}`);
  const { path: directory, remove } = temporaryDirectory(options.command);
  for (const [file, text] of Object.entries(options.files(directory))) writeFileSync(join(directory, file), text);
  const words = [...endWithUs(), path, ...options.parameters(directory)];
  const child = spawn(words[0]!, words.slice(1), { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout!.on('data', (chunk: Buffer) => (log += chunk));
  child.stderr!.on('data', (chunk: Buffer) => (log += chunk));
  const daemon = {
    pid: child.pid!,
    log: () => log,
    stop: async (): Promise<void> => {
      await endProcess(child, STOP_MILLISECONDS);
      remove();
    },
  };
  try {
    await ready(options, child, daemon.log);
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return daemon;
}

async function ready({ command, readiness }: DaemonOptions, child: ChildProcess, log: () => string): Promise<void> {
  const name = nameFromText(readiness.name)!;
  const query = buildQuery({
    name,
    nameLength: name.length,
    type: 1,
    class: 1,
    dnssecOk: false,
    checkingDisabled: false,
  });
  const socket = createSocket(readiness.address.includes(':') ? 'udp6' : 'udp4');
  let answered = false;
  socket.on('message', (message) => (answered ||= message.length > 12 && message.readUInt16BE(6) > 0));
  socket.on('error', () => {});
  const giveUpAt = performance.now() + READY_MILLISECONDS;
  try {
    while (!answered) {
      if (hasEnded(child)) throw new Error(`${command} ended at once:\n${log()}`);
      if (performance.now() > giveUpAt) throw new Error(`${command} does not answer:\n${log()}`);
      socket.send(query, readiness.port, readiness.address, () => {});
      await wait(50);
    }
  } finally {
    socket.close();
  }
}
