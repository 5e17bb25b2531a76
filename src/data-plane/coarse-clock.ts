// The clock of a thread's queries: reading the real one costs as much as a tenth of a hit, and queries count in seconds.

import type { Clock } from '../memory/monotonic-clock.ts';

const HOLDS_MILLISECONDS = 50;

/**
 * `clock`, read again once its last reading is 50 ms old: late by that much, or by as long as the event loop is busy with one
 * batch. Without queries it costs nothing: a timer runs only after a reading, and keeps no thread alive.
 */
export function coarseClock(clock: Clock): Clock {
  let milliseconds = 0;
  let holds = false;

  function read(): void {
    milliseconds = clock();
    holds = true;
    setTimeout(expire, HOLDS_MILLISECONDS).unref();
  }

  function expire(): void {
    holds = false;
  }

  return () => {
    if (!holds) read();
    return milliseconds;
  };
}
