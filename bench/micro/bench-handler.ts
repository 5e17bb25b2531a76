// A query handler as a query thread has it, with every part real except for the upstream and the sockets.

import type { QueryHandler, ReplySink, Transport } from '../../src/data-plane/listeners/listener.ts';
import { PolicyInForce } from '../../src/data-plane/policy-in-force.ts';
import { coarseClock } from '../../src/data-plane/coarse-clock.ts';
import { ServerCookies } from '../../src/data-plane/server-cookies.ts';
import { createQueryHandler } from '../../src/data-plane/query-handler.ts';
import { AnswerCache, createAnswerCache } from '../../src/memory/answer-cache/answer-cache.ts';
import { createCounters, ThreadCounters } from '../../src/memory/counters/counters.ts';
import { monotonicClock } from '../../src/memory/monotonic-clock.ts';
import { createSightings } from '../../src/memory/sightings/sightings.ts';
import { createUpstreamNotes } from '../../src/memory/upstream-notes/upstream-notes.ts';
import { compileLocalNames } from '../../src/control-plane/local-names/compile-local-names.ts';
import { NO_LOCAL_SETTINGS } from '../../test/fixtures/local-settings.ts';
import { NO_GROUP_MEMBERS, noRules, testGroup } from '../../test/fixtures/policy.ts';
import { parseAccessEntry } from '../../src/policy/access-list.ts';
import { DEFAULT_CACHE_SETTINGS } from '../../src/policy/cache-settings.ts';
import { parseAddress } from '../../src/wire/ip-address.ts';
import { answerTo, HASH_KEY } from './bench-data.ts';

export function benchHandler(blockTable: SharedArrayBuffer): QueryHandler {
  const access = ['loopback', 'private'].flatMap((entry) => parseAccessEntry(entry) as never);
  const inForce = new PolicyInForce(blockTable, noRules(HASH_KEY), {
    groups: [testGroup({ blockResponse: { kind: 'null-address' }, rebindingProtection: true })],
    groupMembers: NO_GROUP_MEMBERS,
    listErrorCodes: [],
    rebindingExceptions: [],
    access: { plain: access, encrypted: access, localNames: access },
    cache: DEFAULT_CACHE_SETTINGS,
    localNames: compileLocalNames(NO_LOCAL_SETTINGS, HASH_KEY).table,
    namesForOthers: undefined,
    blockingUpstreams: [],
    dns64: undefined,
    policyGeneration: 1,
  });
  return createQueryHandler({
    upstreamNotes: createUpstreamNotes(),
    sightings: createSightings(),
    hashKey: HASH_KEY,
    inForce,
    cache: new AnswerCache(createAnswerCache(100e6), 1),
    counters: new ThreadCounters(createCounters(1), 1),
    clock: coarseClock(monotonicClock()),
    cookies: new ServerCookies({ mode: 'answer', signing: HASH_KEY, other: HASH_KEY }),
    lanResolvers: [],
    zones: [],
    onLoop: () => {},
    upstream: {
      ask: (query, asker) => queueMicrotask(() => asker.onAnswer(answerTo(query), 'bench')),
    },
    onInternalError: (error) => {
      throw error;
    },
  }).handler;
}

/** Takes answers as a listener does, and looks at them: `sum` differs if an answer does. */
export class BenchSink implements ReplySink {
  readonly transport: Transport;
  answers = 0;
  sum = 0;

  constructor(transport: Transport) {
    this.transport = transport;
  }

  answer(_returnPath: object, reply: Uint8Array, length: number): void {
    this.answers++;
    this.sum = (this.sum + reply[3]! + length) | 0;
  }

  drop(): void {
    throw new Error('dropped');
  }

  retain(returnPath: object): object {
    return returnPath;
  }
}

export function addressOf(text: string): Uint8Array {
  const address = Buffer.allocUnsafeSlow(128).subarray(0, 16);
  parseAddress(text, address);
  return address;
}

/** Fills the cache: asks each, and waits until all are answered. */
export async function askAll(handler: QueryHandler, sink: BenchSink, queries: readonly Buffer[]): Promise<void> {
  const before = sink.answers;
  for (let start = 0; start < queries.length; start += 500) {
    for (const query of queries.slice(start, start + 500)) handler(sink, sink, query, query.length, addressOf('::1'));
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (sink.answers - before !== queries.length) throw new Error('not every query was answered');
}
