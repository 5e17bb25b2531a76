// What listeners count, in this thread's row.

import { counterIndex, type ThreadCounters } from '../memory/counters/counters.ts';
import type { ListenerCounters } from './listeners/listener.ts';

const OPENED = counterIndex('connectionsOpened');
const CLOSED = counterIndex('connectionsClosed');
const UNSENT = counterIndex('answersUnsent');
const LIMIT_HITS = counterIndex('limitHits');
const PROTOCOL_ERRORS = counterIndex('protocolErrors');

export function listenerCounters(counters: ThreadCounters): ListenerCounters {
  return {
    connectionOpened: () => counters.increment(OPENED),
    connectionClosed: () => counters.increment(CLOSED),
    answersUnsent(_transport, count) {
      for (let i = 0; i < count; i++) counters.increment(UNSENT);
    },
    limitHit: () => counters.increment(LIMIT_HITS),
    protocolError: () => counters.increment(PROTOCOL_ERRORS),
  };
}
