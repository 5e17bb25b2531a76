// Time as every thread of the process sees it: expiry times stand in shared memory, so all threads must agree, and a step
// of the wall clock must not expire (or revive) the cache. CLOCK_MONOTONIC has both properties.

/** Milliseconds on the process-wide monotonic clock. Tests inject their own. */
export type Clock = () => number;

/** A clock that agrees between threads: performance.now() alone starts at 0 in every thread. */
export function monotonicClock(): Clock {
  const [seconds, nanoseconds] = process.hrtime();
  const offsetMilliseconds = seconds * 1000 + nanoseconds / 1e6 - performance.now();
  return () => offsetMilliseconds + performance.now();
}
