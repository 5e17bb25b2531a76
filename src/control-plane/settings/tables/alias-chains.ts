// CNAME records among the records of a configuration: each stands alone (RFC 1034 section 3.6.2), leads out of the circle, and not
// over too many others. Found as the gateway finds names, wildcards too (RFC 4592), as far as the configuration alone can tell.

import { CHAIN_MAX } from '../../../memory/local-names/local-names-layout.ts';
import type { LanZone } from '../../../upstream/lan-resolver/lan-zone.ts';
import { foldName } from '../../../wire/name.ts';
import { TYPE } from '../../../wire/numbers.ts';
import type { FaultCollector } from '../settings-fault.ts';
import type { PlacedRecord } from './record-table.ts';

const WILDCARD = '\x01*';

/** `mayGrow`: files bring names as well. What a wildcard stands for today may have an address of its own by then. */
export function reportAliases(
  records: readonly PlacedRecord[],
  zones: readonly LanZone[],
  mayGrow: boolean,
  faults: FaultCollector,
): void {
  const owners = new Map<string, PlacedRecord[]>();
  for (const record of records) {
    const owner = textOf(record.owner);
    owners.set(owner, [...(owners.get(owner) ?? []), record]);
  }
  // A zone that is asked elsewhere is a name as well: wildcards above it end there.
  const existing = new Set([...owners.keys(), ...zones.map(({ name }) => textOf(name))].flatMap(withAncestors));
  for (const [owner, [record, ...others]] of owners) {
    const alias = [record!, ...others].findLast(({ type }) => type === TYPE.CNAME);
    if (alias === undefined) continue;
    const fault =
      others.length > 0
        ? 'is a CNAME beside other records of the same name; a CNAME must be the only one'
        : chainFault(owner, alias);
    if (fault !== undefined) faults.fault(alias.path, fault);
  }

  function chainFault(start: string, first: PlacedRecord): string | undefined {
    const passed = new Set<string>();
    let record: PlacedRecord | undefined = first;
    for (let links = 1; links <= CHAIN_MAX; links++) {
      const owner: string = ownerFor(targetOf(record)) ?? '';
      if (owner === start) return 'leads back to itself through CNAME records; let one of them name another target';
      record = owners.get(owner)?.find(({ type }) => type === TYPE.CNAME);
      // Or into a circle of others, which have a fault of their own.
      if (record === undefined || passed.has(owner)) return undefined;
      passed.add(owner);
    }
    return `leads over more than ${CHAIN_MAX} CNAME records, one after the other; let it name the last target itself`;
  }

  /** The owner whose records answer for a name: itself, or the wildcard below its closest encloser. */
  function ownerFor(name: string): string | undefined {
    if (existing.has(name)) return name;
    if (mayGrow) return undefined;
    const encloser = withAncestors(name).find((ancestor) => existing.has(ancestor));
    return encloser === undefined ? undefined : WILDCARD + encloser;
  }
}

function targetOf({ rdata }: PlacedRecord): string {
  const target = Uint8Array.from(rdata);
  foldName(target, target.length);
  return textOf(target);
}

/** Itself first; wire names, a character an octet. */
function withAncestors(name: string): string[] {
  const names: string[] = [];
  for (let start = 0; name.charCodeAt(start) > 0; start += 1 + name.charCodeAt(start)) names.push(name.slice(start));
  return names;
}

function textOf(name: Uint8Array): string {
  return Buffer.from(name).toString('latin1');
}
