// Idle DNS over TLS connections, opened and held by a C program on the clients' core, which is compiled here: it opens
// thousands before a server's idle time is over.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endWithUs } from '../../test/fixtures/end-with-us.ts';
import { temporaryDirectory } from '../../test/fixtures/temporary-directory.ts';
import { findCommand } from '../../test/setup/missing-components.ts';
import { VoidRun } from '../measure/void-run.ts';
import { CLIENT_CORE } from '../servers/server.ts';

const SOURCE = join(import.meta.dirname, 'hold-connections.c');
const HEADER = '/usr/include/openssl/ssl.h';

export interface HeldConnections {
  readonly openSeconds: number;
  /** Closes them. Throws VoidRun if the server had closed some before. */
  release(): Promise<void>;
}

/** What to install before the program can be compiled; undefined where nothing is missing. */
export function whatHolderLacks(): string | undefined {
  const missing = [...(findCommand('cc') === undefined ? ['gcc'] : []), ...(existsSync(HEADER) ? [] : ['libssl-dev'])];
  return missing.length === 0 ? undefined : `apt install ${missing.join(' ')}`;
}

/** The program's path; gone when this process ends. Throws if something to compile with is missing. */
export function compileHolder(): string {
  const lack = whatHolderLacks();
  if (lack !== undefined) throw new Error(`Nothing can be measured without: ${lack}`);
  const program = join(temporaryDirectory('hold-connections').path, 'hold-connections');
  execFileSync(findCommand('cc')!, ['-O2', '-o', program, SOURCE, '-lssl', '-lcrypto']);
  return program;
}

/** Resolves when all are open and each has its answer to a question for `name`. Throws VoidRun if one fails. */
export async function holdConnections(
  program: string,
  port: number,
  count: number,
  name: string,
): Promise<HeldConnections> {
  const words = [...endWithUs(), 'taskset', '-c', CLIENT_CORE, program, String(port), String(count), name];
  const child: ChildProcess = spawn(words[0]!, words.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk).slice(-500);
  });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const ended = once(child, 'close');
  const openSeconds = await number(lines, 'open');
  if (openSeconds === undefined) {
    await ended;
    throw new VoidRun(`not all of ${count} connections opened: ${complaint.trim()}`);
  }
  return {
    openSeconds,
    release: async () => {
      child.stdin!.end();
      const closed = await number(lines, 'closed');
      await ended;
      if (closed !== 0) throw new VoidRun(`${closed ?? 'some'} of ${count} connections were closed by the server`);
    },
  };
}

/** What stands behind the word; undefined if the program has ended, or says something else. */
async function number(lines: AsyncIterator<string>, word: string): Promise<number | undefined> {
  const { value, done } = await lines.next();
  const [first, second] = done === true ? [] : (value as string).split(' ');
  return first === word ? Number(second) : undefined;
}
