// Functions of a module that runs in a process of its own, usually inside a network namespace, called over Node's IPC channel.

import { fork, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

type Functions = Readonly<Record<string, (...parameters: never[]) => unknown>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly parameters: readonly unknown[];
}

interface Result {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** The module's side. The process ends when its caller does, or wants it to, after `end`. */
export function answerCalls(functions: Functions, end: () => Promise<void> = () => Promise.resolve()): void {
  process.on('message', ({ id, name, parameters }: Call) => {
    void resultOf(functions, name, parameters).then((result) => process.send?.({ id, ...result } satisfies Result));
  });
  process.on('disconnect', () => void end().finally(() => process.exit()));
}

export interface RemoteProcess<Provided extends Functions> {
  call<Name extends keyof Provided & string>(
    name: Name,
    ...parameters: Parameters<Provided[Name]>
  ): Promise<Awaited<ReturnType<Provided[Name]>>>;
  /** Ends the process; calls that have not returned reject. */
  stop(): Promise<void>;
}

/** Runs a module of this folder that calls `answerCalls`. `enter`: words before the command, as of a namespace. */
export function startRemote<Provided extends Functions>(
  module: string,
  enter: readonly string[] = [],
): RemoteProcess<Provided> {
  const [command, ...words] = [...enter, process.execPath];
  // What it prints is its faults; a test's standard output is the runner's.
  const stdio: StdioOptions = ['ignore', 2, 2, 'ipc'];
  const child = fork(join(import.meta.dirname, `${module}.ts`), {
    execPath: command!,
    execArgv: words,
    serialization: 'advanced',
    stdio,
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on('message', (result) => {
    const { id, value, error } = result as Result;
    if (error === undefined) waiting.get(id)?.resolve(value);
    else waiting.get(id)?.reject(new Error(error));
    waiting.delete(id);
  });
  child.on('error', () => {});
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`${module} ended`));
    waiting.clear();
  });
  return {
    call: (name, ...parameters) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
        child.send({ id, name, parameters } satisfies Call, (error) => {
          if (error !== null) reject(error);
        });
      }),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}

async function resultOf(
  functions: Functions,
  name: string,
  parameters: readonly unknown[],
): Promise<Omit<Result, 'id'>> {
  try {
    return { value: await (functions[name] as (...them: readonly unknown[]) => unknown)(...parameters) };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
