// A program of the operator's that writes the records. It resolves names for itself: what it asks is not under our control, so it
// is named at every start.

import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { AcmeFailure } from '../acme-failure.ts';
import { plainText } from '../plain-text.ts';
import type { DnsProvider } from './dns-provider.ts';

const SAID_MAX_CHARACTERS = 500;

export interface HookOptions {
  readonly path: string;
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
}

/**
 * Called as PATH present NAME VALUE and PATH cleanup NAME VALUE, the same in SOTTO_ACTION, SOTTO_NAME and SOTTO_VALUE. It is done
 * when it exits with 0.
 */
export function hook(options: HookOptions): DnsProvider {
  return {
    present: (name, value) => call(options, 'present', name, value),
    remove: (name, value) => call(options, 'cleanup', name, value),
  };
}

async function call({ path, timeoutSeconds, signal }: HookOptions, ...words: [string, string, string]): Promise<void> {
  const [action, name, value] = words;
  if (signal.aborted) throw new AcmeFailure('local', `${path} ${action} ${name}: not called, since the gateway stops`);
  const { promise, resolve: end } = Promise.withResolvers<string | undefined>();
  // A group of its own, so that what it started goes with it.
  const child = spawn(path, words, {
    env: { ...process.env, SOTTO_ACTION: action, SOTTO_NAME: name, SOTTO_VALUE: value },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  // First of all: where the system has no process or no pipe to give, there is nothing but this event.
  child.on('error', (error: NodeJS.ErrnoException) => end(`cannot be started (${error.code ?? error.message})`));
  // What a process in the background keeps open is not waited for.
  child.on('exit', (code, killedBy) => {
    if (code === 0) end(undefined);
    else end(code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`);
  });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It is gone already.
    }
  };
  const timer = setTimeout(() => {
    end(`did not end within ${timeoutSeconds} s`);
    kill();
  }, timeoutSeconds * 1000);
  const onAbort = (): void => {
    end('was ended, since the gateway stops');
    kill();
  };
  let said = '';
  try {
    signal.addEventListener('abort', onAbort, { once: true });
    // Not there where the program could not be started.
    const errors = child.stderr as Readable | null;
    errors?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_MAX_CHARACTERS);
    });
    const wrong = await promise;
    if (wrong === undefined) return;
    const words = plainText(said);
    throw new AcmeFailure('local', `${path} ${action} ${name}: ${wrong}${words === '' ? '' : `; it said: ${words}`}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    (child.stderr as Readable | null)?.destroy();
  }
}
