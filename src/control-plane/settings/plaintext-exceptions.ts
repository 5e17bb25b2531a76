// What leaves this host in plain text, in words: said by `sotto check`, and in the log at every start.

import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';
import type { LanZone } from '../../upstream/lan-resolver/lan-zone.ts';
import { listenAddressToText } from './listen-address.ts';

/** A network can have 128 reverse zones. */
const NAMES_SHOWN_MAX = 8;

/** One line for each [[zone]] table; none where everything is encrypted. */
export function plaintextExceptions(zones: readonly LanZone[]): string[] {
  // Names of one table share its list of resolvers.
  const tables = new Map<readonly DatagramPeer[], string[]>();
  for (const { text, resolvers } of zones) tables.set(resolvers, [...(tables.get(resolvers) ?? []), text]);
  return [...tables].map(([resolvers, names]) => {
    const more = names.length - NAMES_SHOWN_MAX;
    const shown = names.slice(0, NAMES_SHOWN_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
    const addresses = resolvers.map((it) => listenAddressToText({ ...it, optional: false })).join(', ');
    return `names of the zone ${shown} are asked in plaintext at ${addresses}`;
  });
}
