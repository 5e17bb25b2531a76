// A stripe as it was at first, whatever stands in it.

import { type CacheLayout, RING, STRIPE } from './layout.ts';

/** Unlinks every entry and starts the rings anew. The stripe must be held, by the caller or by a dead thread. */
export function emptyStripe(words: Int32Array<SharedArrayBuffer>, stripe: number, layout: CacheLayout): void {
  words.fill(0, stripe + STRIPE.INDEX, stripe + layout.arenaOffset);
  for (const ring of [STRIPE.NURSERY, STRIPE.MAIN]) {
    words.fill(0, stripe + ring, stripe + ring + RING.LIMIT + 1);
  }
}
