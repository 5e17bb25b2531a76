// Sends a stream through the real cache: find, and on a miss store, as the gateway's steps do.

import { AnswerCache, CachedAnswer } from '../../src/memory/answer-cache/answer-cache.ts';
import { CHECKSUM_KEY_WORDS, planLayout, writeHeader } from '../../src/memory/answer-cache/layout.ts';
import { CANDIDATES, type Candidate } from './candidate-rules.ts';
import type { Stream } from './streams.ts';

export function emptyCache(maxBytes: number, nurseryPermille: number): SharedArrayBuffer {
  const layout = planLayout(maxBytes, nurseryPermille);
  const buffer = new SharedArrayBuffer(layout.byteLength);
  writeHeader(
    buffer,
    layout,
    Int32Array.from({ length: CHECKSUM_KEY_WORDS }, (_, i) => i + 1),
  );
  return buffer;
}

/** The rule that a gateway runs with. */
export const productionRule: Candidate = CANDIDATES.find(({ isInUse }) => isInUse)!;

/** Hits in percent of all queries. */
export function hitRatioOf(stream: Stream, candidate: Candidate, maxBytes: number): number {
  const cache = new AnswerCache(emptyCache(maxBytes, candidate.nurseryPermille), 1, candidate.makeRule);
  const { keys, queries, queriesPerSecond } = stream;
  const answer = new CachedAnswer();
  let hits = 0;
  for (let i = 0; i < queries.length; i++) {
    const number = queries[i]!;
    const nowSeconds = queriesPerSecond === 0 ? 0 : Math.floor(i / queriesPerSecond);
    const key = keys.keyOf(number);
    if (cache.find(key, nowSeconds, answer)) hits++;
    else {
      keys.fill(answer, number, nowSeconds, queriesPerSecond !== 0);
      cache.store(key, answer);
    }
  }
  return (100 * hits) / queries.length;
}
