// Where a wildcard of the gateway would speak for the names of machines: below a name under which this network has names of its
// own, a name that nobody has does not exist. Otherwise www.example.com.DOMAIN, as systems with a search domain ask for it, would
// lead to the gateway.

import { isWithin } from '../../wire/name-within.ts';
import type { LocalNameContents, LocalNameSettings } from './compile-local-names.ts';
import { ITEMS_PER_SLICE, type Sliced } from './slices.ts';

/** Wire names `NAME` of the wildcards `*.NAME` among `discovery` below which leases may bring names, or the hosts file has some. */
export function* namesWithMachinesBelow(
  { resolve }: Pick<LocalNameSettings, 'resolve'>,
  { hosts, discovery }: LocalNameContents,
): Sliced<readonly Uint8Array[]> {
  const parents = new Map<string, Uint8Array>();
  for (const { owner, inOwnZoneOnly } of discovery)
    if (inOwnZoneOnly === true && isWildcard(owner))
      parents.set(Buffer.from(owner).toString('latin1'), owner.subarray(2));
  const found = new Set<Uint8Array>();
  for (const parent of parents.values())
    if (resolve.leaseFiles.length > 0 && isWithin(resolve.leaseDomain, parent)) found.add(parent);
  if (parents.size === 0 || hosts === undefined) return [...found];
  for (const [index, { owner }] of hosts.records.entries()) {
    for (const parent of parents.values())
      if (owner.length > parent.length && isWithin(owner, parent)) found.add(parent);
    if (index % ITEMS_PER_SLICE === ITEMS_PER_SLICE - 1) yield;
  }
  return [...found];
}

export function isWildcard(owner: Uint8Array): boolean {
  return owner[0] === 1 && owner[1] === 0x2a;
}
