// When to try again after a failure: slower each time, and never against the limits of the CA.

import type { AcmeFailure, AcmeFailureKind } from './acme-failure.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** First wait and longest wait. CAs count failed authorizations by the hour, so a try after one waits an hour at least. */
const WAITS: Readonly<Record<AcmeFailureKind, readonly [first: number, longest: number]>> = {
  network: [MINUTE, HOUR],
  local: [10 * MINUTE, 6 * HOUR],
  authorization: [HOUR, DAY],
  account: [HOUR, DAY],
  refused: [HOUR, DAY],
  'rate-limited': [HOUR, DAY],
};
/** Limits are counted over a week at most. */
const LONGEST_ASKED = 8 * DAY;
const SPREAD = 0.2;

/** Milliseconds. `failuresInARow`: from 1. `random`: from 0 to below 1. */
export function retryMilliseconds(failure: AcmeFailure, failuresInARow: number, random: () => number): number {
  const [first, longest] = WAITS[failure.kind];
  const own = Math.min(first * 2 ** Math.min(failuresInARow - 1, 20), longest);
  const asked = Math.min((failure.retryAfterSeconds ?? 0) * 1000, LONGEST_ASKED);
  // Only ever later: the hour has to be over.
  return Math.round(Math.max(own, asked) * (1 + random() * SPREAD));
}

/** Whatever is kept on disk, nobody waits longer: the clock may have been set back since. */
export const RETRY_LONGEST_MILLISECONDS = LONGEST_ASKED * (1 + SPREAD);
