// What the control socket answers: the state of the gateway, and what happens to a name.

import { BlockTable } from '../../memory/block-table/block-table.ts';
import { readCounters } from '../../memory/counters/counters.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { typeFromText } from '../../wire/type-text.ts';
import type { ClientFactParts } from '../clients/client-facts.ts';
import { profileRoutes } from '../clients/profile/profile-route.ts';
import { explainName } from '../explain/explain-name.ts';
import type { ListKeeper } from '../lists/keep-lists.ts';
import type { ListeningAddress } from '../local-names/discovery-records.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';
import type { Settings } from '../settings/settings.ts';
import type { PolicyPublisher } from '../workers/policy-publisher.ts';
import { type CacheRouteParts, cacheRoutes } from './cache-routes.ts';
import { type CertificateRouteParts, certificateRoutes } from './certificate-routes.ts';
import type { Route } from './control-socket.ts';

export interface RouteParts extends CacheRouteParts, CertificateRouteParts {
  readonly settings: Settings;
  readonly hashKey: Uint8Array;
  readonly publisher: PolicyPublisher;
  readonly lists: ListKeeper;
  /** Where local names were written, as they are in force. */
  localSources(): readonly SourceContent[];
  isUpstreamReachable(): boolean | undefined;
  readonly clients: ClientFactParts;
  /** What is listened on now. */
  listening(): readonly ListeningAddress[];
  /** Whether these resolvers of a [[zone]] do not answer at the moment. */
  isZoneSilent(resolvers: string): boolean;
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
        listsComplete: publisher.live.listsComplete,
        lists: parts.lists.status(),
        threads: readCounters(parts.counters),
      },
    }),
    '/v1/explain': async (parameters) => {
      const name = parameters.get('name') ?? '';
      const type = typeFromText(parameters.get('type') ?? 'A');
      if (type === undefined) return { status: 400, error: 'not a type of records' };
      const { namesForOthers } = publisher.live;
      const client = parameters.get('client');
      const clientAddress = new Uint8Array(16);
      if (client !== null && !parseAddress(client, clientAddress)) return { status: 400, error: 'not an address' };
      const explanation = await explainName(
        {
          table: new BlockTable(publisher.table.table),
          localNames: new LocalNames(publisher.live.localNames),
          namesForOthers: namesForOthers && new LocalNames(namesForOthers),
          localSources: parts.localSources(),
          hashKey: parts.hashKey,
          policy: publisher.policy,
          listsComplete: publisher.live.listsComplete,
          isZoneSilent: (resolvers) => parts.isZoneSilent(resolvers),
          settings,
        },
        name,
        type,
        client === null ? undefined : clientAddress,
      );
      if (explanation === undefined) return { status: 400, error: `"${name}" is not a domain name` };
      return { status: 200, body: explanation };
    },
  };
}
