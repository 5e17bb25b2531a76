// The query threads with everything they share: answer cache, counters, upstream notes. Made once; threads come and go.

import { createAnswerCache, recoverAfterThreadDeath } from '../../memory/answer-cache/answer-cache.ts';
import { createCounters } from '../../memory/counters/counters.ts';
import { createUpstreamNotes } from '../../memory/upstream-notes/upstream-notes.ts';
import { createSightings } from '../../memory/sightings/sightings.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import type { ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import type { GatewayLog } from '../observability/gateway-log.ts';
import type { Settings } from '../settings/settings.ts';
import type { ChallengePublisher } from './challenge-publisher.ts';
import type { CookieSecrets } from './cookie-secrets.ts';
import type { PolicyPublisher } from './policy-publisher.ts';
import { ThreadPool } from './thread-pool.ts';
import type { TicketKeys } from './ticket-keys.ts';

export interface QueryThreadsOptions {
  readonly settings: Pick<Settings, 'server' | 'cache' | 'upstreams' | 'zones'>;
  readonly entry: URL;
  readonly hashKey: Uint8Array;
  readonly publisher: PolicyPublisher;
  readonly sockets: ListeningSocketSet;
  readonly gatewayLog: GatewayLog;
  readonly cookieSecrets: CookieSecrets;
  readonly challenges: ChallengePublisher;
  readonly ticketKeys: TicketKeys;
  readonly connectionsMax: number;
  certificates(): readonly CertificateSnapshot[];
  /** A thread found no upstream. */
  onUpstreamDown(): void;
}

export interface QueryThreads {
  readonly pool: ThreadPool;
  readonly counters: SharedArrayBuffer;
  readonly answerCache: SharedArrayBuffer;
  readonly sightings: SharedArrayBuffer;
}

/** Nothing runs before `pool.start()`. */
export function createQueryThreads(options: QueryThreadsOptions): QueryThreads {
  const { settings, publisher, gatewayLog } = options;
  const { threads } = settings.server;
  const answerCache = createAnswerCache(settings.cache.maxBytes);
  const counters = createCounters(threads);
  const upstreamNotes = createUpstreamNotes();
  const sightings = createSightings();
  const pool = new ThreadPool({
    threads,
    entry: options.entry,
    startData: (threadSlot) => ({
      threadSlot,
      threads,
      hashKey: options.hashKey,
      answerCache,
      upstreamNotes,
      sightings,
      counters,
      blockTable: publisher.lists.table,
      rulesTable: publisher.rules,
      live: publisher.live,
      upstreams: settings.upstreams,
      zones: settings.zones,
      certificates: options.certificates(),
      challenges: options.challenges.inForce,
      ticketKeys: options.ticketKeys.inForce,
      cookies: options.cookieSecrets.snapshot,
      connectionsMax: options.connectionsMax,
    }),
    socketsFor: (threadSlot) => options.sockets.forThread(threadSlot),
    onMessage: (threadSlot, message) => {
      gatewayLog.fromThread(threadSlot, message);
      if (message.kind === 'upstream-down') options.onUpstreamDown();
    },
    onDeath: (threadSlot, error) => {
      recoverAfterThreadDeath(answerCache, threadSlot);
      gatewayLog.threadDied(threadSlot, error);
    },
  });
  return { pool, counters, answerCache, sightings };
}
