// What the control socket answers: the state of the gateway, and what happens to a name.

import { BlockTable } from '../../memory/block-table/block-table.ts';
import { readCounters } from '../../memory/counters/counters.ts';
import { explainName } from '../explain/explain-name.ts';
import type { ListKeeper } from '../lists/keep-lists.ts';
import type { Settings } from '../settings/settings.ts';
import type { PolicyPublisher } from '../workers/policy-publisher.ts';
import type { Route } from './control-socket.ts';

export interface RouteParts {
  readonly settings: Settings;
  readonly hashKey: Uint8Array;
  readonly counters: SharedArrayBuffer;
  readonly publisher: PolicyPublisher;
  readonly lists: ListKeeper;
  isUpstreamReachable(): boolean | undefined;
}

export function controlRoutes(parts: RouteParts): Readonly<Record<string, Route>> {
  const { settings, publisher } = parts;
  return {
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
      const explanation = await explainName(
        {
          table: new BlockTable(publisher.table.table),
          hashKey: parts.hashKey,
          policy: publisher.policy,
          listsComplete: publisher.live.listsComplete,
          settings,
        },
        name,
      );
      if (explanation === undefined) return { status: 400, error: `"${name}" is not a domain name` };
      return { status: 200, body: explanation };
    },
  };
}
