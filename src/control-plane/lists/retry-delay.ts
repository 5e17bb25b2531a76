// How long to wait after a failure: 5 s, doubling up to an hour, a quarter more or less so that many gateways do not come at once.

const FIRST_MILLISECONDS = 5_000;
const LONGEST_MILLISECONDS = 3_600_000;
const JITTER = 0.25;

/** `failures`: in a row, at least 1. `random` gives 0 (included) to 1 (excluded). */
export function retryDelayMilliseconds(failures: number, random: () => number): number {
  const delay = Math.min(FIRST_MILLISECONDS * 2 ** (failures - 1), LONGEST_MILLISECONDS);
  return Math.round(delay * (1 + JITTER * (2 * random() - 1)));
}
