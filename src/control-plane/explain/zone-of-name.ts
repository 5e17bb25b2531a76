// Whose names are asked where: a zone of this network at its resolvers, everything else of the upstream.

import type { LocalNames } from '../../memory/local-names/local-names.ts';
import { listenAddressToText } from '../settings/listen-address.ts';
import type { Settings } from '../settings/settings.ts';
import { matchOf } from './explain-local.ts';
import type { RuledQuestion } from './ruled-question.ts';

export interface ZoneContext {
  readonly localNames: LocalNames;
  readonly settings: Pick<Settings, 'zones'>;
}

export interface ZoneOfName {
  readonly sentence: string;
  readonly plaintext: string;
  readonly resolvers: string;
}

/** Undefined for a name that the upstream is asked for. */
export function zoneOf(
  { localNames, settings }: ZoneContext,
  { name, type, hasher }: Pick<RuledQuestion, 'name' | 'type' | 'hasher'>,
): ZoneOfName | undefined {
  const zone = settings.zones[matchOf(localNames, name, type, hasher).forwarder];
  if (zone === undefined) return undefined;
  const resolvers = zone.resolvers.map((it) => listenAddressToText({ ...it, optional: false })).join(', ');
  return {
    sentence: `in the zone ${zone.text}, which is asked in plain text at ${resolvers}`,
    plaintext: `of the zone ${zone.text}, asked in plain text at ${resolvers}`,
    resolvers,
  };
}
