// Takes answers out of the shared cache while the query threads work with it. Main thread; one stripe of the cache at a time.

import { setImmediate, setTimeout } from 'node:timers/promises';
import { CacheFlusher, type FlushTarget } from '../../memory/answer-cache/flush.ts';

/** A writer holds a stripe for some microseconds; one that died is found out within this time. */
const PATIENCE_MILLISECONDS = 1_000;
const PAUSE_MILLISECONDS = 5;

export interface Flushed {
  /** Answers that went. */
  readonly answers: number;
  /** Parts of the cache that could not be looked at, since a thread that died held them: they are emptied by its successor. */
  readonly partsHeld: number;
}

export async function flushAnswers(cache: SharedArrayBuffer, target: FlushTarget): Promise<Flushed> {
  const flusher = new CacheFlusher(cache);
  let waiting = Array.from({ length: flusher.stripeCount }, (_, index) => index);
  let answers = 0;
  for (let waited = 0; waiting.length > 0 && waited <= PATIENCE_MILLISECONDS; waited += PAUSE_MILLISECONDS) {
    if (waited > 0) await setTimeout(PAUSE_MILLISECONDS);
    const held: number[] = [];
    for (const index of waiting) {
      const gone = flusher.flushStripe(index, target);
      if (gone < 0) held.push(index);
      else answers += gone;
      await setImmediate();
    }
    waiting = held;
  }
  return { answers, partsHeld: waiting.length };
}
