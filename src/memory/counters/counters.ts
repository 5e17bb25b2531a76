// Counters of all threads in one SharedArrayBuffer: each thread writes its own row, readers add up.

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
  'internalErrors',
  'cacheStores',
  'cacheStoresGivenUp',
  'connectionsOpened',
  'connectionsClosed',
  'limitHits',
  'protocolErrors',
  'logLinesSuppressed',
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

/** Shared memory for `threads` rows (slots 1 .. threads). */
export function createCounters(_threads: number): SharedArrayBuffer {
  throw new Error('not built');
}

/** The row of one thread. A restarted thread continues its row. */
export class ThreadCounters {
  constructor(_buffer: SharedArrayBuffer, _threadSlot: number) {
    throw new Error('not built');
  }

  /** `index`: position in COUNTER_NAMES. Allocates nothing. */
  increment(_index: number): void {
    throw new Error('not built');
  }
}

/** Position of a counter, for constants in hot code. */
export function counterIndex(_name: CounterName): number {
  throw new Error('not built');
}

/** Every thread's row as an object, index 0 is slot 1. */
export function readCounters(_buffer: SharedArrayBuffer): Record<CounterName, number>[] {
  throw new Error('not built');
}
