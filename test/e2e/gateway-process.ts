// The real program as a child process, in a folder of its own, from configuration text to exit code.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endWithUs } from '../fixtures/end-with-us.ts';
import { temporaryDirectory } from '../fixtures/temporary-directory.ts';

export const PROJECT_ROOT = join(import.meta.dirname, '..', '..');
export const PROGRAM = join(PROJECT_ROOT, 'bin', 'sotto.js');
const READY_MILLISECONDS = 30_000;
/** It drains for 5 s; the rest is for a busy machine. */
const STOP_MILLISECONDS = 15_000;

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [key: string]: unknown;
}

export interface GatewayPorts {
  readonly dns: number;
  readonly dot: number;
  readonly doh: number;
}

export interface GatewayProcess {
  readonly directory: string;
  readonly configPath: string;
  /** PEM file of the local CA. */
  readonly caPath: string;
  readonly child: ChildProcess;
  /** First port of each kind. */
  readonly ports: GatewayPorts;
  /** What it has logged so far. */
  lines(): readonly LogLine[];
  standardError(): string;
  /** Resolves with the first line, past or to come, whose text matches. */
  logged(pattern: RegExp): Promise<LogLine>;
  /** Resolves with its exit code once it has ended by itself; rejects if it does not. */
  ended(): Promise<number | null>;
  /** Ends it with SIGTERM; resolves with its exit code. Rejects if it had to be killed. */
  stop(): Promise<number | null>;
}

export interface GatewayProcessOptions {
  /** TOML, or undefined for the built-in defaults; `state_dir` and `certificate_dir` are relative to the gateway's own folder. */
  readonly config: string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** By default a new one, deleted by `stop`; one that is given goes when the test's process ends. */
  readonly directory?: string;
  /** Words before the command, as of a network namespace. */
  readonly enter?: readonly string[];
  /** Module to run in the place of the program; it is given the same words. */
  readonly program?: string;
}

/** Deleted when this process ends. */
export function makeGatewayDirectory(): string {
  return temporaryDirectory('gateway').path;
}

/** Starts the gateway and waits for its `ready` line. Rejects with what it said if it ends instead. */
export async function startGatewayProcess(options: GatewayProcessOptions): Promise<GatewayProcess> {
  const gateway = spawnGateway(options);
  try {
    const ready = await gateway.logged(/^ready$/);
    return Object.assign(gateway, {
      ports: { dns: portOf(ready.udp), dot: portOf(ready.dot), doh: portOf(ready.doh) },
    });
  } catch (error) {
    await gateway.stop();
    throw error;
  }
}

/** Starts it without waiting; `ports` are not known yet. */
export function spawnGateway(gatewayOptions: GatewayProcessOptions): GatewayProcess {
  const { config, environment, directory, enter = [], program = PROGRAM } = gatewayOptions;
  const home = directory ?? makeGatewayDirectory();
  const configPath = join(home, 'config.toml');
  if (config !== undefined) writeFileSync(configPath, config);
  const options = config === undefined ? [] : ['--config', configPath];
  const words = [...endWithUs(), ...enter, process.execPath, program, 'run', ...options];
  const child = spawn(words[0]!, words.slice(1), {
    cwd: home,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  closed.catch(() => {});
  const log = new LogReader(child);
  let standardError = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    standardError += chunk.toString();
  });
  return {
    directory: home,
    configPath,
    caPath: join(home, 'certs', 'local-ca.cert.pem'),
    child,
    ports: { dns: 0, dot: 0, doh: 0 },
    lines: () => log.lines,
    standardError: () => standardError,
    logged: (pattern) => log.find(pattern, () => standardError),
    ended: async () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), READY_MILLISECONDS);
      await closed;
      clearTimeout(timer);
      if (child.signalCode === 'SIGKILL') throw new Error('the gateway did not end by itself');
      return child.exitCode;
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS);
        await closed;
        clearTimeout(timer);
        if (child.signalCode === 'SIGKILL') throw new Error('the gateway did not end on SIGTERM');
      }
      if (directory === undefined) rmSync(home, { recursive: true, force: true });
      return child.exitCode;
    },
  };
}

class LogReader {
  readonly lines: LogLine[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #child: ChildProcess;
  #hasEnded = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    let rest = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      const texts = (rest + chunk.toString()).split('\n');
      rest = texts.pop()!;
      for (const text of texts) this.lines.push(asLine(text));
      this.#wake();
    });
    child.once('close', () => {
      this.#hasEnded = true;
      this.#wake();
    });
  }

  find(pattern: RegExp, standardError: () => string): Promise<LogLine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const line = this.lines.find(({ msg }) => pattern.test(msg));
        if (line === undefined && !this.#hasEnded) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        if (line !== undefined) resolve(line);
        else reject(new Error(`the gateway ended (${this.#child.exitCode}) without ${pattern}:\n${standardError()}`));
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(
          new Error(`the gateway did not log ${pattern}; it said:\n${this.lines.map(({ msg }) => msg).join('\n')}`),
        );
      }, READY_MILLISECONDS);
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}

function asLine(text: string): LogLine {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return { level: 0, msg: text };
  }
}

function portOf(addresses: unknown): number {
  const [first] = (addresses ?? []) as string[];
  return first === undefined ? 0 : Number(first.slice(first.lastIndexOf(':') + 1));
}
