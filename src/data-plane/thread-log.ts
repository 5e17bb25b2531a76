// What a query thread has to say goes to the main thread's log; a storm of the same trouble must not become a storm of lines.

import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
import type { Clock } from '../memory/monotonic-clock.ts';
import type { FromThread, LogLevel } from '../plane-messages/messages.ts';

const LINES_PER_WINDOW = 20;
const WINDOW_MILLISECONDS = 60_000;
const SUPPRESSED = counterIndex('logLinesSuppressed');

export type ThreadLog = (level: LogLevel, message: string, details?: Readonly<Record<string, string | number>>) => void;

export function createThreadLog(
  post: (message: FromThread) => void,
  counters: ThreadCounters,
  clock: Clock,
): ThreadLog {
  let windowStart = clock();
  let lines = 0;
  return (level, message, details = {}) => {
    if (clock() - windowStart > WINDOW_MILLISECONDS) {
      windowStart = clock();
      lines = 0;
    }
    lines++;
    if (lines > LINES_PER_WINDOW) counters.increment(SUPPRESSED);
    else post({ kind: 'log', level, message, details });
  };
}
