// The query threads with everything they share: answer cache, counters, TLS ticket keys. Made once; threads come and go.

import { randomBytes } from 'node:crypto';
import { createAnswerCache, recoverAfterThreadDeath } from '../../memory/answer-cache/answer-cache.ts';
import { createCounters } from '../../memory/counters/counters.ts';
import { createUpstreamNotes } from '../../memory/upstream-notes/upstream-notes.ts';
import type { CertificateSnapshot } from '../../plane-messages/thread-start.ts';
import type { ListeningSocketSet } from '../../sockets/listening-socket-set.ts';
import type { GatewayLog } from '../observability/gateway-log.ts';
import type { Settings } from '../settings/settings.ts';
import type { CookieSecrets } from './cookie-secrets.ts';
import type { PolicyPublisher } from './policy-publisher.ts';
import { ThreadPool } from './thread-pool.ts';

const TLS_TICKET_KEY_BYTES = 48;

export interface QueryThreadsOptions {
  readonly settings: Pick<Settings, 'server' | 'cache' | 'upstreams' | 'zones'>;
  readonly entry: URL;
  readonly hashKey: Uint8Array;
  readonly publisher: PolicyPublisher;
  readonly sockets: ListeningSocketSet;
  readonly gatewayLog: GatewayLog;
  readonly cookieSecrets: CookieSecrets;
  certificates(): readonly CertificateSnapshot[];
  /** A thread found no upstream. */
  onUpstreamDown(): void;
}

export interface QueryThreads {
  readonly pool: ThreadPool;
  readonly counters: SharedArrayBuffer;
  readonly answerCache: SharedArrayBuffer;
}

/** Nothing runs before `pool.start()`. */
export function createQueryThreads(options: QueryThreadsOptions): QueryThreads {
  const { settings, publisher, gatewayLog } = options;
  const { threads } = settings.server;
  const answerCache = createAnswerCache(settings.cache.maxBytes);
  const counters = createCounters(threads);
  const upstreamNotes = createUpstreamNotes();
  // Shared, so that a TLS session resumes on any thread, and on the successor of one that died.
  const ticketKeys = randomBytes(TLS_TICKET_KEY_BYTES);
  const pool = new ThreadPool({
    threads,
    entry: options.entry,
    startData: (threadSlot) => ({
      threadSlot,
      threads,
      hashKey: options.hashKey,
      answerCache,
      upstreamNotes,
      counters,
      blockTable: publisher.table.table,
      live: publisher.live,
      upstreams: settings.upstreams,
      zones: settings.zones,
      certificates: options.certificates(),
      ticketKeys,
      cookies: options.cookieSecrets.snapshot,
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
  return { pool, counters, answerCache };
}
