// Runs one job in a helper process of its own, main thread. A process, since it gives all its memory back when it ends and can be
// made to yield to the query threads; one that crashes or runs out of memory costs nothing but its job.

import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

/** The names lie outside the JavaScript heap; this is for a helper that goes astray. */
const HEAP_MAX_MEGABYTES = 512;
/** Of what a crashing helper says, the end is enough. */
const LAST_WORDS_MAX = 4096;
const RUNNING_PROGRAM = '/proc/self/exe';

export interface HelperOptions {
  /** Queries are being answered meanwhile: they come first. */
  readonly yieldsToQueries?: boolean;
  readonly heapMaxMegabytes?: number;
}

/**
 * Starts `entry` (below this folder, without its ending), sends it the job and hands over what it says. Resolves once it has ended and
 * given its memory back, with how it ended, for those to whom it has not said enough. Never rejects; an abort ends it at once.
 */
export async function runHelper<Message>(
  entry: string,
  job: Serializable,
  onMessage: (message: Message) => void,
  signal: AbortSignal,
  options: HelperOptions = {},
): Promise<string> {
  if (signal.aborted) return 'stopped';
  let helper: ChildProcess;
  try {
    helper = startHelper(entry, options);
  } catch (error) {
    return `the helper process cannot be started: ${String(error)}`;
  }
  const stop = () => helper.kill('SIGKILL');
  signal.addEventListener('abort', stop, { once: true });
  helper.on('message', (message) => onMessage(message as Message));
  const ending = await endOf(helper, job);
  signal.removeEventListener('abort', stop);
  return ending;
}

function startHelper(entry: string, { yieldsToQueries, heapMaxMegabytes = HEAP_MAX_MEGABYTES }: HelperOptions) {
  const helper = fork(entryPath(entry), [], {
    // Also there when its folder is closed to the user that we have become, or when an upgrade has replaced it.
    execPath: existsSync(RUNNING_PROGRAM) ? RUNNING_PROGRAM : process.execPath,
    execArgv: [`--max-old-space-size=${heapMaxMegabytes}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  if (yieldsToQueries === true && helper.pid !== undefined) {
    try {
      setPriority(helper.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // Not everywhere can it be changed; then it is as it is.
    }
  }
  return helper;
}

function endOf(helper: ChildProcess, job: Serializable): Promise<string> {
  return new Promise((resolve) => {
    let lastWords = '';
    helper.stderr?.on('data', (chunk: Buffer) => {
      lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS_MAX);
    });
    helper.once('error', (error) => resolve(`the helper process: ${error.message}`));
    helper.once('close', (code, signal) =>
      resolve(`the helper process ended early: ${causeOf(lastWords, code, signal)}`),
    );
    // Without a free descriptor there is not even a channel, and the error above is on its way.
    if (!helper.connected) return;
    helper.send(job, () => {
      // If it is gone already, its end says more.
    });
  });
}

function causeOf(lastWords: string, code: number | null, signal: NodeJS.Signals | null): string {
  if (lastWords.includes('out of memory')) return 'out of memory';
  const error = /^\w*Error.*$/m.exec(lastWords)?.[0];
  return error ?? (signal === null ? `exit code ${code}` : `ended by ${signal}`);
}

/** The helpers stand as TypeScript in the source tree and as JavaScript in the package. */
function entryPath(entry: string): string {
  const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(entry + ending, import.meta.url));
}
