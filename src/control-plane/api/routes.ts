// What the control socket answers: the state of the gateway, and all routes together.

import { readCounters } from '../../memory/counters/counters.ts';
import type { ClientFactParts } from '../clients/client-facts.ts';
import { profileRoutes } from '../clients/profile/profile-route.ts';
import type { ListKeeper } from '../lists/keep-lists.ts';
import type { ListeningAddress } from '../local-names/discovery-records.ts';
import type { Settings } from '../settings/settings.ts';
import type { PolicyPublisher } from '../workers/policy-publisher.ts';
import { type CacheRouteParts, cacheRoutes } from './cache-routes.ts';
import { type CertificateRouteParts, certificateRoutes } from './certificate-routes.ts';
import type { Route } from './control-socket.ts';
import { explainRoutes, type ExplainRouteParts } from './explain-route.ts';
import { type GroupRouteParts, groupRoutes } from './group-routes.ts';
import { listRoutes } from './list-routes.ts';

export interface RouteParts extends CacheRouteParts, CertificateRouteParts, ExplainRouteParts, GroupRouteParts {
  readonly settings: Settings;
  readonly publisher: PolicyPublisher;
  readonly groups: GroupRouteParts['groups'];
  readonly lists: ListKeeper;
  isUpstreamReachable(): boolean | undefined;
  readonly clients: ClientFactParts;
  /** What is listened on now. */
  listening(): readonly ListeningAddress[];
}

/** Part of the answer of /v1/status: which gateway this is. */
export interface GatewayIdentity {
  readonly processId: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Null for the built-in defaults. */
  readonly configFile: string | null;
  readonly listening: readonly ListeningAddress[];
}

export function controlRoutes(parts: RouteParts): Readonly<Record<string, Route>> {
  const { settings, publisher } = parts;
  const startedAt = Date.now();
  return {
    ...cacheRoutes(parts),
    ...certificateRoutes(parts),
    ...explainRoutes(parts),
    ...groupRoutes(parts),
    ...listRoutes(parts),
    ...profileRoutes(parts.clients),
    '/v1/status': () => ({
      status: 200,
      body: {
        ...({
          processId: process.pid,
          startedAt,
          configFile: settings.configFile ?? null,
          listening: parts.listening(),
        } satisfies GatewayIdentity),
        upstreamReachable: parts.isUpstreamReachable() ?? null,
        policyGeneration: publisher.live.policyGeneration,
        listsComplete: publisher.lists.listsComplete,
        lists: parts.lists.status(),
        threads: readCounters(parts.counters),
      },
    }),
  };
}
