// On a machine that several share: waits until it is ours, and holds it while something runs.
// SOTTO_BENCH_QUIET: words that run a command when nobody else runs anything, e.g. "flock /tmp/machine.lock".
// SOTTO_BENCH_BUSY: words that run one when nobody measures. Without them nothing waits.

import { spawn } from 'node:child_process';
import { once } from 'node:events';

export type Turn = 'quiet' | 'busy';

const WORDS: Readonly<Record<Turn, string | undefined>> = {
  quiet: process.env.SOTTO_BENCH_QUIET,
  busy: process.env.SOTTO_BENCH_BUSY,
};

let held = false;

/** Within a turn, another one is that same turn. */
export async function inTurn<Result>(turn: Turn, work: () => Promise<Result>): Promise<Result> {
  const words = WORDS[turn]?.split(/\s+/).filter((word) => word !== '') ?? [];
  if (words.length === 0 || held) return work();
  const holder = spawn(words[0]!, [...words.slice(1), 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`${words.join(' ')} gave no turn`))),
  ]);
  held = true;
  try {
    return await work();
  } finally {
    held = false;
    holder.stdin.end();
    await ended;
  }
}
