// Counters of all threads in one SharedArrayBuffer: each thread writes its own row, readers add up.
//
// A count is a Float64, exact up to 2^53: no wrap within the life of a process. The row's only writer adds with plain loads and
// stores, which is several times cheaper than an atomic and loses nothing. A reader may lag by an instant. The language would
// allow it to see half of a store, but Node 24 and later exists for 64-bit processors only, where an aligned store of eight bytes
// is one; and even there it would be one wrong reading, never a wrong count.

/** Names are the keys of the status page and of metrics to come. */
export const COUNTER_NAMES = [
  'queriesUdp',
  'queriesTcp',
  'queriesDot',
  'queriesDoh',
  'answersFromCache',
  'answersFromUpstream',
  'answersLocal',
  'answersBlocked',
  'answersNotReady',
  'accessRefused',
  'queriesMalformed',
  'queriesIgnored',
  'queriesDropped',
  'questionsJoined',
  'upstreamFailures',
  'upstreamBlocked',
  'answersStale',
  'failuresFromCache',
  'prefetches',
  'internalErrors',
  'cacheStores',
  'cacheStoresGivenUp',
  'connectionsOpened',
  'connectionsClosed',
  'answersUnsent',
  'limitHits',
  'protocolErrors',
  'logLinesSuppressed',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

const COUNT_BYTES = Float64Array.BYTES_PER_ELEMENT;
const LINE_BYTES = 64;
/** A whole unused line behind the counts: rows share none, wherever the buffer begins. */
const ROW_BYTES = Math.ceil((COUNTER_NAMES.length * COUNT_BYTES + LINE_BYTES) / LINE_BYTES) * LINE_BYTES;

/** Shared memory for `threads` rows (slots 1 .. threads). */
export function createCounters(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * ROW_BYTES);
}

/** The row of one thread, which alone writes it. A restarted thread continues its row. */
export class ThreadCounters {
  readonly #row: Float64Array<SharedArrayBuffer>;

  /** `threadSlot`: from 1. Throws RangeError for a slot without a row. */
  constructor(buffer: SharedArrayBuffer, threadSlot: number) {
    this.#row = rowOf(buffer, threadSlot);
  }

  /** `index`: position in COUNTER_NAMES. Allocates nothing. */
  increment(index: number): void {
    this.#row[index]! += 1;
  }
}

/** Position of a counter, for constants in hot code. */
export function counterIndex(name: CounterName): number {
  return COUNTER_NAMES.indexOf(name);
}

/** Every thread's row as an object, index 0 is slot 1. */
export function readCounters(buffer: SharedArrayBuffer): Record<CounterName, number>[] {
  const threads = buffer.byteLength / ROW_BYTES;
  return Array.from({ length: threads }, (_, i) => {
    const row = rowOf(buffer, i + 1);
    const counts = COUNTER_NAMES.map((name, index) => [name, row[index]!] as const);
    return Object.fromEntries(counts) as Record<CounterName, number>;
  });
}

function rowOf(buffer: SharedArrayBuffer, threadSlot: number): Float64Array<SharedArrayBuffer> {
  const threads = buffer.byteLength / ROW_BYTES;
  if (!Number.isInteger(threadSlot) || threadSlot < 1 || threadSlot > threads) {
    throw new RangeError(`no counters for thread slot ${threadSlot}: there are ${threads} rows`);
  }
  return new Float64Array(buffer, (threadSlot - 1) * ROW_BYTES, COUNTER_NAMES.length);
}
