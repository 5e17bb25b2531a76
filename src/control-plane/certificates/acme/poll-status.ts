// Waiting for the CA: an authorization, an order, asked again until it is decided (RFC 8555 section 7.5.1).

import { setTimeout as wait } from 'node:timers/promises';
import { AcmeFailure } from './acme-failure.ts';
import type { AcmeSession } from './acme-session.ts';
import { retryAfterSeconds } from '../../http/retry-after.ts';

export interface PollTimes {
  readonly firstMilliseconds: number;
  readonly longestMilliseconds: number;
  readonly totalMilliseconds: number;
}

export const POLL_TIMES: PollTimes = {
  firstMilliseconds: 1_000,
  longestMilliseconds: 10_000,
  totalMilliseconds: 300_000,
};

/** What `read` gives once its status is not one of `undecided`. Rejects with an AcmeFailure. */
export async function pollStatus<Item extends { status: string }>(
  session: AcmeSession,
  what: string,
  undecided: readonly string[],
  read: () => Promise<Item>,
  times: PollTimes,
  signal: AbortSignal,
): Promise<Item> {
  const giveUpAt = performance.now() + times.totalMilliseconds;
  for (let delay = times.firstMilliseconds; ; delay = Math.min(delay * 2, times.longestMilliseconds)) {
    const item = await read();
    if (!undecided.includes(item.status)) return item;
    if (performance.now() > giveUpAt)
      throw new AcmeFailure('network', `${what}: the CA has not decided within ${times.totalMilliseconds / 1000} s`);
    const asked = retryAfterSeconds(session.header('retry-after'), new Date());
    const milliseconds = asked === undefined ? delay : Math.max(asked * 1000, delay);
    await wait(Math.min(milliseconds, times.longestMilliseconds * 3), undefined, { signal });
  }
}
