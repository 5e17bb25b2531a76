// What the cache is measured against: models that keep the same entries in the same bytes, without any index of their own. LRU is
// exact; Belady's rule knows the future (it sees the next use, and whether the answer will have expired by then).

import { CachedAnswer } from '../../src/memory/answer-cache/answer-cache.ts';
import { planLayout } from '../../src/memory/answer-cache/layout.ts';
import type { Stream } from './streams.ts';

export interface Yardstick {
  readonly name: string;
  readonly hitRatioOf: (stream: Stream, maxBytes: number) => number;
}

/** Bytes of all arenas of a cache of this size: a model pays for entries, not for an index. */
export function entryBytesOf(maxBytes: number): number {
  const { stripeCount, arenaUnits } = planLayout(maxBytes);
  return stripeCount * arenaUnits * 8;
}

/** When query `i` is asked, and when an answer stored then expires. */
export function timesOf({ keys, queries, queriesPerSecond }: Stream): {
  secondsAt: (i: number) => number;
  expiryOf: (i: number) => number;
} {
  if (queriesPerSecond === 0) return { secondsAt: () => 0, expiryOf: () => Number.POSITIVE_INFINITY };
  const secondsAt = (i: number): number => Math.floor(i / queriesPerSecond);
  return { secondsAt, expiryOf: (i) => secondsAt(i) + keys.ttlSeconds[queries[i]!]! };
}

/** Exact, least recently used first. */
function lru(stream: Stream, maxBytes: number): number {
  const { keys, queries } = stream;
  const sizes = keys.entryBytes(new CachedAnswer());
  const { secondsAt, expiryOf } = timesOf(stream);
  const expiries = new Map<number, number>();
  let free = entryBytesOf(maxBytes);
  let hits = 0;
  for (let i = 0; i < queries.length; i++) {
    const number = queries[i]!;
    let expiry = expiries.get(number);
    if (expiry !== undefined) {
      expiries.delete(number);
      free += sizes[number]!;
    }
    if (expiry !== undefined && expiry > secondsAt(i)) hits++;
    else expiry = expiryOf(i);
    for (const oldest of expiries.keys()) {
      if (free >= sizes[number]!) break;
      expiries.delete(oldest);
      free += sizes[oldest]!;
    }
    expiries.set(number, expiry);
    free -= sizes[number]!;
  }
  return (100 * hits) / queries.length;
}

/** The answer whose next use is furthest away goes first; one that will have expired by then is not kept at all. */
function belady(stream: Stream, maxBytes: number): number {
  const { keys, queries } = stream;
  const sizes = keys.entryBytes(new CachedAnswer());
  const { secondsAt, expiryOf } = timesOf(stream);
  const nextUses = nextUsesOf(queries, keys.size);
  const expiries = new Map<number, number>();
  const nextUseOf = new Map<number, number>();
  const furthest = new Furthest();
  let free = entryBytesOf(maxBytes);
  let hits = 0;
  for (let i = 0; i < queries.length; i++) {
    const number = queries[i]!;
    let expiry = expiries.get(number);
    if (expiry !== undefined) {
      expiries.delete(number);
      free += sizes[number]!;
      hits++;
    } else {
      expiry = expiryOf(i);
    }
    const next = nextUses[i]!;
    if (next >= queries.length || secondsAt(next) >= expiry) continue;
    expiries.set(number, expiry);
    nextUseOf.set(number, next);
    furthest.push(next, number);
    free -= sizes[number]!;
    while (free < 0) {
      const { at, number: victim } = furthest.pop();
      if (!expiries.has(victim) || nextUseOf.get(victim) !== at) continue;
      expiries.delete(victim);
      free += sizes[victim]!;
    }
  }
  return (100 * hits) / queries.length;
}

function nextUsesOf(queries: Int32Array, keyCount: number): Int32Array {
  const next = new Int32Array(queries.length);
  const seen = new Int32Array(keyCount).fill(queries.length);
  for (let i = queries.length - 1; i >= 0; i--) {
    next[i] = seen[queries[i]!]!;
    seen[queries[i]!] = i;
  }
  return next;
}

/** A heap of (position, key), furthest position first. */
class Furthest {
  readonly #at: number[] = [];
  readonly #numbers: number[] = [];

  push(at: number, number: number): void {
    let place = this.#at.push(at) - 1;
    this.#numbers.push(number);
    for (let parent = (place - 1) >> 1; place > 0 && this.#at[parent]! < at; parent = (place - 1) >> 1) {
      this.#swap(place, parent);
      place = parent;
    }
  }

  pop(): { at: number; number: number } {
    this.#swap(0, this.#at.length - 1);
    const top = { at: this.#at.pop()!, number: this.#numbers.pop()! };
    for (let place = 0; ; ) {
      let larger = 2 * place + 1;
      if (larger >= this.#at.length) break;
      if (larger + 1 < this.#at.length && this.#at[larger + 1]! > this.#at[larger]!) larger++;
      if (this.#at[larger]! <= this.#at[place]!) break;
      this.#swap(place, larger);
      place = larger;
    }
    return top;
  }

  #swap(a: number, b: number): void {
    [this.#at[a], this.#at[b]] = [this.#at[b]!, this.#at[a]!];
    [this.#numbers[a], this.#numbers[b]] = [this.#numbers[b]!, this.#numbers[a]!];
  }
}

export const LRU: Yardstick = { name: 'LRU', hitRatioOf: lru };
export const BELADY: Yardstick = { name: 'Belady', hitRatioOf: belady };
