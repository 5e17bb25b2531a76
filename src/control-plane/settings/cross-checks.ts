// What only shows when tables are seen together.

import { isIP } from 'node:net';
import { canonicalAddress } from './canonical-address.ts';
import { isWildcard, listenAddressToText } from './listen-address.ts';
import type { ListenAddress, ListSettings, Settings } from './settings.ts';
import type { FaultCollector } from './settings-fault.ts';
import type { TableContext } from './table-reader.ts';
import type { PlacedRule } from './tables/policy-table.ts';
import type { PlacedUpstream } from './tables/upstream-table.ts';
import type { PlacedResolvers } from './tables/zone-table.ts';

const HTTPS_PORT = 443;

/** The gateway as its own upstream: each question would come back as a new one. */
export function reportOwnUpstreams(
  upstreams: readonly PlacedUpstream[],
  doh: readonly ListenAddress[],
  context: TableContext,
): void {
  const ownAddresses = new Set(context.localAddresses.map((address) => canonicalAddress(address) ?? address));
  for (const { upstream, path } of upstreams) {
    const port = Number(new URL(upstream.url).port || HTTPS_PORT);
    for (const address of upstream.addresses) {
      const listener = doh.find((listening) => reaches(address, port, listening, ownAddresses));
      if (listener === undefined) continue;
      context.faults.fault(
        path,
        `${address} port ${port} is this gateway itself (listen.doh ${listenAddressToText(listener)}); name another server`,
      );
    }
  }
}

/** Likewise in plain DNS: each question for the zone would come back. */
export function reportOwnResolvers(
  tables: readonly PlacedResolvers[],
  dns: readonly ListenAddress[],
  context: TableContext,
): void {
  const ownAddresses = new Set(context.localAddresses.map((address) => canonicalAddress(address) ?? address));
  for (const { resolvers, path } of tables) {
    for (const { address, port } of resolvers) {
      const listener = dns.find((listening) => reaches(address, port, listening, ownAddresses));
      if (listener === undefined) continue;
      const own = `listen.dns ${listenAddressToText(listener)}`;
      context.faults.fault(
        [...path, 'forward'],
        `${address} port ${port} is this gateway itself (${own}); name the resolver that knows the zone`,
      );
    }
  }
}

function reaches(address: string, port: number, listening: ListenAddress, ownAddresses: ReadonlySet<string>): boolean {
  if (port !== listening.port || isIP(address) !== isIP(listening.address)) return false;
  if (!isWildcard(listening.address)) return address === listening.address;
  return address === '::1' || /^127\./.test(address) || ownAddresses.has(address);
}

/** `certificate = []` serves those who switch the encrypted listeners off. */
export function reportMissingCertificate(raw: unknown, listen: Settings['listen'], faults: FaultCollector): void {
  if (!Array.isArray(raw) || raw.length > 0 || listen.dot.length + listen.doh.length === 0) return;
  const advice = 'leave the key out for one of the local CA';
  faults.fault(['certificate'], `no certificate, but listen.dot and listen.doh need one; ${advice}`);
}

export function noticeEmptyAllowlist(
  lists: readonly ListSettings[],
  rules: readonly PlacedRule[],
  faults: FaultCollector,
): void {
  if (lists.some(({ action }) => action === 'allow') || rules.some(({ rule }) => rule.action === 'allow')) return;
  const advice = 'add a [[list]] with action = "allow", or rules such as "@@||example.org^"';
  faults.notice(['policy', 'mode'], `nothing is allowed yet, so no name is answered; ${advice}`);
}
