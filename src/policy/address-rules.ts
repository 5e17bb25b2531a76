// Whether anything that a group obeys is about addresses: only then are the addresses of its answers looked at.

import type { BlockTable } from '../memory/block-table/block-table.ts';
import type { GroupPolicy } from './group-policy.ts';
import type { PolicyTables } from './policy-tables.ts';

/** By table, for as long as there is one: many groups ask, at each publication. */
const known = new WeakMap<BlockTable, Uint32Array>();

export function obeysAddressRules({ lists, rules }: PolicyTables, group: GroupPolicy): boolean {
  return (
    haveCommon(addressSources(lists.table), group.listSources) ||
    haveCommon(addressSources(rules.table), group.ruleSources)
  );
}

function addressSources(table: BlockTable): Uint32Array {
  let sources = known.get(table);
  if (sources === undefined) {
    sources = table.addressSources();
    known.set(table, sources);
  }
  return sources;
}

/** A source that one of them has no room for is in none of both. */
function haveCommon(a: Uint32Array, b: Uint32Array): boolean {
  return a.some((word, index) => (word & (b[index] ?? 0)) !== 0);
}
