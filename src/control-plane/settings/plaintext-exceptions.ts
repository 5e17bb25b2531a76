// What leaves this host in plain text, in words: said by `sotto check`, and in the log at every start.

import type { DatagramPeer } from '../../sockets/datagram-exchange.ts';
import type { LanZone } from '../../upstream/lan-resolver/lan-zone.ts';
import { listenAddressToText } from './listen-address.ts';
import type { CertificateSettings } from './settings.ts';

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

/** One line for each certificate whose proof leads around the encrypted upstream. */
export function proofExceptions(certificates: readonly CertificateSettings[]): string[] {
  return certificates.flatMap(({ names, source }) => {
    const provider = source.kind === 'acme' ? source.dns?.provider : undefined;
    if (provider?.kind === 'hook')
      return [`the program ${provider.path}, which proves ${names[0]} to the CA, resolves names for itself`];
    if (provider?.kind !== 'rfc2136') return [];
    const place = listenAddressToText({ ...provider.server, optional: false });
    const signed = provider.key === undefined ? 'unsigned' : 'signed';
    return [`records that prove ${names[0]} to the CA are sent in plaintext, ${signed}, to ${place}`];
  });
}
