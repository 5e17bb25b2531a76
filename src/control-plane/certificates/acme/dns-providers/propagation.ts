// Waiting until a new record can be seen: asked through our own upstream, which a CA's resolvers are likely no slower than.

import { setTimeout as wait } from 'node:timers/promises';
import type { Upstream } from '../../../../upstream/upstream.ts';
import { knownName } from '../../../../wire/name-text.ts';
import { CLASS, TYPE } from '../../../../wire/numbers.ts';
import { buildQuery } from '../../../../wire/query-builder.ts';
import { textsOf } from './answer-texts.ts';

export interface PropagationOptions {
  readonly upstream: Pick<Upstream, 'exchange'>;
  /** So long at most. */
  readonly propagationSeconds: number;
  /** Waited after that in any case. */
  readonly delaySeconds: number;
  onStep(text: string): void;
  readonly signal: AbortSignal;
  /** Before the first question; longer before each further one. Default: 5 s. */
  readonly firstMilliseconds?: number;
}

/** Resolvers remember "there is no such record" for a while: whoever asks too early waits longest. */
const FIRST_MILLISECONDS = 5_000;
const LONGEST_MILLISECONDS = 20_000;

/**
 * Resolves once the record is seen, or when it has had its time: a resolver may remember its absence for longer than the CA, which
 * asks the zone's own servers. Rejects when the signal is aborted.
 */
export async function waitUntilVisible(options: PropagationOptions, name: string, value: string): Promise<void> {
  const { upstream, propagationSeconds, delaySeconds, onStep, signal } = options;
  const giveUpAt = performance.now() + propagationSeconds * 1000;
  let pause = options.firstMilliseconds ?? FIRST_MILLISECONDS;
  for (let isSeen = propagationSeconds === 0; !isSeen; pause = Math.min(pause * 2, LONGEST_MILLISECONDS)) {
    const left = giveUpAt - performance.now();
    if (left <= 0) {
      onStep(`the upstream does not see the record at ${name} yet; letting the CA look for itself`);
      break;
    }
    await wait(Math.min(pause, left), undefined, { signal });
    isSeen = await hasText(upstream, name, value);
  }
  if (delaySeconds > 0) await wait(delaySeconds * 1000, undefined, { signal });
}

async function hasText(upstream: Pick<Upstream, 'exchange'>, name: string, value: string): Promise<boolean> {
  const wireName = knownName(name);
  const outcome = await upstream.exchange(
    buildQuery({
      name: wireName,
      nameLength: wireName.length,
      type: TYPE.TXT,
      class: CLASS.IN,
      dnssecOk: false,
      checkingDisabled: false,
    }),
  );
  return outcome.ok && textsOf(outcome.message).includes(value);
}
