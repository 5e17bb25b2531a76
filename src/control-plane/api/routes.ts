// What the control socket answers: the state of the gateway, and what happens to a name.

import { BlockTable } from '../../memory/block-table/block-table.ts';
import { readCounters } from '../../memory/counters/counters.ts';
import { LocalNames } from '../../memory/local-names/local-names.ts';
import { parseAddress } from '../../wire/ip-address.ts';
import { typeFromText } from '../../wire/type-text.ts';
import { explainName } from '../explain/explain-name.ts';
import type { ListKeeper } from '../lists/keep-lists.ts';
import type { SourceContent } from '../local-names/sourced-record.ts';
import type { Settings } from '../settings/settings.ts';
import type { PolicyPublisher } from '../workers/policy-publisher.ts';
import { type CacheRouteParts, cacheRoutes } from './cache-routes.ts';
import type { Route } from './control-socket.ts';

export interface RouteParts extends CacheRouteParts {
  readonly settings: Settings;
  readonly hashKey: Uint8Array;
  readonly publisher: PolicyPublisher;
  readonly lists: ListKeeper;
  /** Where local names were written, as they are in force. */
  localSources(): readonly SourceContent[];
  isUpstreamReachable(): boolean | undefined;
  /** Whether these resolvers of a [[zone]] do not answer at the moment. */
  isZoneSilent(resolvers: string): boolean;
}

export function controlRoutes(parts: RouteParts): Readonly<Record<string, Route>> {
  const { settings, publisher } = parts;
  return {
    ...cacheRoutes(parts),
    '/v1/status': () => ({
      status: 200,
      body: {
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
