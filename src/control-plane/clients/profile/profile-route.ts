// What the control socket answers to `sotto profile`.

import type { Route } from '../../api/control-socket.ts';
import { clientFacts, type ClientFactParts } from '../client-facts.ts';
import { makeProfile } from './make-profile.ts';

/** Answer of /v1/profile. */
export interface ProfileAnswer {
  readonly base64: string;
  readonly isSigned: boolean;
  readonly host: string;
  readonly notices: readonly string[];
}

export function profileRoutes(parts: ClientFactParts): Readonly<Record<string, Route>> {
  return {
    '/v1/profile': (parameters) => {
      const profile = makeProfile(
        {
          protocol: parameters.has('dot') ? 'dot' : 'doh',
          name: parameters.get('name') ?? undefined,
          clientId: parameters.get('client') ?? undefined,
          addresses: parameters.getAll('address'),
          onlyNetworks: parameters.getAll('only-ssid'),
          exceptNetworks: parameters.getAll('except-ssid'),
          exceptDomains: parameters.getAll('except-domain'),
          onlyDomains: parameters.getAll('only-domain'),
          isSigned: !parameters.has('unsigned'),
        },
        clientFacts(parts),
        new Date(),
      );
      if ('wrong' in profile) return { status: 400, error: profile.wrong };
      const { octets, isSigned, host, notices } = profile;
      const base64 = Buffer.from(octets).toString('base64');
      return { status: 200, body: { base64, isSigned, host, notices } satisfies ProfileAnswer };
    },
  };
}
